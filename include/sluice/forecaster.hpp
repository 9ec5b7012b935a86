// From series to a forecast: the library's side of `sluice train`, `evaluate` and `forecast`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/architecture.hpp"
#include "sluice/loss.hpp"
#include "sluice/optimizer.hpp"
#include "sluice/table.hpp"

namespace sluice {

/// What the forecasts of a target lie between, in the data's units; empty: no bound.
struct ForecastBounds {
  std::optional<double> low, high;
};

/// Whether the logarithm of the targets is forecast.
enum class TargetLog {
  automatic,  ///< Where a target is skewed and never negative.
  on,
  off,
};

/// Where a training is: told after each validation and at the end of each phase.
struct ForecastProgress {
  std::string phase;     ///< "looking for a season", "training", "refitting" ..
  std::size_t step = 0;  ///< Of `steps`; 0 of 0 in a phase that has none.
  std::size_t steps = 0;
  double loss = 0.0;        ///< Mean training loss since the last report.
  double validation = 0.0;  ///< MAE on validation, in the data's units; NaN while refitting.
  double best_validation = 0.0;
  double seconds_left = 0.0;  ///< If all steps are done at this speed.
};

/// The first lines are what most users choose; the rest has the measured defaults of `sluice
/// train`.
struct ForecasterOptions {
  std::vector<std::string> targets;  ///< Columns to forecast; at least one.
  std::vector<std::string> known =
      {};                   ///< Columns known ahead for the whole horizon, such as holidays.
  std::size_t horizon = 1;  ///< Rows to forecast ahead.
  /// At least one; 0.5, the point forecast, is always among them.
  std::vector<double> quantiles = {0.1, 0.5, 0.9};
  std::uint64_t seed = 1;   ///< Same data, options and seed: same bits.
  std::size_t threads = 1;  ///< Does not change the result.
  /// Also fit on the last 20 % of the rows, which are otherwise kept for evaluate().
  bool refit_on_all_rows = false;
  /// Of all targets. Unset: 0 below for each that was never negative in the rows that train; set
  /// and empty: none.
  std::optional<ForecastBounds> bounds = {};
  /// Columns that are inputs up to now. Unset: all that are not named otherwise; set and empty:
  /// none.
  std::optional<std::vector<std::string>> past = {};
  TargetLog log = TargetLog::automatic;

  // The linear part.
  std::optional<std::size_t> lags = {};    ///< Past values that it sees. Unset: chosen; 0: none.
  std::optional<std::size_t> period = {};  ///< Rows of a season. Unset: found.

  // The LSTM.
  /// Units of a layer. Unset: 64, and 0 under 1,000 rows; 0: the linear part alone.
  std::optional<std::size_t> hidden = {};
  std::size_t layers = 1;
  CellOptions cell = {};
  CellActivations activations = {};
  bool bidirectional = false;  ///< Over windows.
  bool residual = false;
  bool learned_state = false;
  Initialiser initialiser = Initialiser::standard;
  double forget_bias = 1.0;  ///< The forget gate's first bias.
  /// Rows that a forecast is made from, from the initial state; unset: all before it.
  std::optional<std::size_t> window = {};
  std::size_t members = 3;  ///< LSTMs trained from other seeds and merged into one.

  // Its training.
  std::optional<std::size_t> epochs = {};  ///< Unset: as many as make 400 steps.
  std::optional<std::size_t> bptt = {};  ///< Rows that a gradient flows back; unset: by the season.
  std::size_t batch = 64;                ///< Places in the series that a step trains on.
  bool recompute = false;                ///< As TrainerOptions::recompute.
  /// quantile, squared, absolute or huber; the levels are `quantiles`.
  Loss loss = {.kind = LossKind::quantile};
  OptimizerOptions optimizer = {.kind = OptimizerKind::adamw, .beta2 = 0.99, .weight_decay = 1e-4};
  ScheduleKind schedule = ScheduleKind::cosine;
  double rate = 3e-3;
  double dropout = 0.2;  ///< As Architecture::dropout.
  /// Seconds after which the best so far is kept; 0: none. A cut run gives other bits.
  double time_limit = 0.0;
  std::function<void(const ForecastProgress&)> progress = nullptr;
  /// Where another thread or a signal sets it, training ends within a second; the best so far is
  /// kept.
  const std::atomic<bool>* stop = nullptr;

  /// Of a file; a model remembers it for later files. Of a Table only time_format and zone count.
  TableReading reading = {};
};

/// What is done with a file of fewer rows than the model looks back on (Forecaster::rows_needed).
/// Allow it where a rough answer is better than none, and look at ForecastRow::short_history.
enum class ShortHistory { refuse, allow };

/// The forecast of one target for one row.
struct ForecastRow {
  std::string time;     ///< As the file writes times; the row's number from 1 where it has none.
  std::size_t horizon;  ///< Rows ahead, from 1.
  std::string target;
  /// Rising, in the data's units, one per level of Forecaster::levels().
  std::vector<double> quantiles;
  bool short_history = false;    ///< Made from fewer rows than the model looks back on.
  std::size_t median_level = 0;  ///< Which of the quantiles is that of 0.5.

  /// The point forecast.
  double median() const { return quantiles[median_level]; }
};

/// How far forecasts are from what came, in the data's units; NaN where there is nothing to score.
struct ForecastScore {
  double mae = 0.0;    ///< Mean |y - f|.
  double rmse = 0.0;   ///< Root of the mean (y - f)^2.
  double smape = 0.0;  ///< 0 to 200 %: mean of 200 |y - f| / (|y| + |f|).
  double mase = 0.0;   ///< MAE over that of the seasonal naive forecast of the rows that train.
};

struct MethodEvaluation {
  std::string method;  ///< "model", "linear part", "naive", "seasonal_naive", "drift", "ridge"
  ForecastScore all;
  std::vector<ForecastScore> by_horizon;  ///< [horizon]
};

struct TargetEvaluation {
  std::string target;
  MethodEvaluation model;
  MethodEvaluation linear;  ///< The model's linear part without the LSTM.
  std::vector<MethodEvaluation> baselines;
  double coverage = 0.0;          ///< Share of the values between the lowest and highest quantile.
  double nominal_coverage = 0.0;  ///< What it should be.
};

struct Evaluation {
  std::size_t origins = 0;  ///< Rows from which forecasts were scored.
  std::size_t season = 1;   ///< Rows of the season of seasonal_naive and MASE.
  std::vector<TargetEvaluation> targets;
};

/// Which rows evaluate() scores.
enum class EvaluatedRows {
  unseen,  ///< Those after the rows that the model was trained and chosen on.
  all,
};

/// A model that forecasts. Moves, does not copy; const members may be called from several threads
/// at once.
class Forecaster {
 public:
  /// Throws Error(usage) for an option out of its range, Error(data) for data that cannot be used,
  /// naming line and column, and Error(diverged) where training met a NaN.
  static Forecaster train(const std::string& csv_path, const ForecasterOptions& options);
  static Forecaster train(const Table& table, const ForecasterOptions& options);
  /// Throws Error(file) or Error(model).
  static Forecaster load(const std::string& model_path);
  /// Writes the file whole or not at all. Throws Error(file).
  void save(const std::string& model_path) const;

  Forecaster(Forecaster&&) noexcept;
  Forecaster& operator=(Forecaster&&) noexcept;
  ~Forecaster();

  const std::vector<double>& levels() const noexcept;  ///< The quantiles' levels, rising.
  /// The share that the LSTM earned beside the linear part, 0 to 1.
  double alpha() const noexcept;

  /// Rows that a forecast looks back on, from the first in which every target has had a value.
  std::size_t rows_needed() const noexcept;

  /// The rows after the last one with a target: all steps of the first target, then of the next.
  /// Throws Error(data) for data that do not fit, fewer than rows_needed() rows included unless
  /// that is allowed.
  std::vector<ForecastRow> forecast(const std::string& csv_path,
                                    ShortHistory short_history = ShortHistory::refuse) const;
  std::vector<ForecastRow> forecast(const Table& table,
                                    ShortHistory short_history = ShortHistory::refuse) const;

  /// Forecasts from each row that is scored, each from what was known then, beside the naive
  /// methods and ridge. Throws Error(data) where no row is left to score.
  Evaluation evaluate(const std::string& csv_path,
                      EvaluatedRows rows = EvaluatedRows::unseen) const;
  Evaluation evaluate(const Table& table, EvaluatedRows rows = EvaluatedRows::unseen) const;

 private:
  struct Parts;
  explicit Forecaster(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
