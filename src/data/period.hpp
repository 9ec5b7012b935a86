// Finds the seasonal period of a series. A period is accepted if values one period apart differ
// clearly less than values half a period more or less apart.
#pragma once

#include <cstddef>
#include <span>

#include "core/pulse.hpp"

namespace sluice::data {

/// Periods in rows; both 1 if the series has no season.
struct Seasons {
  std::size_t shortest = 1;  ///< the unit of lags: a day in half-hourly data with days and weeks
  /// period of the best seasonal-naive forecast: a week in the same data
  std::size_t strongest = 1;
};

/// `training` is the training part of one series, missing values filled, no NaN. `candidates` are
/// the periods that the clock suggests (hourly: 24, 168), in any order. Everything is measured on
/// the detrended series (minus its straight line), with E(m) = mean |y_t - y_{t-m}|.
///
/// - A period m is accepted if the series holds three of them, E(m) is below E(m/2) and E(3m/2) by
///   2 % + 1/sqrt(rows), and no lag within a tenth of m is 10 % better. A random walk or a slow
///   cycle, where E only grows, fails this however small E(m) is.
/// - Only if no candidate is accepted, peaks of the autocorrelation of at least 0.5 are tried (up
///   to a third of the rows, at most 2000), each moved to the lowest E within a tenth of it.
///   Wandering cycles such as sunspots stay below 0.5: repeating the last cycle forecasts worse
///   than repeating the last value.
/// - A longer period is the strongest only if its E is 10 % lower.
Seasons find_seasons(std::span<const double> training, std::span<const std::size_t> candidates,
                     Pulse pulse = kNoPulse);

/// find_seasons(..).strongest, for the seasonal-naive baseline and the scale of MASE.
std::size_t find_period(std::span<const double> training, std::span<const std::size_t> candidates,
                        Pulse pulse = kNoPulse);

}  // namespace sluice::data
