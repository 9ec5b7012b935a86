// From the gradient to the next parameters: clipping by the global norm, SGD with momentum, Adam,
// AdamW, and schedules of the learning rate. Formulas and defaults as in PyTorch, so that a run can
// be laid beside it.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/threads.hpp"
#include "sluice/optimizer.hpp"

namespace sluice::training {

/// "sgd", "adam" or "adamw"; throws Error(usage) for another.
OptimizerKind optimizer_named(std::string_view name);

/// How an update is made.
struct UpdateOptions {
  double scale = 1.0;          ///< The gradient is multiplied by it first: a mean, a clip.
  ThreadPool* pool = nullptr;  ///< Shares the work; the bits are the same.
};

class Optimizer {
 public:
  Optimizer(OptimizerOptions options, std::size_t count);
  /// One update of `parameters` by `gradient` (both [count]) at this learning rate.
  void step(std::span<float> parameters, std::span<const float> gradient, double rate,
            const UpdateOptions& update = {});
  std::size_t steps() const { return steps_; }

 private:
  void sgd(std::span<float> parameters, std::span<const float> gradient, double rate, float scale);
  void adam(std::span<float> parameters, std::span<const float> gradient, double rate,
            const UpdateOptions& update);

  OptimizerOptions options_;
  std::size_t steps_ = 0;
  std::vector<float> first_, second_;  // moments; sgd: velocity in first_
};

/// The 2-norm, summed in an order that does not depend on the threads.
double norm_of(std::span<const float> gradient, ThreadPool* pool = nullptr);
/// What a gradient of this norm is multiplied by so that it becomes at most `limit` (> 0; infinity:
/// never).
double clip_factor(double norm, double limit);
/// Scales the gradient so that its 2-norm is at most `limit` (> 0; infinity: never). Answers the
/// norm before.
double clip_by_norm(std::span<float> gradient, double limit);

/// The learning rate by the step's number, never by the clock.
class Schedule {
 public:
  explicit Schedule(ScheduleOptions options) : options_(options) {}

  /// The rate of step 0, 1, ..
  double rate(std::size_t step) const;
  /// plateau: tells it a validation score (lower is better).
  void observe(double score);

 private:
  ScheduleOptions options_;
  double best_ = std::numeric_limits<double>::infinity();
  double scale_ = 1.0;
  std::size_t since_best_ = 0;
};

}  // namespace sluice::training
