// The forecasts that every score stands beside. Each reads rows <= t of the series only.
// Ridge, the strongest of them, is training/ridge.hpp.
#pragma once

#include <cstddef>
#include <span>

namespace sluice::forecasting {

// `series` [rows]: missing values already filled with the last seen one, no NaN; t < rows is the
// origin; `out` [N] receives the forecasts of rows t+1 .. t+N.

/// The last value.
void naive(std::span<const double> series, std::size_t t, std::span<double> out);

/// The value at the same place in the last `period` >= 1 rows. Before one whole period has been
/// seen: naive.
void seasonal_naive(std::span<const double> series, std::size_t t, std::size_t period,
                    std::span<double> out);

/// The straight line through the first value and the last, continued. At row 0: naive.
void drift(std::span<const double> series, std::size_t t, std::span<double> out);

}  // namespace sluice::forecasting
