// A quantile of sorted values, by linear interpolation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sluice::forecasting {

/// `sorted`: at least one value; level from 0 to 1.
inline double quantile_of_sorted(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace sluice::forecasting
