// What a user may choose about a training run, and what is told about its progress.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "model/parameters.hpp"
#include "training/losses.hpp"
#include "training/optimizer.hpp"

namespace sluice::forecasting {

/// Where a run is: given to ForecastOptions::progress after each validation and at each phase's
/// end.
struct Progress {
  std::string phase;  ///< "looking for a season", "fitting the linear part", "training",
                      ///< "validating", "refitting the linear part", "refitting"
  std::size_t step = 0, steps = 0;  ///< steps 0: a phase that has none, told twice a second
  double epoch =
      0.0;  ///< steps, in units of the steps that read as many rows as the training part has
  double loss = 0.0;  ///< Mean training loss since the last report.
  double validation =
      0.0;  ///< MAE of linear part + LSTM on validation, in units; NaN while refitting.
  double best_validation = 0.0;
  double linear_validation = 0.0;  ///< MAE of the linear part alone.
  double sequences_per_second = 0.0;
  double seconds_left = 0.0;  ///< If all steps are done at this speed.
};

inline constexpr std::size_t kDefaultHidden = 64;

struct ForecastOptions {
  data::FeatureRequest features;
  std::size_t horizon = 1;
  std::vector<double> quantiles = {0.1, 0.5, 0.9};
  std::optional<std::size_t> lags;  ///< Of the linear part; unset: chosen on validation. 0: none.
  std::optional<std::size_t>
      period;  ///< Seasonal period in rows; unset: found in the training part.
  std::optional<std::size_t>
      hidden;  ///< Units of a layer; 0: the linear part alone. Unset: 64, and 0 under 1,000 rows.
  std::size_t layers = 1;
  CellOptions cell;
  CellActivations activations;
  bool bidirectional = false;  ///< Within a window: without one set, it is as long as `chunk`.
  bool residual = false;
  bool learned_state = false;
  Initialiser initialiser = Initialiser::standard;
  double forget_bias = 1.0;
  std::optional<std::size_t> window;  ///< Rows that a forecast is made from; unset: all before it.
  std::size_t members =
      3;  ///< LSTMs trained side by side from other seeds, then merged into one: less luck.
  std::optional<std::size_t>
      epochs;  ///< Passes over the training rows; unset: as many as make 400 steps.
  std::optional<std::size_t>
      chunk;  ///< Rows through which a gradient flows (--bptt); unset: by period and horizon.
  bool recompute = false;  ///< Activations are computed again on the way back, not kept.
  std::size_t batch = 64;  ///< Places in the series that a step trains on.
  std::uint64_t seed = 1;
  std::size_t threads = 2;  ///< The result does not depend on it.
  double time_limit = 0.0;  ///< Seconds; 0: none. It only cuts a run.
  Loss loss{LossKind::quantile, 1.0f};
  OptimizerOptions optimizer{OptimizerKind::adamw, 0.0, 0.9, 0.99, 1e-8, 1e-4};
  ScheduleKind schedule = ScheduleKind::cosine;
  double rate = 3e-3;
  double dropout = 0.2;
  double clip = 1.0;
  std::size_t patience = 20;  ///< Validations without a better one before training stops.
  bool refit_all = false;     ///< The final model is fitted on all rows, test rows too.
  std::function<void(const Progress&)> progress;
  const std::atomic<bool>* stop = nullptr;  ///< Set by the caller: end soon, keep the best so far.
};

/// Throws Error(usage) for an option out of its range.
void check(const ForecastOptions& options);

}  // namespace sluice::forecasting
