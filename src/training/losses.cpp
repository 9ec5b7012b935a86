#include "training/losses.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/kernel_table.hpp"
#include "sluice/error.hpp"

namespace sluice::training {
namespace {

struct Named {
  LossKind kind;
  std::string_view name;
};
constexpr Named kLosses[] = {{LossKind::squared, "squared"},
                             {LossKind::absolute, "absolute"},
                             {LossKind::huber, "huber"},
                             {LossKind::quantile, "quantile"}};

struct ValueAndSlope {
  double value;
  float slope;
};

// By the error e = y - target. The slope of |e| at 0 is taken as 0.
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
      break;  // asks for a level
  }
  throw Error(ErrorCode::internal, {.what = "a loss that does not follow from the error alone"});
}

}  // namespace

std::string_view name(LossKind kind) {
  for (const Named& loss : kLosses) {
    if (loss.kind == kind) return loss.name;
  }
  return "unknown";
}

LossKind loss_named(std::string_view name) {
  for (const Named& loss : kLosses) {
    if (loss.name == name) return loss.kind;
  }
  throw Error(ErrorCode::usage, {.what = "no such loss",
                                 .expected = "squared, absolute, huber or quantile",
                                 .got = "'" + std::string(name) + "'"});
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
  if (target_class < 0) {
    std::fill(d_y.begin(), d_y.end(), 0.0f);
    return 0.0;
  }
  const float highest = *std::max_element(y.begin(), y.end());
  double sum = 0.0;
  for (const float logit : y) sum += std::exp(static_cast<double>(logit) - highest);
  for (std::size_t j = 0; j < y.size(); ++j) {
    const double probability = std::exp(static_cast<double>(y[j]) - highest) / sum;
    d_y[j] = static_cast<float>(probability) - (static_cast<long>(j) == target_class ? 1.0f : 0.0f);
  }
  return std::log(sum) + highest - static_cast<double>(y[static_cast<std::size_t>(target_class)]);
}

}  // namespace sluice::training
