// Measures differences at lags, and the autocorrelation where the clock gives no answer. O(rows *
// lags).
#include "data/period.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sluice::data {
namespace {

constexpr double kLeastMargin = 0.02;
constexpr double kNearMayGain = 0.10;
constexpr double kLongerMustGain = 0.10;
constexpr double kLeastCorrelation = 0.5;
constexpr std::size_t kMostLag = 2000;

std::vector<double> less_its_line(std::span<const double> series) {
  const double count = static_cast<double>(series.size());
  const double middle = (count - 1.0) / 2.0;
  double mean = 0.0;
  for (double value : series) mean += value / count;
  double up = 0.0;
  double square = 0.0;
  for (std::size_t t = 0; t < series.size(); ++t) {
    const double x = static_cast<double>(t) - middle;
    up += x * (series[t] - mean);
    square += x * x;
  }
  const double slope = square > 0.0 ? up / square : 0.0;
  std::vector<double> rest(series.size());
  for (std::size_t t = 0; t < series.size(); ++t) {
    rest[t] = series[t] - mean - slope * (static_cast<double>(t) - middle);
  }
  return rest;
}

// E(lag); 1 <= lag < rows.
double difference(const std::vector<double>& series, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t t = lag; t < series.size(); ++t) sum += std::abs(series[t] - series[t - lag]);
  return sum / static_cast<double>(series.size() - lag);
}

std::size_t lowest_near(const std::vector<double>& series, std::size_t lag) {
  const std::size_t reach = lag / 10;
  std::size_t best = lag;
  for (std::size_t m = lag - reach; m <= lag + reach; ++m) {
    if (difference(series, m) < difference(series, best)) best = m;
  }
  return best;
}

bool believed(const std::vector<double>& series, std::size_t period) {
  if (period < 2 || series.size() / 3 < period) return false;
  const double margin = kLeastMargin + 1.0 / std::sqrt(static_cast<double>(series.size()));
  const double beside =
      std::min(difference(series, period / 2), difference(series, period + (period + 1) / 2));
  const double here = difference(series, period);
  return here < (1.0 - margin) * beside &&
         difference(series, lowest_near(series, period)) >= (1.0 - kNearMayGain) * here;
}

// The periods at strong peaks of the autocorrelation, ascending.
std::vector<std::size_t> correlated(const std::vector<double>& series) {
  const std::size_t most = std::min(series.size() / 3, kMostLag);
  double whole = 0.0;
  for (double value : series) whole += value * value;
  std::vector<double> correlation(most + 1, 1.0);
  for (std::size_t lag = 1; lag <= most; ++lag) {
    double sum = 0.0;
    for (std::size_t t = lag; t < series.size(); ++t) sum += series[t] * series[t - lag];
    correlation[lag] = whole > 0.0 ? sum / whole : 0.0;
  }
  std::vector<std::size_t> periods;
  for (std::size_t lag = 2; lag < most; ++lag) {
    const bool peak = correlation[lag] > correlation[lag - 1] &&
                      correlation[lag] >= correlation[lag + 1] &&
                      correlation[lag] >= kLeastCorrelation;
    if (peak) periods.push_back(lowest_near(series, lag));
  }
  std::sort(periods.begin(), periods.end());
  return periods;
}

Seasons among(const std::vector<double>& series, const std::vector<std::size_t>& periods) {
  Seasons seasons;
  for (std::size_t period : periods) {
    if (!believed(series, period)) continue;
    if (seasons.shortest == 1) {
      seasons = {period, period};
    } else if (difference(series, period) <
               (1.0 - kLongerMustGain) * difference(series, seasons.strongest)) {
      seasons.strongest = period;
    }
  }
  return seasons;
}

}  // namespace

Seasons find_seasons(std::span<const double> training, std::span<const std::size_t> candidates) {
  const std::vector<double> series = less_its_line(training);
  std::vector<std::size_t> periods(candidates.begin(), candidates.end());
  std::sort(periods.begin(), periods.end());
  const Seasons seasons = among(series, periods);
  return seasons.shortest > 1 ? seasons : among(series, correlated(series));
}

std::size_t find_period(std::span<const double> training, std::span<const std::size_t> candidates) {
  return find_seasons(training, candidates).strongest;
}

}  // namespace sluice::data
