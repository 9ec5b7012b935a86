// From a column's units to the model's and back: an optional logarithm, then mean 0 and deviation 1
// on the rows that the scaler was fitted on.
#pragma once

#include <span>

namespace sluice::data {

struct Scaler {
  double mean = 0.0;
  double deviation = 1.0;  ///< 0: the column was constant, every value becomes 0.
  bool log = false;
  double shift =
      0.0;  ///< log: of value + shift; 0 where all values were positive, 1 where there were zeros.
  double lowest = 0.0;  ///< log: smaller value + shift count as this.

  double to_model(double value) const;  ///< NaN stays NaN.
  double to_units(double scaled) const;
};

enum class LogChoice { off, on, automatic };

/// Fitted on the values that are not NaN. `automatic` takes the logarithm where no value is
/// negative, the skewness is over 0.7 and the logarithm more than halves it. `on` with negative
/// values throws Error(data).
Scaler fit_scaler(std::span<const double> values, LogChoice log);

}  // namespace sluice::data
