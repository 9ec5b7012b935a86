// An LSTM network: made new, or loaded; run on arrays, changed, saved. Knows no columns and no
// units: forecasting from tables is forecaster.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/architecture.hpp"
#include "sluice/state.hpp"
#include "sluice/trace.hpp"

namespace sluice {

/// A tensor of a model. The spans are valid until the model is changed, moved or gone.
struct ParameterView {
  std::string_view name;  ///< As in PyTorch: "weight_ih_l0", "bias_ih_l1_reverse", "head.weight".
  std::span<const std::size_t> shape;
  std::span<const float> values;  ///< Row-major; gates in the order i, f, g, o.
};

/// New values for a tensor.
struct ParameterChange {
  std::string_view name;
  std::span<const float> values;  ///< As many as the tensor has.
};

struct RunOptions {
  /// B: sequences in x. T is what x holds of each.
  std::size_t batch = 1;
  /// x and y are [T, B, ..] instead of [B, T, ..].
  bool time_first = false;
  /// The run starts from this state and leaves the one after the last step here. Null: it starts
  /// from the initial state, and its last state is dropped.
  State* state = nullptr;
  /// [B], each at most T; empty: all T. Later steps are not run and give zeros; the last state is
  /// that after a sequence's own last step, and a reverse direction starts there.
  std::span<const std::size_t> lengths = {};
  /// In x's order without I; 0: the step is skipped, its state carried over it and its y that of
  /// the step before. Empty: none is.
  std::span<const std::uint8_t> mask = {};
  /// Sees the gates of every step that is run; must outlive the call.
  TraceSink* trace = nullptr;
  /// Started for the call, which is worth it from about a millisecond of work on. The bits of y do
  /// not depend on it.
  std::size_t threads = 1;
};

/// Copying copies the weights; moving is cheap. Calls of const members may come from several
/// threads at once; a call that changes the model must be alone. Streams, pools and passes that
/// were made of a model stay valid when it is gone; streams and pools keep the weights that it had
/// when they were made.
class Model {
 public:
  /// A new model with weights drawn by the seed: the same architecture, seed and initialiser give
  /// the same bits. Throws Error(usage) as check(Architecture).
  static Model create(const Architecture& architecture, std::uint64_t seed = 1,
                      Initialiser initialiser = Initialiser::standard);
  /// From a .safetensors file that Sluice wrote, or a PyTorch state dictionary with one nn.LSTM and
  /// at most one nn.Linear behind it; of a forecasting model, its network. The file's test vectors
  /// are checked. Throws Error(file) or Error(model).
  static Model load(const std::string& path);
  /// The same from the bytes of such a file, which are not kept. Throws Error(model).
  static Model load(std::span<const std::byte> bytes);
  /// Writes a .safetensors file (docs/formats.md), whole or not at all. Throws Error(file), and
  /// Error(model) where a weight is not a finite number.
  void save(const std::string& path) const;
  /// The bytes that save() writes. Throws Error(model) as save().
  std::vector<std::byte> bytes() const;

  Model(const Model&);
  Model& operator=(const Model&);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  const Architecture& architecture() const noexcept;
  std::size_t inputs() const noexcept;   ///< I
  std::size_t outputs() const noexcept;  ///< O of the head, or what the last layer hands on
  std::size_t layers() const noexcept;   ///< L
  std::size_t h_size() const noexcept;   ///< Floats of h per sequence, of all layers and directions
  std::size_t c_size() const noexcept;   ///< Floats of c per sequence

  /// How the model was trained and is to be streamed: "carried", "reset:T" (from the initial state
  /// over windows of T steps), or "unknown" if it was never set.
  const std::string& state_policy() const noexcept;
  /// Throws Error(usage) where it is none of the three, or "carried" with a reverse direction.
  void set_state_policy(const std::string& policy);

  /// Floats of all tensors.
  std::size_t parameter_count() const noexcept;
  /// All tensors, in the order of the flat parameters.
  std::vector<ParameterView> parameters() const;
  /// The values of one. Throws Error(usage) where there is no tensor of that name.
  std::span<const float> parameter(std::string_view name) const;
  /// [parameter_count()]: the tensors one after the other, as Pass::gradient() has them.
  std::span<const float> flat_parameters() const noexcept;
  /// Replaces the values of some tensors, then packs all weights once for the kernels. Throws
  /// Error(usage) where there is no tensor of that name, Error(shape) where the sizes differ, and
  /// then changes nothing; Error(usage) where the weights are float16 or int8.
  void set_parameters(std::span<const ParameterChange> changes);
  /// The same for all of them.
  void set_flat_parameters(std::span<const float> values);

  /// y [B, T, O] of x [B, T, I], row-major, as `torch.nn.LSTM(batch_first=True)` and a linear
  /// layer. Throws Error(shape) where sizes do not fit, Error(usage) for a trace of int8 weights,
  /// which keep no gates, or for threads that the system does not start.
  void run(std::span<const float> x, std::span<float> y, const RunOptions& options = {}) const;
  /// The same to a new y.
  std::vector<float> run(std::span<const float> x, const RunOptions& options = {}) const;

 private:
  friend class Pass;
  friend class Stream;
  friend class StreamPool;
  friend class Trainer;
  struct Parts;
  explicit Model(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace sluice
