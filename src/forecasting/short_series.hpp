// Series with too few rows for a validation part: one of a few simple methods, or ridge where that
// is clearly better, chosen by forecasts from rolling origins and then fitted on all rows. Each is
// a LinearModel, so that a model file, a stream and a backtest see nothing special.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "data/frame.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/ridge.hpp"

namespace sluice::forecasting {

/// Rows from which on a tenth of them, the validation part, holds enough origins to choose by.
std::size_t rows_for_validation(std::size_t horizon);

/// Rows below which there is nothing to choose by at all: three horizons, ten at least.
std::size_t least_rows(std::size_t horizon);

struct ShortOptions {
  std::size_t horizon = 1;               ///< N
  std::size_t period = 1;                ///< seasonal period in rows, 1: none
  std::optional<std::size_t> lags = {};  ///< set: ridge with these and nothing else
  std::vector<double> quantiles;         ///< [Q]
};

struct ShortChoice {
  LinearModel model;           ///< fitted on all rows; `validation_mae` is that of rolling origins
  std::vector<double> spread;  ///< [N, Q] what is added for each quantile, in the model's units
  std::string text;  ///< "drift: MAE 5.2 over 31 rolling origins (naive 6, ridge 7.1)", in units
};

/// Candidates: the last value; that and the drift from the first value to the last; where there is
/// a season the last one, and that and the mean change from season to season; ridge. Origins are
/// the rows of the second half with their whole horizon in the data; a method sees what was known
/// there (refitted at most twelve times). The lowest mean absolute error wins, but ridge, whose
/// lags and strength were picked on the same origins, only where it is lower than the best other by
/// more than one standard error over blocks of a horizon, or (under three blocks) a tenth.
/// Intervals are quantiles of the winner's rolling errors, scaled by their mean size at each step
/// ahead, and wider where few horizons do not overlap. Throws Error(data) where no target was
/// observed, or `lags` leave nothing to fit.
ShortChoice choose_for_short_series(const LinearInputs& inputs, const data::ScaledColumn& target,
                                    const ShortOptions& options);

/// The linear parts of `model`, which has its features, horizon, period and quantiles, and all that
/// goes with them, from all rows of `frame`.
void fit_short_series(const data::Frame& frame, std::optional<std::size_t> lags,
                      ForecastModel& model);

}  // namespace sluice::forecasting
