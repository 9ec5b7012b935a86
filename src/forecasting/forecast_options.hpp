// Options of a training run, and its progress reports.
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

/// Progress of a run, passed to ForecastOptions::progress after each validation and each phase.
struct Progress {
  /// "looking for a season", "fitting the linear part", "training", "validating", "refitting the
  /// linear part", "refitting"
  std::string phase;
  std::size_t step = 0, steps = 0;  ///< steps 0: a phase without steps, reported twice a second
  /// Steps, in units of the steps that read as many rows as the training part has.
  double epoch = 0.0;
  double loss = 0.0;  ///< Mean training loss since the last report.
  /// MAE of linear part + LSTM on the validation set, in units; NaN while refitting.
  double validation = 0.0;
  double best_validation = 0.0;
  double linear_validation = 0.0;  ///< MAE of the linear part alone.
  double sequences_per_second = 0.0;
  double seconds_left = 0.0;  ///< Estimated for all steps at the current speed.
};

inline constexpr std::size_t kDefaultHidden = 64;

struct ForecastOptions {
  data::FeatureRequest features;
  std::size_t horizon = 1;
  std::vector<double> quantiles = {0.1, 0.5, 0.9};
  /// Of the linear part; unset: chosen on the validation set. 0: none.
  std::optional<std::size_t> lags;
  /// Seasonal period in rows; unset: found in the training part.
  std::optional<std::size_t> period;
  /// Units per layer; 0: linear part only. Unset: 64, or 0 under 1,000 rows.
  std::optional<std::size_t> hidden;
  std::size_t layers = 1;
  CellOptions cell;
  CellActivations activations;
  bool bidirectional = false;  ///< Within a window; unless set, the window is as long as `chunk`.
  bool residual = false;
  bool learned_state = false;
  Initialiser initialiser = Initialiser::standard;
  double forget_bias = 1.0;
  std::optional<std::size_t> window;  ///< Rows that a forecast reads; unset: all before it.
  /// LSTMs trained from different seeds and merged into one: reduces variance.
  std::size_t members = 3;
  /// Passes over the training rows; unset: as many as make 400 steps.
  std::optional<std::size_t> epochs;
  /// Length of truncated back-propagation in rows (--bptt); unset: from period and horizon.
  std::optional<std::size_t> chunk;
  bool recompute = false;  ///< Recompute activations in the backward pass instead of storing them.
  std::size_t batch = 64;  ///< Positions in the series per training step.
  std::uint64_t seed = 1;
  std::size_t threads = 2;  ///< Does not affect the result.
  double time_limit = 0.0;  ///< Seconds; 0: none. Only ends a run early.
  Loss loss{LossKind::quantile, 1.0f};
  OptimizerOptions optimizer{OptimizerKind::adamw, 0.0, 0.9, 0.99, 1e-8, 1e-4};
  ScheduleKind schedule = ScheduleKind::cosine;
  double rate = 3e-3;
  double dropout = 0.2;
  double clip = 1.0;
  std::size_t patience = 20;  ///< Validations without improvement before training stops.
  bool refit_all = false;     ///< Fit the final model on all rows, test rows included.
  std::function<void(const Progress&)> progress;
  /// Set by the caller to end soon with the best model so far.
  const std::atomic<bool>* stop = nullptr;
};

/// Throws Error(usage) for an option out of range.
void check(const ForecastOptions& options);

}  // namespace sluice::forecasting
