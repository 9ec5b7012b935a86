// Optimisers: clipping by the global norm, SGD with momentum, Adam, AdamW, and learning-rate
// schedules. Formulas and defaults follow PyTorch, so that runs can be compared.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/threads.hpp"
#include "sluice/optimizer.hpp"

namespace sluice::training {

/// Parses "sgd", "adam" or "adamw"; throws Error(usage) for anything else.
OptimizerKind optimizer_named(std::string_view name);

/// Options of one update.
struct UpdateOptions {
  double scale = 1.0;          ///< Multiplies the gradient first: for a mean or a clip.
  ThreadPool* pool = nullptr;  ///< Shares the work; does not change the bits.
};

class Optimizer {
 public:
  Optimizer(OptimizerOptions options, std::size_t count);
  /// Updates `parameters` by `gradient` (both [count]) at this learning rate.
  void step(std::span<float> parameters, std::span<const float> gradient, double rate,
            const UpdateOptions& update = {});
  std::size_t steps() const { return steps_; }

 private:
  void sgd(std::span<float> parameters, std::span<const float> gradient, double rate, float scale);
  void adam(std::span<float> parameters, std::span<const float> gradient, double rate,
            const UpdateOptions& update);

  OptimizerOptions options_;
  std::size_t steps_ = 0;
  std::vector<float> first_, second_;  // moments; for SGD first_ is the velocity
};

/// The 2-norm, summed in an order that does not depend on the threads.
double norm_of(std::span<const float> gradient, ThreadPool* pool = nullptr);
/// The factor that reduces a gradient of this norm to at most `limit` (> 0; infinity: never).
double clip_factor(double norm, double limit);
/// Scales the gradient so that its 2-norm is at most `limit` (> 0; infinity: never). Returns the
/// norm before scaling.
double clip_by_norm(std::span<float> gradient, double limit);

/// Learning rate as a function of the step number, never of the clock.
class Schedule {
 public:
  explicit Schedule(ScheduleOptions options) : options_(options) {}

  /// The rate of step 0, 1, ..
  double rate(std::size_t step) const;
  /// For plateau: reports a validation score (lower is better).
  void observe(double score);

 private:
  ScheduleOptions options_;
  double best_ = std::numeric_limits<double>::infinity();
  double scale_ = 1.0;
  std::size_t since_best_ = 0;
};

}  // namespace sluice::training
