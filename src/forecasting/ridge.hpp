// Ridge regression on lagged values: the strongest plain baseline, and the start of the model's
// autoregressive highway. One linear model forecasts all N steps ahead from the regressors r_t.
// Fits in double on one thread; the same input gives the same bits.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/pulse.hpp"
#include "forecasting/regressors.hpp"

namespace sluice::forecasting {

/// What the penalty shrinks the model towards. It is folded into the weights.
enum class LinearBase {
  plain,           ///< the mean
  minus_last,      ///< the last value y_t
  minus_seasonal,  ///< the value at the same place in the last full period known at t
};

/// forecast[h] = bias[h] + weight[h, :] . r_t, h = 0 for one step ahead.
struct LinearModel : RegressorLayout {
  std::vector<double> weight;  ///< [N, regressors()]
  std::vector<double> bias;    ///< [N]
  LinearBase base = LinearBase::plain;
  double strength =
      0.0;  ///< penalty, relative to the mean diagonal of the standardised Gram matrix
  double validation_mae = 0.0;  ///< on the validation part, in original units; NaN from fit_ridge
};

struct RidgeOptions {
  std::size_t horizon = 1;  ///< N
  std::size_t period = 1;   ///< seasonal period in rows, 1: none
  std::optional<std::size_t> lags =
      {};                          ///< fixed; 0: no lags. Unset: chosen among candidate_lags()
  std::size_t train_end = 0;       ///< origins whose targets all lie before it are fitted on
  std::size_t validation_end = 0;  ///< origins after those whose targets lie before it choose
  std::function<double(double)> to_units = {};  ///< scaled value to original units; empty: identity
  Pulse pulse = kNoPulse;
};

/// The numbers of lags tried, ascending: 1, 2, 7, 8, 14 and 15 periods (one more than a week's 7,
/// so that the model sees what it should have said of now a week ago), at most 1000 and a fifth of
/// `train_end`. Without a period, or where not one fits: powers of two, to 128.
std::vector<std::size_t> candidate_lags(std::size_t period, std::size_t train_end);

/// Tries every combination of lags, base and strength (1e-6 .. 10, eight steps) and gives back,
/// fitted on the training origins, the one with the lowest mean absolute error over the observed
/// targets of the validation origins and of a stretch as long before them (fitted without it; left
/// out where training is too short); of those within one standard error of it (over blocks of a
/// period or horizon, at least eight), the one with the fewest lags. Reads no row at or after
/// `validation_end`. Throws Error(data) where there is no training origin or no observed validation
/// target, Error(usage) where a bound makes no sense.
LinearModel choose_ridge(const LinearInputs& inputs, const RidgeOptions& options);

/// What stays fixed in one fit.
struct RidgeSettings {
  std::size_t horizon = 1;
  std::size_t period = 1;
  std::size_t lags = 1;
  LinearBase base =
      LinearBase::plain;   ///< needs lags: 1 for minus_last, one period for minus_seasonal
  double strength = 1e-3;  ///< > 0
};

/// Fits on the origins t >= lags - 1 with t + N < fit_end. Targets not observed do not count;
/// regressors are standardised for the penalty, the bias is free of it, a constant regressor has
/// weight 0. Throws Error(data) where no origin is left, Error(usage) where the base needs more
/// lags.
LinearModel fit_ridge(const LinearInputs& inputs, const RidgeSettings& settings,
                      std::size_t fit_end, Pulse pulse = kNoPulse);

/// `model` fitted anew, the choices kept, on all rows before `fit_end`.
LinearModel refit_ridge(const LinearModel& model, std::size_t period, const LinearInputs& inputs,
                        std::size_t fit_end, Pulse pulse = kNoPulse);

/// The forecasts of rows t+1 .. t+N into `out` [N]; reads rows <= t and the known columns ahead.
void predict(const LinearModel& model, const LinearInputs& inputs, std::size_t t,
             std::span<double> out);

}  // namespace sluice::forecasting
