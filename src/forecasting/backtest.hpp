// Backtest: forecasts from every row of the held-out tail, each from the data known at that time,
// scored against baselines on the same rows.
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

/// Scores of one method, for all steps ahead together and for each.
struct MethodScore {
  std::string name;  ///< "model", "linear part", "naive", "seasonal_naive", "drift", "ridge"
  PointScore all;
  std::vector<PointScore> by_horizon;  // [N]
};

struct TargetBacktest {
  std::string target;
  MethodScore model;
  MethodScore linear;  ///< The model's linear part alone, as with --hidden 0.
  /// naive, seasonal_naive (if there is a season), drift, ridge
  std::vector<MethodScore> baselines;
  QuantileScore quantiles;
  double nominal_coverage = 0.0;
  double mase_scale = 0.0;

  const MethodScore& best_baseline() const;  ///< The baseline with the lowest MAE.
};

struct BacktestOptions {
  bool all_rows = false;     ///< Include rows that the model has seen.
  bool allow_short = false;  ///< Include origins with less history than the model needs.
};

struct Backtest {
  std::size_t origins = 0;
  std::size_t without_history = 0;  ///< Origins with too little history: skipped unless allowed.
  std::size_t season = 1;           ///< Period of seasonal_naive and MASE, in rows.
  std::string first_origin, last_origin;  ///< Times, or row numbers without times.
  std::size_t seen_rows = 0;  ///< Without times: number of the file's rows up to the last seen one.
  std::string ridge_note;     ///< How the ridge baseline was fitted.
  std::vector<TargetBacktest> targets;
};

/// Scores every origin after validation whose whole horizon is in the file; with `all_rows`, every
/// such origin of the file. Origins with less history than ForecastModel::rows_needed() are
/// skipped. The ridge baseline is refitted on the file's training and validation rows; if the file
/// lacks them, the model's own linear part is used, and ridge_note says so. Throws Error(data) if
/// no origin is left, or if, without times, the rows that the model has seen cannot be determined
/// (seen_rows.hpp).
Backtest backtest(const forecasting::ForecastModel& model, const data::Table& table,
                  const BacktestOptions& options = {});

}  // namespace sluice::forecasting
