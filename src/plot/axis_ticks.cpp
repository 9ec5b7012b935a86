#include "plot/axis_ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::plot {
namespace {

constexpr double kLargest = 1e300;         // Beyond it, high - low would overflow.
constexpr double kSmallestWidth = 1e-290;  // Below it, powers of ten turn into denormals.
constexpr double kSmallestShare =
    1e-9;  // A range narrower than this share of its values is constant.
constexpr double kLargestPlainStep = 1e8;  // From here on, labels have an exponent.
constexpr double kSmallestPlainStep = 1e-6;
constexpr double kMargin = 0.04;    // Fraction of the range, above and below.
constexpr double kRounding = 1e-9;  // Fraction of a step: tolerance for a tick at the axis end.

double round_step(double raw) {
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= raw * (1 - kRounding)) return digit * power;
  }
  return 10 * power;
}

// "12500.50" -> "12,500.50"; groups digits from five before the point on.
std::string with_commas(std::string number) {
  const std::size_t first = number.front() == '-' ? 1 : 0;
  std::size_t end = std::min(number.find('.'), number.size());
  if (end - first < 5) return number;
  while (end > first + 3) {
    end -= 3;
    number.insert(end, 1, ',');
  }
  return number;
}

}  // namespace

std::vector<double> Axis::ticks() const {
  const double first = std::ceil(low / step - kRounding);
  const double last = std::floor(high / step + kRounding);
  std::vector<double> values(static_cast<std::size_t>(last - first + 1));
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = (first + static_cast<double>(k)) * step;
  return values;
}

std::string Axis::label(double tick) const {
  if (tick == 0) return "0";
  if (step >= kLargestPlainStep || step < kSmallestPlainStep) {
    const double digits = std::floor(std::log10(std::abs(tick))) - std::floor(std::log10(step));
    return fmt::format("{:.{}e}", tick, std::max(0, static_cast<int>(digits)));
  }
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return with_commas(fmt::format("{:.{}f}", tick, decimals));
}

Axis fit_axis(double low, double high) {
  if (!(low <= high)) return {};
  low = std::clamp(low, -kLargest, kLargest);
  high = std::clamp(high, -kLargest, kLargest);
  const double magnitude = std::max(std::abs(low), std::abs(high));
  const double width = high - low;
  if (width <= std::max(kSmallestWidth, magnitude * kSmallestShare)) {
    const double pad = magnitude > kSmallestWidth ? magnitude * 0.1 : 1.0;
    return {low - pad, high + pad, round_step(2 * pad / 5)};
  }
  double first = low - kMargin * width;
  double last = high + kMargin * width;
  if (low >= 0 && low < width / 2) first = 0;
  if (high <= 0 && -high < width / 2) last = 0;
  return {first, last, round_step((last - first) / 5)};
}

std::vector<std::size_t> time_ticks(std::size_t rows, std::size_t anchor, double row_px,
                                    double label_px) {
  if (rows == 0) return {};
  std::size_t stride = 1;
  while (stride < rows && static_cast<double>(stride) * row_px < label_px) {
    stride = stride == 2 ? 3 : stride * 2;  // 1, 2, 3, 6, 12, 24, ..
  }
  std::vector<std::size_t> ticks;
  for (std::size_t row = anchor % stride; row < rows; row += stride) ticks.push_back(row);
  return ticks;
}

}  // namespace sluice::plot
