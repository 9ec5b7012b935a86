#include "training/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "sluice/error.hpp"

namespace sluice::training {

std::string_view name(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd:
      return "sgd";
    case OptimizerKind::adam:
      return "adam";
    default:
      return "adamw";
  }
}

OptimizerKind optimizer_named(std::string_view wanted) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
    if (name(kind) == wanted) return kind;
  }
  throw Error(ErrorCode::usage, {.what = "no such optimizer",
                                 .expected = "sgd, adam or adamw",
                                 .got = "'" + std::string(wanted) + "'"});
}

Optimizer::Optimizer(OptimizerOptions options, std::size_t count)
    : options_(options),
      first_(count, 0.0f),
      second_(options.kind == OptimizerKind::sgd ? 0 : count, 0.0f) {}

void Optimizer::step(std::span<float> parameters, std::span<const float> gradient, double rate) {
  ++steps_;
  const bool decoupled = options_.kind == OptimizerKind::adamw;
  const auto decay = static_cast<float>(decoupled ? 0.0 : options_.weight_decay);
  const auto keep = static_cast<float>(decoupled ? 1.0 - rate * options_.weight_decay : 1.0);
  if (options_.kind == OptimizerKind::sgd) {
    const auto momentum = static_cast<float>(options_.momentum);
    const auto step = static_cast<float>(rate);
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      const float d = gradient[j] + decay * parameters[j];
      // The first velocity is the gradient itself, as in PyTorch; momentum * 0 gives just that.
      first_[j] = momentum * first_[j] + d;
      parameters[j] -= step * first_[j];
    }
    return;
  }
  const auto power = static_cast<double>(steps_);
  const double correction1 = 1.0 - std::pow(options_.beta1, power);
  const double correction2 = std::sqrt(1.0 - std::pow(options_.beta2, power));
  const auto beta1 = static_cast<float>(options_.beta1), beta2 = static_cast<float>(options_.beta2);
  const auto new1 = static_cast<float>(1.0 - options_.beta1),
             new2 = static_cast<float>(1.0 - options_.beta2);
  const auto step = static_cast<float>(rate / correction1);
  const auto shrink = static_cast<float>(1.0 / correction2),
             epsilon = static_cast<float>(options_.epsilon);
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    const float d = gradient[j] + decay * parameters[j];
    first_[j] = beta1 * first_[j] + new1 * d;
    second_[j] = beta2 * second_[j] + new2 * d * d;
    parameters[j] =
        keep * parameters[j] - step * first_[j] / (std::sqrt(second_[j]) * shrink + epsilon);
  }
}

double clip_by_norm(std::span<float> gradient, double limit) {
  double sum = 0.0;
  for (const float d : gradient) sum += static_cast<double>(d) * d;
  const double norm = std::sqrt(sum);
  if (norm > limit) {
    const auto scale = static_cast<float>(limit / norm);
    for (float& d : gradient) d *= scale;
  }
  return norm;
}

double Schedule::rate(std::size_t step) const {
  const auto at = static_cast<double>(step);
  const auto warm_up = static_cast<double>(options_.warm_up);
  if (at < warm_up) return options_.rate * (at + 1.0) / warm_up;
  if (options_.kind != ScheduleKind::cosine) return options_.rate * scale_;
  const double span = std::max(1.0, static_cast<double>(options_.steps) - warm_up);
  const double done = std::min(1.0, (at - warm_up) / span);
  return options_.rate * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

void Schedule::observe(double score) {
  if (options_.kind != ScheduleKind::plateau) return;
  if (score < best_) {
    best_ = score;
    since_best_ = 0;
  } else if (++since_best_ > options_.patience) {
    scale_ *= options_.factor;
    since_best_ = 0;
  }
}

}  // namespace sluice::training
