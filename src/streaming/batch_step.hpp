// One step of many states at once, wherever they lie. Stacks of plain LSTMs run in place, on the
// kernels of rows; any other architecture is gathered into the activations of one step, for the
// engine's own pass, and put back.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/activations.hpp"
#include "sluice/trace.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

/// A row on its way through the network.
struct BatchRow {
  const float* x;  ///< [I]
  float* state;    ///< [state_floats()] in: before the row; out: after it.
  float* y;        ///< [O], or null: nobody wants it.
};

class BatchStep {
 public:
  /// Room for `most` rows. The model must outlive it. `trace`: sees every run's steps, which then
  /// is the engine's own pass.
  BatchStep(const StreamModel& model, std::size_t most, TraceSink* trace = nullptr);

  /// At most `most` rows with states of their own. Allocates nothing. `prepared`: prepare() has run
  /// on the one row's state since that last changed.
  void run(std::span<const BatchRow> rows, bool prepared = false) noexcept;
  /// b + R h of every layer, of a state; where there is room for one row, on the engine's own pass.
  void prepare(const float* state) noexcept;

 private:
  // Rows in place.
  void run_in_place(std::span<const BatchRow> rows) noexcept;
  // The engine's pass.
  void run_tape(std::span<const BatchRow> rows, bool prepared) noexcept;
  void load(std::size_t sample, const float* state) noexcept;
  void store(std::size_t sample, const BatchRow& row) noexcept;

  const StreamModel& model_;
  std::size_t most_;
  TraceSink* trace_;
  std::size_t traced_ = 0;  // runs

  std::vector<const float*> x_, h_before_;  // [most]
  std::vector<float*> h_, c_;               // [most]
  FloatVector sums_;                        // of the widest layer
  FloatVector y_;                           // [Op]

  std::optional<engine::Activations> activations_;
  std::vector<std::size_t> lengths_;
  std::size_t running_;
};

}  // namespace sluice::streaming
