// The honest score: forecasts from every row of the held-out tail, one after the other, each seeing
// only what was known then, beside the baselines from the same rows.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/split.hpp"
#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "forecasting/metrics.hpp"

namespace sluice::forecasting {

/// One method's score, over all steps ahead and for each.
struct MethodScore {
  std::string name;  ///< "model", "linear part", "naive", "seasonal_naive", "drift", "ridge"
  PointScore all;
  std::vector<PointScore> by_horizon;  // [N]
};

struct TargetBacktest {
  std::string target;
  MethodScore model;
  MethodScore linear;  ///< The model's own linear part alone, as --hidden 0.
  std::vector<MethodScore>
      baselines;  ///< naive, seasonal_naive (where there is a season), drift, ridge
  QuantileScore quantiles;
  double nominal_coverage = 0.0;
  double mase_scale = 0.0;

  const MethodScore& best_baseline() const;  ///< By MAE.
};

struct BacktestOptions {
  bool all_rows = false;     ///< Also the rows that the model has seen.
  bool allow_short = false;  ///< Also origins with less history than the model looks back on.
};

struct Backtest {
  std::size_t origins = 0;
  std::size_t without_history = 0;  ///< With too little of it: left out unless they are allowed.
  std::size_t season = 1;           ///< Period of seasonal_naive and MASE, in rows.
  std::string first_origin, last_origin;  ///< Times, or row numbers where there are none.
  std::size_t seen_rows = 0;              ///< Without times: rows of this file up to the last seen.
  std::string ridge_note;                 ///< How ridge was fitted.
  std::vector<TargetBacktest> targets;
};

/// Scores every row after validation from which the whole horizon lies in the file; with
/// `all_rows`, every such row of the file. Origins behind which the file has fewer rows than the
/// model looks back on (forecasting::ForecastModel::rows_needed) are left out. Ridge is fitted anew
/// on the file's training and validation rows; where the file does not have them, it is the model's
/// own linear part, and the note says so. Throws Error(data) where no row is left to
/// score, or where without times it cannot be told which rows the model has seen (seen_rows.hpp).
Backtest backtest(const forecasting::ForecastModel& model, const data::Table& table,
                  const BacktestOptions& options = {});

}  // namespace sluice::forecasting
