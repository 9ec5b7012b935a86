// Models for series with too few rows for a validation part: a simple method, or ridge if clearly
// better, chosen by forecasts from rolling origins and then fitted on all rows. Each is a
// LinearModel, so model files, streams and backtests need no special case.
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

/// Rows from which on the validation part, a tenth of them, holds enough origins to choose by.
std::size_t rows_for_validation(std::size_t horizon);

/// Rows below which no choice is possible: three horizons, at least ten.
std::size_t least_rows(std::size_t horizon);

struct ShortOptions {
  std::size_t horizon = 1;               ///< N
  std::size_t period = 1;                ///< seasonal period in rows, 1: none
  std::optional<std::size_t> lags = {};  ///< set: ridge with these lags only
  std::vector<double> quantiles;         ///< [Q]
};

struct ShortChoice {
  LinearModel model;           ///< fitted on all rows; `validation_mae` is that of rolling origins
  std::vector<double> spread;  ///< [N, Q] added for each quantile, in the model's units
  std::string text;  ///< "drift: MAE 5.2 over 31 rolling origins (naive 6, ridge 7.1)", in units
};

/// Candidates: the last value; the same plus the drift from the first to the last value; with a
/// season, the last season, and the same plus the mean change from season to season; ridge. Origins
/// are the rows of the second half whose whole horizon is in the data; a method sees only what was
/// known there (refitted at most twelve times). The lowest mean absolute error wins. Ridge, whose
/// lags and strength were chosen on the same origins, must beat the best other method by more than
/// one standard error over blocks of a horizon, or (under three blocks) by a tenth. Intervals are
/// quantiles of the winner's rolling errors, scaled by their mean size at each step ahead, and
/// wider if there are few non-overlapping horizons. Throws Error(data) if no target was observed,
/// or `lags` leave nothing to fit.
ShortChoice choose_for_short_series(const LinearInputs& inputs, const data::ScaledColumn& target,
                                    const ShortOptions& options);

/// Fits the linear parts of `model`, and all that depends on them, on all rows of `frame`. `model`
/// must have its features, horizon, period and quantiles.
void fit_short_series(const data::Frame& frame, std::optional<std::size_t> lags,
                      ForecastModel& model);

}  // namespace sluice::forecasting
