// Baseline forecasts that need no fit.
#include "forecasting/baselines.hpp"

#include <algorithm>

namespace sluice::forecasting {

void naive(std::span<const double> series, std::size_t t, std::span<double> out) {
  std::fill(out.begin(), out.end(), series[t]);
}

void seasonal_naive(std::span<const double> series, std::size_t t, std::size_t period,
                    std::span<double> out) {
  if (t + 1 < period) return naive(series, t, out);
  for (std::size_t h = 0; h < out.size(); ++h) out[h] = series[t + 1 - period + h % period];
}

void drift(std::span<const double> series, std::size_t t, std::span<double> out) {
  const double steps = static_cast<double>(std::max<std::size_t>(t, 1));
  const double slope = (series[t] - series[0]) / steps;
  for (std::size_t h = 0; h < out.size(); ++h) {
    out[h] = series[t] + static_cast<double>(h + 1) * slope;
  }
}

}  // namespace sluice::forecasting
