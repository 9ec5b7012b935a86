// Lagged products of a series with itself by fast Fourier transforms: O(rows log lags).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pulse.hpp"

namespace sluice::data {

/// sums[m] = sum over t of series[t] * series[t - m], m = 0 .. most. Rounding error: about 1e-15 of
/// sums[0].
std::vector<double> lagged_products(std::span<const double> series, std::size_t most,
                                    Pulse pulse = kNoPulse);

}  // namespace sluice::data
