// Measures differences at lags, and the autocorrelation if the clock gives no answer. O(rows log
// lags), plus O(rows) for each of at most a few thousand lags near candidate periods.
#include "data/period.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "data/autocorrelation.hpp"

namespace sluice::data {
namespace {

constexpr double kLeastMargin = 0.02;
constexpr double kNearMayGain = 0.10;
constexpr double kLongerMustGain = 0.10;
constexpr double kLeastCorrelation = 0.5;
constexpr std::size_t kMostLag = 2000;
constexpr std::size_t kMostTried = 4096;  // lags tried near one candidate

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

// E at lags, each computed once in O(rows).
class Differences {
 public:
  Differences(const std::vector<double>& series, Pulse pulse) : series_(series), pulse_(pulse) {}

  std::size_t rows() const { return series_.size(); }

  /// E(lag); 1 <= lag < rows.
  double at(std::size_t lag) {
    const auto [place, fresh] = known_.try_emplace(lag, 0.0);
    if (fresh) {
      pulse_();
      place->second = mean_difference(lag);
    }
    return place->second;
  }

  /// The lag of the lowest E within a tenth of this one. Long lags are subsampled: a tenth of them
  /// would be thousands.
  std::size_t lowest_near(std::size_t lag) {
    const std::size_t reach = lag / 10, stride = 1 + 2 * reach / kMostTried;
    std::size_t best = lag;
    for (std::size_t m = lag - reach; m <= lag + reach; m += stride) {
      if (at(m) < at(best)) best = m;
    }
    return best;
  }

 private:
  double mean_difference(std::size_t lag) const {
    constexpr std::size_t kLanes = 8;  // parallel sums, which the compiler vectorises
    const std::size_t count = series_.size() - lag;
    const double *now = series_.data() + lag, *before = series_.data();
    double sums[kLanes] = {};
    std::size_t t = 0;
    for (; t + kLanes <= count; t += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        sums[lane] += std::abs(now[t + lane] - before[t + lane]);
    }
    for (; t < count; ++t) sums[0] += std::abs(now[t] - before[t]);
    double sum = 0.0;
    for (const double part : sums) sum += part;
    return sum / static_cast<double>(count);
  }

  const std::vector<double>& series_;
  Pulse pulse_;
  std::unordered_map<std::size_t, double> known_;
};

bool believed(Differences& e, std::size_t period) {
  if (period < 2 || e.rows() / 3 < period) return false;
  const double margin = kLeastMargin + 1.0 / std::sqrt(static_cast<double>(e.rows()));
  const double beside = std::min(e.at(period / 2), e.at(period + (period + 1) / 2));
  const double here = e.at(period);
  return here < (1.0 - margin) * beside &&
         e.at(e.lowest_near(period)) >= (1.0 - kNearMayGain) * here;
}

// Periods at strong peaks of the autocorrelation, ascending.
std::vector<std::size_t> correlated(const std::vector<double>& series, Differences& e,
                                    Pulse pulse) {
  const std::size_t most = std::min(series.size() / 3, kMostLag);
  std::vector<double> correlation = lagged_products(series, most, pulse);
  const double whole = correlation[0];
  for (double& value : correlation) value = whole > 0.0 ? value / whole : 0.0;
  std::vector<std::size_t> periods;
  for (std::size_t lag = 2; lag < most; ++lag) {
    const bool peak = correlation[lag] > correlation[lag - 1] &&
                      correlation[lag] >= correlation[lag + 1] &&
                      correlation[lag] >= kLeastCorrelation;
    if (peak) periods.push_back(e.lowest_near(lag));
  }
  std::sort(periods.begin(), periods.end());
  return periods;
}

Seasons among(Differences& e, const std::vector<std::size_t>& periods) {
  Seasons seasons;
  for (std::size_t period : periods) {
    if (!believed(e, period)) continue;
    if (seasons.shortest == 1) {
      seasons = {period, period};
    } else if (e.at(period) < (1.0 - kLongerMustGain) * e.at(seasons.strongest)) {
      seasons.strongest = period;
    }
  }
  return seasons;
}

}  // namespace

Seasons find_seasons(std::span<const double> training, std::span<const std::size_t> candidates,
                     Pulse pulse) {
  const std::vector<double> series = less_its_line(training);
  Differences e(series, pulse);
  std::vector<std::size_t> periods(candidates.begin(), candidates.end());
  std::sort(periods.begin(), periods.end());
  const Seasons seasons = among(e, periods);
  return seasons.shortest > 1 ? seasons : among(e, correlated(series, e, pulse));
}

std::size_t find_period(std::span<const double> training, std::span<const std::size_t> candidates,
                        Pulse pulse) {
  return find_seasons(training, candidates, pulse).strongest;
}

}  // namespace sluice::data
