// A trained LSTM from a file, run on raw arrays. Knows no columns and no units: forecasting from
// tables is forecaster.hpp.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// h and c of all layers after (or before) a run: [L, B, H] each, row-major. Both empty: zeros.
struct State {
  std::vector<float> h, c;
};

/// Moves, does not copy. run() may be called from several threads at once.
class Model {
 public:
  /// From a .safetensors file that `sluice train` wrote, or a PyTorch state dictionary with one
  /// nn.LSTM and at most one nn.Linear behind it. The file's test vectors are checked. Throws
  /// Error(file) or Error(model).
  static Model load(const std::string& path);

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  std::size_t inputs() const noexcept;   ///< I
  std::size_t outputs() const noexcept;  ///< O of the head, or H of the last layer
  std::size_t layers() const noexcept;   ///< L
  std::size_t state_size()
      const noexcept;  ///< H of all layers together: floats of h, and of c, per sample
  std::size_t parameters() const noexcept;

  /// y [B, T, O] of x [B, T, I], row-major, as `torch.nn.LSTM(batch_first=True)` and a linear
  /// layer. With `state`: from that state, and to the last one. Throws Error(shape) where sizes do
  /// not fit.
  std::vector<float> run(std::span<const float> x, std::size_t batch, std::size_t steps,
                         State* state = nullptr) const;

 private:
  struct Parts;
  explicit Model(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
