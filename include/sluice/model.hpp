// A trained LSTM from a file, run on raw arrays. Knows no columns and no units: forecasting from
// tables is forecaster.hpp.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sluice/trace.hpp"

namespace sluice {

/// h and c of all layers and directions after (or before) a run, row-major: h [L*D, B, P], c
/// [L*D, B, H], layer 0 forward, layer 0 reverse, layer 1 forward and so on; P is H but for a
/// projection. Both empty: the initial state, zeros where none was learned.
struct State {
  std::vector<float> h, c;
};

/// Moves, does not copy. run() may be called from several threads at once.
class Model {
 public:
  /// From a .safetensors file that Sluice wrote, or a PyTorch state dictionary with one nn.LSTM and
  /// at most one nn.Linear behind it. The file's test vectors are checked. Throws
  /// Error(file) or Error(model).
  static Model load(const std::string& path);

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  std::size_t inputs() const noexcept;   ///< I
  std::size_t outputs() const noexcept;  ///< O of the head, or what the last layer hands on
  std::size_t layers() const noexcept;   ///< L
  std::size_t h_size() const noexcept;   ///< Floats of h per sample, of all layers and directions
  std::size_t c_size() const noexcept;   ///< Floats of c per sample
  std::size_t parameters() const noexcept;

  /// y [B, T, O] of x [B, T, I], row-major, as `torch.nn.LSTM(batch_first=True)` and a linear
  /// layer. With `state`: from that state, and to the last one. With `lengths` [B], each at most T:
  /// later steps are not run, and give zeros; the last state is that after a sequence's own last
  /// step. With `trace`: it sees the gates of every step that is run. `threads` are started for the
  /// call, which is worth it from about a millisecond of work on; the bits do not change. Throws
  /// Error(shape) where sizes do not fit, Error(usage) for a trace of int8 weights, which keep no
  /// gates, or for threads that the system does not start.
  std::vector<float> run(std::span<const float> x, std::size_t batch, std::size_t steps,
                         State* state = nullptr, std::span<const std::size_t> lengths = {},
                         TraceSink* trace = nullptr, std::size_t threads = 1) const;

 private:
  friend class Stream;
  friend class StreamPool;
  struct Parts;
  explicit Model(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
