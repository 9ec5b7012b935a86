// The range of a target's forecasts in the data's units: derived from the training values or given
// by the user. Forecasts are clamped to it after scaling back; training ignores it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::data {

struct Bounds {
  std::optional<double> low, high;  ///< Empty: unbounded on this side.

  bool any() const { return low || high; }
  /// Whether a value is within the bounds; true for NaN.
  bool hold(double value) const { return !(low && value < *low) && !(high && value > *high); }
  /// The value clamped to the bounds; NaN stays NaN.
  double apply(double value) const;
};

/// Lower bound 0 if no value is negative; no upper bound.
Bounds find_bounds(std::span<const double> values);

/// Whether the values present look like counts: whole numbers, none negative.
bool are_counts(std::span<const double> values);

/// "0,100", "0," or ",100"; "none" for no bound. Throws Error(usage) for anything else.
Bounds bounds_from(std::string_view text);

/// "at least 0", "at most 100", "0 to 100".
std::string describe(const Bounds& bounds);

}  // namespace sluice::data
