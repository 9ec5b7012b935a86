// One step of one state, as soon as possible after its x: everything that does not depend on x can
// be computed before. A stack of plain LSTMs runs on kernels of its own; any other architecture
// runs as a batch of one, and nothing ahead of x.
#pragma once

#include <optional>
#include <vector>

#include "streaming/batch_step.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class RowStep {
 public:
  /// Starts from the initial state. The model must outlive it. `trace`: sees every step; then the
  /// row runs as a batch of one.
  explicit RowStep(const StreamModel& model, TraceSink* trace = nullptr);
  RowStep(RowStep&&) noexcept = default;  // it points into itself: not to be copied

  /// [state_floats()]; after writing to it, prepare() again.
  float* state() noexcept { return state_.data(); }
  const float* state() const noexcept { return state_.data(); }

  /// b + R h of every layer.
  void prepare() noexcept;
  /// y [O] of x [I]; `prepared`: prepare() has run since the state last changed. The same bits
  /// either way.
  void run(const float* x, float* y, bool prepared) noexcept;

 private:
  // A layer's two halves of a step, and what they point to.
  struct Layer {
    const float* x = nullptr;
    const float* h_before = nullptr;
    float *h = nullptr, *c = nullptr;
    FloatVector recurrent;
    kernels::RowSums sums{};
    kernels::RowStep step{};
  };

  const StreamModel& model_;
  FloatVector state_;
  std::vector<Layer> layers_;
  FloatVector y_;                   // [Op]
  std::optional<BatchStep> batch_;  // where the model has no rows(), or is traced
};

}  // namespace sluice::streaming
