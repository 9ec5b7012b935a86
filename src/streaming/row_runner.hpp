// One row through all layers of one carried state, with minimal latency after x: everything that
// does not depend on x can run beforehand. A stack of plain LSTMs runs on the row kernels, possibly
// on two threads that share the units of each layer. Any other architecture runs as a batch of one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "streaming/batch_step.hpp"
#include "streaming/helper_thread.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class RowRunner {
 public:
  /// Starts from the initial state. The model must outlive it. `threads`: as in StreamOptions.
  /// `trace` sees every step; the row then runs as a batch of one.
  explicit RowRunner(const StreamModel& model, std::size_t threads = 1, TraceSink* trace = nullptr);
  RowRunner(RowRunner&&) noexcept = default;  // it holds pointers to itself: no copies

  /// [state_floats()]; call prepare() again after writing to it.
  float* state() noexcept { return settled(), state_.data(); }
  const float* state() const noexcept { return settled(), state_.data(); }
  std::size_t threads() const noexcept { return helper_ ? 2 : 1; }

  /// Computes b + R h of every layer.
  void prepare() noexcept;
  /// From x [I] to y [O], which stays until the next call. `prepared`: prepare() has run since the
  /// state last changed. The bits are the same either way.
  const float* run(const float* x, bool prepared) noexcept;

 private:
  // One thread's share of a layer's units: the arguments of both kernels, and what they point to.
  struct Share {
    float *h = nullptr, *c = nullptr;
    kernels::RowSums sums{};
    kernels::RowStep step{};
  };
  // A group of a layer's units, for a step that was not prepared; none for int8.
  struct Group {
    kernels::RunWholeStep run = nullptr;
    kernels::WholeStep step{};
  };
  struct Layer {
    const float* x = nullptr;
    float* h = nullptr;
    FloatVector recurrent;
    Share shares[2];  // [1] is the helper's
    std::vector<Group> groups;
    FloatVector h_next;  // what the groups write, unless it is h itself
  };

  void make_groups(Layer& layer, const engine::RowLayer& weights, float* c);
  void whole_step(const Layer& layer) const noexcept;
  void share_out(Layer& layer, const engine::RowLayer& weights, float* c, std::size_t shares);
  void settled() const noexcept {
    if (helper_) helper_->wait();
  }

  const StreamModel& model_;
  FloatVector state_;
  std::vector<Layer> layers_;
  FloatVector y_;                   // [Op]
  bool backwards_ = false;          // the order of groups in the next step
  std::optional<BatchStep> batch_;  // if the model has no rows(), or is traced
  std::unique_ptr<HelperThread> helper_;
};

}  // namespace sluice::streaming
