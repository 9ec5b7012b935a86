// Computes the validation errors once for the linear part, then for each state of the LSTM and all
// alphas in one pass.
#include "forecasting/validation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "forecasting/quantile.hpp"

namespace sluice::forecasting {
namespace {

// With fewer origins, quantiles of each step's errors alone would be noise.
constexpr std::size_t kOriginsForOwnSpread = 50;
constexpr std::size_t kRowsOfAPulse = 64;

}  // namespace

Validation::Validation(const ForecastModel& model, const data::Frame& frame,
                       const std::vector<std::vector<double>>& linear)
    : first_(model.split.train_end - 1),
      count_(model.split.validation_end - model.horizon - first_),
      horizon_(model.horizon),
      linear_errors_(count_, 0.0) {
  std::vector<double> terms(count_, 0.0);
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const data::Scaler& scaler = model.features.targets[k].scaler;
    const std::vector<double>& forecasts = linear[k];
    const auto begin = forecasts.begin() + static_cast<std::ptrdiff_t>(first_ * horizon_);
    base_.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count_ * horizon_));
    std::vector<double>& truth =
        truth_.emplace_back(count_ * horizon_, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t at = 0; at < truth.size(); ++at) {
      const std::size_t row = first_ + 1 + at / horizon_ + at % horizon_;
      if (frame.observed[k][row] != 0) truth[at] = scaler.to_units(frame.target[k][row]);
    }
    double sum = 0.0, all_terms = 0.0;
    for (std::size_t origin = 0; origin < count_; ++origin)
      sum += error_sum(scaler, k, origin, all_terms);
    linear_mae_.push_back(all_terms > 0 ? std::max(sum / all_terms, 1e-300) : 1.0);
    for (std::size_t origin = 0; origin < count_; ++origin) {
      linear_errors_[origin] += error_sum(scaler, k, origin, terms[origin]) / linear_mae_[k];
    }
  }
  for (std::size_t origin = 0; origin < count_; ++origin) linear_errors_[origin] /= terms[origin];
}

// Sum of the linear part's errors at one origin, over the steps with a known value; adds their
// number to `terms`.
double Validation::error_sum(const data::Scaler& scaler, std::size_t target, std::size_t origin,
                             double& terms) const {
  double sum = 0.0;
  for (std::size_t at = origin * horizon_; at < (origin + 1) * horizon_; ++at) {
    const double error = std::abs(scaler.to_units(base_[target][at]) - truth_[target][at]);
    if (std::isnan(error)) continue;
    sum += error;
    terms += 1.0;
  }
  return sum;
}

double Validation::linear_mae() const {
  return std::accumulate(linear_mae_.begin(), linear_mae_.end(), 0.0) /
         static_cast<double>(linear_mae_.size());
}

std::vector<std::vector<double>> Validation::mixed_errors(const ForecastModel& model,
                                                          const std::vector<float>& outputs,
                                                          std::size_t candidates,
                                                          Pulse pulse) const {
  const std::size_t per_step = model.network_quantiles(), width = model.network_outputs();
  const std::size_t middle = per_step == 1 ? 0 : model.median();
  std::vector<std::vector<double>> errors(candidates, std::vector<double>(count_, 0.0));
  for (std::size_t origin = 0; origin < count_; ++origin) {
    if (origin % kRowsOfAPulse == 0) pulse();
    double terms = 0.0;
    for (std::size_t k = 0; k < model.targets(); ++k) {
      const data::Scaler& scaler = model.features.targets[k].scaler;
      for (std::size_t h = 0; h < horizon_; ++h) {
        const double truth = truth_[k][origin * horizon_ + h],
                     base = base_[k][origin * horizon_ + h];
        if (std::isnan(truth) || std::isnan(base)) continue;
        const float output = outputs[origin * width + (k * horizon_ + h) * per_step + middle];
        const double correction = model.residual_scale[k] * static_cast<double>(output);
        for (std::size_t a = 0; a < candidates; ++a) {
          const double alpha = static_cast<double>(a + 1) / static_cast<double>(candidates);
          errors[a][origin] +=
              std::abs(scaler.to_units(base + alpha * correction) - truth) / linear_mae_[k];
        }
        terms += 1.0;
      }
    }
    for (std::size_t a = 0; a < candidates; ++a) errors[a][origin] /= terms;
  }
  return errors;
}

double Validation::mae(const std::vector<double>& errors, std::size_t first,
                       std::size_t last) const {
  double sum = 0.0, count = 0.0;
  for (std::size_t origin = first; origin < last; ++origin) {
    if (!std::isnan(errors[origin])) sum += errors[origin], count += 1.0;
  }
  return sum / count * linear_mae();
}

std::vector<std::vector<double>> Validation::linear_spread(const ForecastModel& model,
                                                           Pulse pulse) const {
  const std::size_t levels = model.quantiles.size();
  const std::size_t reach = count_ >= kOriginsForOwnSpread ? 0 : horizon_;
  std::vector<std::vector<double>> result;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const data::Scaler& scaler = model.features.targets[k].scaler;
    std::vector<double>& spread = result.emplace_back(horizon_ * levels, 0.0);
    for (std::size_t h = 0; h < horizon_; ++h) {
      pulse();
      std::vector<double> errors;
      for (std::size_t origin = 0; origin < count_; ++origin) {
        for (std::size_t near = h > reach ? h - reach : 0;
             near <= std::min(h + reach, horizon_ - 1); ++near) {
          const double error = scaler.to_model(truth_[k][origin * horizon_ + near]) -
                               base_[k][origin * horizon_ + near];
          if (!std::isnan(error)) errors.push_back(error);
        }
      }
      if (errors.empty()) continue;
      std::sort(errors.begin(), errors.end());
      for (std::size_t q = 0; q < levels; ++q) {
        // The point forecast stays the linear part's own.
        if (model.quantiles[q] != 0.5)
          spread[h * levels + q] = quantile_of_sorted(errors, model.quantiles[q]);
      }
    }
  }
  return result;
}

CrossFit::CrossFit(const Validation& validation, std::size_t candidates) : validation_(validation) {
  const std::size_t middle = validation.count() / 2;
  const std::vector<std::vector<double>> linear(candidates, validation.linear_errors());
  halves_[0] = {0, middle, validation.mae(validation.linear_errors(), 0, middle), linear};
  halves_[1] = {middle, validation.count(),
                validation.mae(validation.linear_errors(), middle, validation.count()), linear};
}

void CrossFit::observe(const std::vector<std::vector<double>>& errors) {
  for (Half& half : halves_) {
    for (const std::vector<double>& candidate : errors) {
      const double mae = validation_.mae(candidate, half.first, half.last);
      if (!(mae < half.best)) continue;
      half.best = mae;
      half.errors = errors;
    }
  }
}

std::vector<std::vector<double>> CrossFit::errors() const {
  std::vector<std::vector<double>> result = halves_[0].errors;
  const std::size_t middle = halves_[1].first, reach = validation_.horizon();
  for (std::size_t candidate = 0; candidate < result.size(); ++candidate) {
    for (std::size_t origin = 0; origin < middle; ++origin) {
      const bool across = origin + reach > middle;
      result[candidate][origin] =
          across ? std::numeric_limits<double>::quiet_NaN() : halves_[1].errors[candidate][origin];
    }
  }
  return result;
}

std::vector<double> residual_scales(const ForecastModel& model, const data::Frame& frame,
                                    const std::vector<std::vector<double>>& linear, Pulse pulse) {
  std::vector<double> scales;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    double squares = 0.0, count = 0.0;
    for (std::size_t t = 0; t + model.horizon < model.split.train_end; ++t) {
      if (t % kRowsOfAPulse == 0) pulse();
      for (std::size_t h = 0; h < model.horizon; ++h) {
        const double error = frame.target[k][t + 1 + h] - linear[k][t * model.horizon + h];
        if (frame.observed[k][t + 1 + h] == 0 || std::isnan(error)) continue;
        squares += error * error;
        count += 1.0;
      }
    }
    // Lower bound, for a linear part that fits exactly.
    scales.push_back(count > 0 ? std::max(std::sqrt(squares / count), 1e-6) : 1.0);
  }
  return scales;
}

}  // namespace sluice::forecasting
