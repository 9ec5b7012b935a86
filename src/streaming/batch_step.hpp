// One step of many states at once, wherever they lie. Stacks of plain LSTMs run in place on the row
// kernels. Any other architecture is copied into the activations of one step, run by the engine's
// forward pass, and copied back.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/activations.hpp"
#include "sluice/trace.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

/// One row with its state and its output.
struct BatchRow {
  const float* x;  ///< [I]
  float* state;    ///< [state_floats()] in: before the row; out: after it.
  float* y;        ///< [O], or null to discard it.
};

class BatchStep {
 public:
  /// For up to `most` rows. The model must outlive it. `trace` sees the steps of every run; it
  /// forces the engine's forward pass.
  BatchStep(const StreamModel& model, std::size_t most, TraceSink* trace = nullptr);

  /// Runs up to `most` rows with distinct states. Allocates nothing. `prepared`: prepare() has run
  /// on the single row's state since it last changed.
  void run(std::span<const BatchRow> rows, bool prepared = false) noexcept;
  /// Computes b + R h of every layer for one state; only for most = 1 on the engine's forward pass.
  void prepare(const float* state) noexcept;

 private:
  // On the row kernels.
  void run_in_place(std::span<const BatchRow> rows) noexcept;
  // On the engine's forward pass.
  void run_engine(std::span<const BatchRow> rows, bool prepared) noexcept;
  void load(std::size_t sample, const float* state) noexcept;
  void store(std::size_t sample, const BatchRow& row) noexcept;

  const StreamModel& model_;
  std::size_t most_;
  TraceSink* trace_;
  std::size_t traced_ = 0;  // traced runs so far

  std::vector<const float*> x_, h_before_;  // [most]
  std::vector<float*> h_, c_;               // [most]
  FloatVector sums_;                        // sums of the widest layer
  FloatVector y_;                           // [Op]

  std::optional<engine::Activations> activations_;
  std::vector<std::size_t> lengths_;
  std::size_t running_;
};

}  // namespace sluice::streaming
