// Most losses are a value and a slope per output, summed in double; the pinball loss is a kernel;
// cross-entropy is computed from the logits with the largest one subtracted. See row_loss.cpp for
// choosing among them.
#include "training/losses.hpp"

#include <algorithm>
#include <cmath>

#include "core/elementary.hpp"
#include "kernels/kernel_table.hpp"
#include "sluice/error.hpp"

namespace sluice::training {
namespace {

constexpr LossKind kOfValues[] = {LossKind::squared, LossKind::absolute, LossKind::huber,
                                  LossKind::quantile};

struct ValueAndSlope {
  double value;
  float slope;
};

// For the error e = y - target. The slope of |e| at 0 is taken as 0.
ValueAndSlope of_error(const Loss& loss, float e) {
  const auto sign = static_cast<float>((e > 0) - (e < 0));
  switch (loss.kind) {
    case LossKind::absolute:
      return {std::abs(e), sign};
    case LossKind::huber:
      if (std::abs(e) > loss.delta)
        return {loss.delta * (std::abs(e) - 0.5 * loss.delta), sign * loss.delta};
      return {0.5 * e * e, e};
    case LossKind::squared:
      return {0.5 * e * e, e};
    case LossKind::quantile:
    case LossKind::cross_entropy:
      break;  // these need a level or a class
  }
  throw Error(ErrorCode::internal, {.what = "a loss that is not a function of the error alone"});
}

}  // namespace

LossKind loss_named(std::string_view text) {
  for (const LossKind kind : kOfValues) {
    if (name(kind) == text) return kind;
  }
  throw Error(ErrorCode::usage, {.what = "no such loss",
                                 .expected = "squared, absolute, huber or quantile",
                                 .got = "'" + std::string(text) + "'"});
}

double add_loss(const Loss& loss, std::span<const float> y, std::span<const float> target,
                std::span<float> d_y) {
  double sum = 0.0;
  for (std::size_t j = 0; j < y.size(); ++j) {
    if (std::isnan(target[j])) {
      d_y[j] = 0.0f;
      continue;
    }
    const ValueAndSlope result = of_error(loss, y[j] - target[j]);
    sum += result.value;
    d_y[j] = result.slope;
  }
  return sum;
}

double add_pinball(std::span<const float> y, std::span<const float> target,
                   std::span<const float> level, std::span<float> d_y) {
  return kernels::chosen().pinball({y.data(), target.data(), level.data(), d_y.data(), y.size()});
}

double add_cross_entropy(std::span<const float> y, long target_class, std::span<float> d_y) {
  return add_cross_entropy({}, y, target_class, d_y);
}

// With label smoothing s, C classes and class weights w, the label distribution q is (1 - s) at the
// class plus s / C at every class. The loss is the sum over c of w q (-log p); its slope at logit j
// is p_j (sum of w q) - w_j q_j.
double add_cross_entropy(const Loss& loss, std::span<const float> y, long target_class,
                         std::span<float> d_y) {
  if (target_class < 0) {
    std::fill(d_y.begin(), d_y.end(), 0.0f);
    return 0.0;
  }
  const double highest = *std::max_element(y.begin(), y.end());
  double sum = 0.0;
  for (const float logit : y) sum += exponential(logit - highest);
  const double log_sum = logarithm(sum) + highest;
  const double shared = loss.label_smoothing / static_cast<double>(y.size());
  const auto weighted = [&](std::size_t j) {
    const double weight = loss.class_weights.empty() ? 1.0 : loss.class_weights[j];
    const bool label = static_cast<long>(j) == target_class;
    return weight * (shared + (label ? 1.0 - loss.label_smoothing : 0.0));
  };
  double total = 0.0, answer = 0.0;
  for (std::size_t j = 0; j < y.size(); ++j) {
    total += weighted(j);
    answer += weighted(j) * (log_sum - static_cast<double>(y[j]));
  }
  for (std::size_t j = 0; j < y.size(); ++j) {
    const double probability = exponential(static_cast<double>(y[j]) - highest) / sum;
    d_y[j] = static_cast<float>(probability * total) - static_cast<float>(weighted(j));
  }
  return answer;
}

}  // namespace sluice::training

namespace sluice {

std::string_view name(LossKind kind) {
  switch (kind) {
    case LossKind::squared:
      return "squared";
    case LossKind::absolute:
      return "absolute";
    case LossKind::huber:
      return "huber";
    case LossKind::quantile:
      return "quantile";
    case LossKind::cross_entropy:
      return "cross-entropy";
  }
  return "unknown";
}

namespace {

[[noreturn]] void refuse(const char* field, const std::string& what, const std::string& expected,
                         const std::string& got) {
  throw Error(
      ErrorCode::usage,
      {.where = std::string("loss, ") + field, .what = what, .expected = expected, .got = got});
}

}  // namespace

void check(const Loss& loss, std::size_t outputs) {
  if (loss.kind == LossKind::huber && !(loss.delta > 0.0f && std::isfinite(loss.delta)))
    refuse("delta", "not a threshold of the Huber loss", "a number above 0",
           std::to_string(loss.delta));
  if (loss.kind == LossKind::quantile) {
    if (loss.levels.empty() || outputs % loss.levels.size() != 0) {
      refuse("levels", "the outputs are not a whole number of targets",
             "1 level or more, a divisor of " + std::to_string(outputs) + " outputs",
             std::to_string(loss.levels.size()));
    }
    for (const float level : loss.levels) {
      if (!(level > 0.0f && level < 1.0f))
        refuse("levels", "no level", "a number between 0 and 1", std::to_string(level));
    }
  }
  if (loss.kind != LossKind::cross_entropy) return;
  if (!(loss.label_smoothing >= 0.0f && loss.label_smoothing < 1.0f)) {
    refuse("label_smoothing", "no share", "0 or more, and less than 1",
           std::to_string(loss.label_smoothing));
  }
  if (!loss.class_weights.empty() && loss.class_weights.size() != outputs) {
    refuse("class_weights", "wrong number of weights", std::to_string(outputs) + ", one per output",
           std::to_string(loss.class_weights.size()));
  }
  for (const float weight : loss.class_weights) {
    if (!(weight >= 0.0f && std::isfinite(weight)))
      refuse("class_weights", "no weight", "a finite number, 0 or more", std::to_string(weight));
  }
}

}  // namespace sluice
