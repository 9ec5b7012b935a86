// A trained LSTM one row at a time, with its state inside. push, prepare and reset allocate
// nothing, take no lock, ask nothing of the operating system and do not throw.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sluice/model.hpp"
#include "sluice/status.hpp"
#include "sluice/trace.hpp"

namespace sluice {

/// What a row with a NaN or an infinity in it is.
enum class MissingRow {
  refuse,  ///< Status::not_a_number.
  carry,   ///< No row: the state is carried over it, y is once more what it was (at first zeros).
};

struct StreamOptions {
  /// 0: the state is carried from row to row for ever. T: each y is that of the last T rows from
  /// the initial state, exactly (of all rows, while there are fewer). Unset: as the model was
  /// trained, carried where it does not say. Set it to run a model otherwise than it was trained.
  std::optional<std::size_t> window = {};
  MissingRow missing = MissingRow::refuse;
  /// Sees the gates of every row, as step 0, 1, .. of sample 0; must outlive the stream. Rows take
  /// a way that keeps them, some microseconds longer, to the same bits. Not with a window, where
  /// each row is a step of T states.
  TraceSink* trace = nullptr;
  /// 2: a second thread computes half of the units of each layer, for large layers: their weights
  /// then fill two processors' caches. It spins for 20 ms after a call; a call that comes later
  /// asks the system to wake it, and waits. 0: two where every layer has 65,536 weights or more,
  /// else one. The bits do not change; a model with options of the cell runs on one.
  std::size_t threads = 1;
};

/// Moves, does not copy. One stream belongs to one thread at a time; streams of one model share its
/// weights and may run side by side. It stays valid when the Model is gone.
///
///     sluice::Stream stream(sluice::Model::load("lstm.safetensors"));
///     while (next(x)) {                                       // x [I]
///       if (stream.push(x, y) != sluice::Status::ok) continue;  // y [O], as soon as possible
///       act(y);
///       stream.prepare();           // while waiting: all that does not depend on the next x
///     }
class Stream {
 public:
  /// Throws Error(usage) where a direction of the model reads from the end, the window is longer
  /// than 1,000,000 rows, there are to be more than two threads, or a window or int8 weights are to
  /// be traced.
  explicit Stream(const Model& model, const StreamOptions& options = {});
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();
  /// Another stream over the same weights that goes on from the same state. Throws Error(usage) for
  /// a stream that is traced.
  Stream clone();

  std::size_t inputs() const noexcept;   ///< I
  std::size_t outputs() const noexcept;  ///< O
  std::size_t window() const noexcept;   ///< T, or 0: carried.
  std::size_t threads() const noexcept;  ///< 1 or 2

  /// y [O] of x [I]: with carried state the bits of the model's run() over all rows so far, with a
  /// window those of its run() over the last T.
  [[nodiscard]] Status push(std::span<const float> x, std::span<float> y) noexcept;
  /// Between two rows: computes ahead what the next push needs besides x. push does it itself where
  /// it was left out; the bits are the same.
  void prepare() noexcept;
  /// To the initial state.
  void reset() noexcept;

  /// h and c of all layers, of one sample. Throws Error(usage) where there is a window: it has T
  /// states.
  State state() const;
  /// Both empty: to the initial state. Throws Error(shape) where sizes do not fit, and then changes
  /// nothing; Error(usage) as state().
  void set_state(const State& state);

  /// All that the next rows depend on, to go on later, elsewhere, to the bit. Little-endian; the
  /// layout is in docs/formats.md.
  std::vector<std::byte> save();
  /// Throws Error(model) where the bytes are not of this model, with this window, or damaged; then
  /// nothing is changed.
  void restore(std::span<const std::byte> saved);

 private:
  struct Parts;
  explicit Stream(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
