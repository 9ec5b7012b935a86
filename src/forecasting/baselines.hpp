// The simple baselines that every score is compared with. Each reads rows <= t of the series only.
// For ridge, the strongest baseline, see ridge.hpp.
#pragma once

#include <cstddef>
#include <span>

namespace sluice::forecasting {

// `series` [rows]: missing values filled with the last seen one, no NaN; t < rows is the origin;
// `out` [N] receives the forecasts of rows t+1 .. t+N.

/// Repeats the last value.
void naive(std::span<const double> series, std::size_t t, std::span<double> out);

/// The value at the same phase of the last `period` >= 1 rows. Before one whole period: naive.
void seasonal_naive(std::span<const double> series, std::size_t t, std::size_t period,
                    std::span<double> out);

/// Extends the straight line through the first value and row t. At row 0: naive.
void drift(std::span<const double> series, std::size_t t, std::span<double> out);

}  // namespace sluice::forecasting
