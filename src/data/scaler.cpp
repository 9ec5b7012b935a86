#include "data/scaler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/elementary.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

struct Moments {
  double mean = 0.0, deviation = 0.0, skewness = 0.0;
};

// A power of two that scales values so that their cubes neither overflow nor underflow, exactly; 1
// for all usual values.
double unit_of(const std::vector<double>& values) {
  double largest = 0.0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  const bool usual = largest == 0.0 || (largest > 1e-90 && largest < 1e90);
  return usual ? 1.0 : std::ldexp(1.0, std::ilogb(largest));
}

Moments moments_of(const std::vector<double>& values) {
  Moments m;
  if (values.empty()) return m;
  const auto count = static_cast<double>(values.size());
  const double unit = unit_of(values);
  double mean = 0.0;
  for (const double v : values) mean += v / unit / count;
  double second = 0.0, third = 0.0;
  for (const double v : values) {
    const double from_mean = v / unit - mean;
    second += from_mean * from_mean / count;
    third += from_mean * from_mean * from_mean / count;
  }
  double deviation = std::sqrt(second);
  // A deviation below the rounding error of a constant counts as constant.
  if (deviation <= 1e-12 * std::max(1e-300, std::abs(mean))) deviation = 0.0;
  if (deviation > 0) m.skewness = third / (second * deviation);
  m.mean = unit * mean;
  m.deviation = unit * deviation;
  return m;
}

}  // namespace

double Scaler::to_model(double value) const {
  if (std::isnan(value)) return value;
  if (log) value = logarithm(std::max(value + shift, lowest));
  return deviation > 0 ? (value - mean) / deviation : 0.0;
}

double Scaler::to_units(double scaled) const {
  const double value = mean + deviation * scaled;
  return log ? exponential(value) - shift : value;
}

Scaler fit_scaler(std::span<const double> values, LogChoice choice) {
  std::vector<double> seen;
  std::copy_if(values.begin(), values.end(), std::back_inserter(seen),
               [](double v) { return !std::isnan(v); });
  Scaler scaler;
  const Moments plain = moments_of(seen);
  scaler.mean = plain.mean;
  scaler.deviation = plain.deviation;
  if (choice == LogChoice::off || seen.empty()) return scaler;
  const double smallest = *std::min_element(seen.begin(), seen.end());
  if (smallest < 0) {
    if (choice == LogChoice::automatic) return scaler;
    throw Error(ErrorCode::data, {.what = "a logarithm was asked for",
                                  .expected = "no negative value",
                                  .got = std::to_string(smallest),
                                  .hint = "leave --log out"});
  }
  scaler.shift = smallest > 0 ? 0.0 : 1.0;
  scaler.lowest = (smallest + scaler.shift) / 10.0;
  for (double& v : seen) v = logarithm(v + scaler.shift);
  const Moments logged = moments_of(seen);
  const bool helps = plain.skewness > 0.7 && std::abs(logged.skewness) < 0.5 * plain.skewness;
  if (choice == LogChoice::automatic && !helps)
    return {.mean = plain.mean, .deviation = plain.deviation};
  scaler.log = true;
  scaler.mean = logged.mean;
  scaler.deviation = logged.deviation;
  return scaler;
}

}  // namespace sluice::data
