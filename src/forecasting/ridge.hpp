// Ridge regression on lagged values: the strongest simple baseline, and the linear part of the
// forecasting model. One linear model forecasts all N steps ahead from the regressors r_t. Fits in
// double on one thread; results are bit-reproducible.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/pulse.hpp"
#include "forecasting/regressors.hpp"

namespace sluice::forecasting {

/// The base forecast that the penalty shrinks towards; it is folded into the weights.
enum class LinearBase {
  plain,           ///< the mean
  minus_last,      ///< the last value y_t
  minus_seasonal,  ///< the value at the same phase of the last full period known at t
};

/// forecast[h] = bias[h] + weight[h, :] . r_t, h = 0 for one step ahead.
struct LinearModel : RegressorLayout {
  std::vector<double> weight;  ///< [N, regressors()]
  std::vector<double> bias;    ///< [N]
  LinearBase base = LinearBase::plain;
  /// penalty, relative to the mean diagonal of the standardised Gram matrix
  double strength = 0.0;
  double validation_mae = 0.0;  ///< on the validation set, in original units; NaN from fit_ridge
};

struct RidgeOptions {
  std::size_t horizon = 1;  ///< N
  std::size_t period = 1;   ///< seasonal period in rows, 1: none
  /// fixed; 0: no lags. Unset: chosen among candidate_lags()
  std::optional<std::size_t> lags = {};
  std::size_t train_end = 0;  ///< training origins: all their targets lie before it
  std::size_t validation_end =
      0;  ///< validation origins: the later ones with all targets before it
  std::function<double(double)> to_units = {};  ///< scaled value to original units; empty: identity
  Pulse pulse = kNoPulse;
};

/// The numbers of lags tried, ascending: 1, 2, 7, 8, 14 and 15 periods, at most 1000 and a fifth of
/// `train_end`. 8 is one more than a week's 7, which lets the model see its own error of a week
/// ago. Without a period, or if not even one fits: powers of two up to 128.
std::vector<std::size_t> candidate_lags(std::size_t period, std::size_t train_end);

/// Tries every combination of lags, base and strength (1e-6 .. 10, eight steps), fitted on the
/// training origins, and chooses by the mean absolute error over observed targets of two parts: the
/// validation origins, and an equally long stretch before them (with fits that exclude it; skipped
/// if training is too short). Among the models within one standard error of the best (over blocks
/// of a period or horizon, at least eight), returns the one with the fewest lags. Reads no row at
/// or after `validation_end`. Throws Error(data) without a training origin or an observed
/// validation target, Error(usage) for an invalid bound.
LinearModel choose_ridge(const LinearInputs& inputs, const RidgeOptions& options);

/// The settings of one fit.
struct RidgeSettings {
  std::size_t horizon = 1;
  std::size_t period = 1;
  std::size_t lags = 1;
  /// needs lags: 1 for minus_last, one period for minus_seasonal
  LinearBase base = LinearBase::plain;
  double strength = 1e-3;  ///< > 0
};

/// Fits on the origins t >= lags - 1 with t + N < fit_end. Unobserved targets do not count; the
/// penalty applies to standardised regressors and not to the bias; a constant regressor gets weight
/// 0. Throws Error(data) if there is no origin, Error(usage) if the base needs more lags.
LinearModel fit_ridge(const LinearInputs& inputs, const RidgeSettings& settings,
                      std::size_t fit_end, Pulse pulse = kNoPulse);

/// Refits `model` with the same settings on all rows before `fit_end`.
LinearModel refit_ridge(const LinearModel& model, std::size_t period, const LinearInputs& inputs,
                        std::size_t fit_end, Pulse pulse = kNoPulse);

/// Writes the forecasts of rows t+1 .. t+N to `out` [N]; reads rows <= t and the known columns
/// ahead.
void predict(const LinearModel& model, const LinearInputs& inputs, std::size_t t,
             std::span<double> out);

}  // namespace sluice::forecasting
