// Converts a column between its units and the model's: an optional logarithm, then mean 0 and
// deviation 1 over the rows that the scaler was fitted on.
#pragma once

#include <span>

namespace sluice::data {

struct Scaler {
  double mean = 0.0;
  double deviation = 1.0;  ///< 0: the column was constant, every value becomes 0.
  bool log = false;
  /// log: of value + shift; 0 if all values were positive, 1 if there were zeros.
  double shift = 0.0;
  double lowest = 0.0;  ///< log: lower bound of value + shift.

  double to_model(double value) const;  ///< NaN stays NaN.
  double to_units(double scaled) const;
};

enum class LogChoice { off, on, automatic };

/// Fitted on the values that are not NaN. `automatic` takes the logarithm if no value is negative,
/// the skewness exceeds 0.7 and the logarithm more than halves it. `on` with negative values throws
/// Error(data).
Scaler fit_scaler(std::span<const double> values, LogChoice log);

}  // namespace sluice::data
