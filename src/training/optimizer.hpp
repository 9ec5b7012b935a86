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

namespace sluice::training {

enum class OptimizerKind { sgd, adam, adamw };
std::string_view name(OptimizerKind kind);
/// "sgd", "adam" or "adamw"; throws Error(usage) for another.
OptimizerKind optimizer_named(std::string_view name);

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adamw;
  double momentum = 0.0;  ///< sgd: v = momentum v + d; p -= rate v
  double beta1 = 0.9;     ///< adam, adamw (Kingma and Ba 2015)
  double beta2 = 0.999;   ///< adam, adamw
  double epsilon = 1e-8;  ///< adam, adamw
  double weight_decay =
      0.0;  ///< sgd, adam: added to the gradient; adamw: p -= rate decay p (Loshchilov 2019)
};

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

enum class ScheduleKind { constant, cosine, plateau };

/// The learning rate by the step's number, never by the clock.
class Schedule {
 public:
  struct Options {
    ScheduleKind kind = ScheduleKind::cosine;
    double rate = 3e-3;
    std::size_t warm_up = 20;  ///< Steps over which the rate rises linearly from 0.
    std::size_t steps = 0;     ///< cosine: the step at which the rate reaches 0.
    double factor = 0.5;       ///< plateau: what the rate is multiplied by ..
    std::size_t patience =
        5;  ///< plateau: .. at the validation after so many without a better one.
  };
  explicit Schedule(Options options) : options_(options) {}

  /// The rate of step 0, 1, ..
  double rate(std::size_t step) const;
  /// plateau: tells it a validation score (lower is better).
  void observe(double score);

 private:
  Options options_;
  double best_ = std::numeric_limits<double>::infinity();
  double scale_ = 1.0;
  std::size_t since_best_ = 0;
};

}  // namespace sluice::training
