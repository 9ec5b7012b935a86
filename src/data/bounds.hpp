// Between what values the forecasts of a target stay, in the data's units: found in the values that
// a model is made from, or said by its user. Forecasts are cut there when they come back to units;
// nothing is learnt otherwise.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::data {

struct Bounds {
  std::optional<double> low, high;  ///< Empty: none on this side.

  bool any() const { return low || high; }
  /// Whether a value lies within them; NaN does.
  bool hold(double value) const { return !(low && value < *low) && !(high && value > *high); }
  /// The value, or the bound beyond which it lies; NaN stays NaN.
  double apply(double value) const;
};

/// 0 below where no value is negative; nothing above.
Bounds find_bounds(std::span<const double> values);

/// Whether the values that are there look like counts: whole numbers, none negative.
bool are_counts(std::span<const double> values);

/// "0,100", "0," or ",100"; "none" for no bound. Throws Error(usage) for anything else.
Bounds bounds_from(std::string_view text);

/// "at least 0", "at most 100", "0 to 100".
std::string describe(const Bounds& bounds);

}  // namespace sluice::data
