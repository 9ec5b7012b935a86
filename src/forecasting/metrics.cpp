// Running sums and the scores computed from them.
#include "forecasting/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double mean(double sum, std::size_t count) {
  return count == 0 ? kNone : sum / static_cast<double>(count);
}

void require_size(const char* what, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw Error(ErrorCode::internal, {.where = "scores",
                                    .what = fmt::format("wrong number of values in the {}", what),
                                    .expected = fmt::format("{}", expected),
                                    .got = fmt::format("{}", got)});
}

double symmetric_percentage(double truth, double forecast) {
  const double size = std::abs(truth) + std::abs(forecast);
  return size == 0.0 ? 0.0 : 200.0 * std::abs(truth - forecast) / size;
}

}  // namespace

double mase_scale(std::span<const double> training, std::size_t period) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t t = period; t < training.size(); ++t) {
    const double step = std::abs(training[t] - training[t - period]);
    if (std::isnan(step)) continue;
    sum += step;
    ++count;
  }
  return mean(sum, count);
}

PointScores::PointScores(std::size_t horizon, double scale) : scale_(scale), sums_(horizon) {}

void PointScores::add(std::span<const double> truth, std::span<const double> forecast) {
  require_size("truth", truth.size(), sums_.size());
  require_size("forecast", forecast.size(), sums_.size());
  for (std::size_t h = 0; h < truth.size(); ++h) {
    if (std::isnan(truth[h])) continue;
    const double error = std::abs(truth[h] - forecast[h]);
    const double relative = symmetric_percentage(truth[h], forecast[h]);
    for (Sums* sums : {&sums_[h], &all_}) {
      sums->absolute += error;
      sums->squared += error * error;
      sums->relative += relative;
      ++sums->count;
    }
  }
}

PointScore PointScores::at(std::size_t h) const { return score(sums_.at(h)); }

PointScore PointScores::all() const { return score(all_); }

PointScore PointScores::score(const Sums& sums) const {
  const double mae = mean(sums.absolute, sums.count);
  return {.mae = mae,
          .rmse = std::sqrt(mean(sums.squared, sums.count)),
          .smape = mean(sums.relative, sums.count),
          .mase = scale_ > 0.0 ? mae / scale_ : kNone,
          .count = sums.count};
}

QuantileScores::QuantileScores(std::size_t horizon, std::vector<double> levels)
    : levels_(std::move(levels)), sums_(horizon) {
  const bool ascending = std::adjacent_find(levels_.begin(), levels_.end(), [](double a, double b) {
                           return !(a < b);
                         }) == levels_.end();
  if (levels_.empty() || !ascending || !(levels_.front() > 0.0) || !(levels_.back() < 1.0)) {
    throw Error(ErrorCode::usage, {.where = "quantiles",
                                   .what = "not usable as levels",
                                   .expected = "numbers between 0 and 1, each larger than the last",
                                   .got = fmt::format("{}", fmt::join(levels_, ","))});
  }
}

void QuantileScores::add(std::span<const double> truth, std::span<const double> forecast) {
  require_size("truth", truth.size(), sums_.size());
  require_size("forecast", forecast.size(), sums_.size() * levels_.size());
  for (std::size_t h = 0; h < truth.size(); ++h) {
    if (std::isnan(truth[h])) continue;
    const auto here = forecast.subspan(h * levels_.size(), levels_.size());
    add_one(sums_[h], truth[h], here);
    add_one(all_, truth[h], here);
  }
}

void QuantileScores::add_one(Sums& sums, double truth, std::span<const double> forecast) const {
  sums.pinball.resize(levels_.size(), 0.0);
  for (std::size_t q = 0; q < levels_.size(); ++q) {
    const double above = truth - forecast[q];
    sums.pinball[q] += above >= 0.0 ? levels_[q] * above : (levels_[q] - 1.0) * above;
  }
  if (std::isnan(forecast.front()) || std::isnan(forecast.back())) sums.broken = true;
  if (forecast.front() <= truth && truth <= forecast.back()) ++sums.inside;
  ++sums.count;
}

QuantileScore QuantileScores::at(std::size_t h) const { return score(sums_.at(h)); }

QuantileScore QuantileScores::all() const { return score(all_); }

QuantileScore QuantileScores::score(const Sums& sums) const {
  QuantileScore result;
  double total = 0.0;
  for (std::size_t q = 0; q < levels_.size(); ++q) {
    result.pinball.push_back(sums.count == 0 ? kNone : mean(sums.pinball[q], sums.count));
    total += result.pinball[q];
  }
  result.mean_pinball = total / static_cast<double>(levels_.size());
  result.coverage = sums.broken ? kNone : mean(static_cast<double>(sums.inside), sums.count);
  result.count = sums.count;
  return result;
}

}  // namespace sluice::forecasting
