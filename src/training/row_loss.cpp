#include "training/row_loss.hpp"

#include <cmath>
#include <utility>

#include "training/losses.hpp"

namespace sluice::training {

RowLoss::RowLoss(Loss loss) : loss_(std::move(loss)) {}

LossSum RowLoss::add(const BatchView& batch, std::size_t step, std::size_t sample,
                     std::span<const float> y, std::span<float> d_y,
                     std::vector<float>& targets) const {
  const std::size_t row = batch.judged_row(step, sample);
  LossSum sum;
  if (loss_.kind == LossKind::cross_entropy) {
    const std::int32_t label = batch.data().labels[row];
    if (label >= 0 && !loss_.class_weights.empty()) {
      sum.terms = loss_.class_weights[static_cast<std::size_t>(label)];
    } else {
      sum.terms = label >= 0 ? 1.0 : 0.0;
    }
    sum.loss = add_cross_entropy(loss_, y, label, d_y);
  } else {
    sum = of_values(batch, row, y, d_y, targets);
  }
  if (batch.data().weights.empty()) return sum;
  const float weight = batch.data().weights[row];
  for (float& d : d_y) d *= weight;
  return {sum.loss * weight, sum.terms * weight};
}

LossSum RowLoss::of_values(const BatchView& batch, std::size_t row, std::span<const float> y,
                           std::span<float> d_y, std::vector<float>& targets) const {
  const bool quantiles = loss_.kind == LossKind::quantile;
  const std::size_t levels = quantiles ? loss_.levels.size() : 1, count = y.size() / levels;
  const float* given = batch.data().targets.data() + row * count;
  LossSum sum;
  for (std::size_t k = 0; k < count; ++k)
    sum.terms += std::isnan(given[k]) ? 0.0 : static_cast<double>(levels);
  if (!quantiles) {
    sum.loss = add_loss(loss_, y, {given, count}, d_y);
    return sum;
  }
  targets.resize(2 * y.size());  // targets of each level, then the levels
  for (std::size_t j = 0; j < y.size(); ++j) {
    targets[j] = given[j / levels];
    targets[y.size() + j] = loss_.levels[j % levels];
  }
  const std::span<const float> both(targets);
  sum.loss = add_pinball(y, both.first(y.size()), both.last(y.size()), d_y);
  return sum;
}

}  // namespace sluice::training
