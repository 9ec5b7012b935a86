// One step of one state, as soon as possible after its x: everything that does not depend on x can
// be computed before. A stack of plain LSTMs runs on kernels of its own, perhaps on two threads
// that share the units of each layer; any other architecture runs as a batch of one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "streaming/batch_step.hpp"
#include "streaming/helper_thread.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class RowStep {
 public:
  /// Starts from the initial state. The model must outlive it. `threads`: as StreamOptions.
  /// `trace`: sees every step; then the row runs as a batch of one.
  explicit RowStep(const StreamModel& model, std::size_t threads = 1, TraceSink* trace = nullptr);
  RowStep(RowStep&&) noexcept = default;  // it points into itself: not to be copied

  /// [state_floats()]; after writing to it, prepare() again.
  float* state() noexcept { return settled(), state_.data(); }
  const float* state() const noexcept { return settled(), state_.data(); }
  std::size_t threads() const noexcept { return helper_ ? 2 : 1; }

  /// b + R h of every layer.
  void prepare() noexcept;
  /// y [O] of x [I]; `prepared`: prepare() has run since the state last changed. The same bits
  /// either way.
  void run(const float* x, float* y, bool prepared) noexcept;

 private:
  // Some of a layer's units: the two halves of their step, and what these point to.
  struct Share {
    float *h = nullptr, *c = nullptr;
    kernels::RowSums sums{};
    kernels::RowStep step{};
  };
  struct Layer {
    const float* x = nullptr;
    const float* h_before = nullptr;
    FloatVector recurrent;
    Share shares[2];  // the second one: the partner's
  };

  void share_out(Layer& layer, const engine::RowLayer& weights, float* h, float* c,
                 std::size_t shares);
  void settled() const noexcept {
    if (helper_) helper_->wait();
  }

  const StreamModel& model_;
  FloatVector state_;
  std::vector<Layer> layers_;
  FloatVector y_;                   // [Op]
  std::optional<BatchStep> batch_;  // where the model has no rows(), or is traced
  std::unique_ptr<HelperThread> helper_;
};

}  // namespace sluice::streaming
