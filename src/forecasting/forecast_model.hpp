// A forecasting model and its computation: a linear autoregression (ridge) plus an LSTM correction,
// scaled by an alpha chosen on the validation set. In the model's units:
//
//   forecast[t, k, h, q] = linear_k(r_t)[h] + spread[k, h, q]
//                          + alpha * residual_scale[k] * network(x_1 .. x_t)[k, h, q]
//
// for target k, h steps ahead (0 is one step), quantile q. The network carries its state from the
// first row on, or reads only the last `window` rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/aligned.hpp"
#include "data/features.hpp"
#include "data/frame.hpp"
#include "data/split.hpp"
#include "engine/network.hpp"
#include "forecasting/ridge.hpp"
#include "training/losses.hpp"

namespace sluice::forecasting {

/// The origin of a model: stored in its file, printed by `info`.
struct Provenance {
  std::string data_file;  ///< File name without folders.
  std::size_t data_rows = 0;
  std::uint64_t seed = 0;
  std::size_t members = 0;      ///< LSTMs trained in parallel and merged into this one.
  std::size_t steps = 0;        ///< Optimiser steps up to the best weights.
  std::size_t fitted_rows = 0;  ///< Rows that the final parameters were fitted on.
  /// Why training ended: "all steps done", "no better validation", "time limit", ..
  std::string ended;
  std::string alpha_reason;  ///< Why alpha was chosen.
  /// Without enough rows for a validation part: the method chosen by rolling origins, and its
  /// errors; else empty. The validation errors are then those of the rolling origins.
  std::string choice;
  double validation_mae = 0.0;         ///< Of the whole model, mean over targets, in units.
  double linear_validation_mae = 0.0;  ///< Of its linear part.
};

struct ForecastModel {
  data::FeatureSpec features;
  std::size_t horizon = 1;  ///< N
  std::size_t period = 1;   ///< Shortest season in rows, the unit of lags; 1: none found.
  std::size_t season = 1;   ///< Season of the best seasonal-naive forecast, for baseline and MASE.
  std::vector<double> quantiles;  ///< [Q] ascending, includes 0.5
  Loss loss;
  std::vector<LinearModel> linear;  ///< [K]
  /// [K][N, Q] quantiles of the linear part's validation errors
  std::vector<std::vector<double>> spread;
  std::vector<double> residual_scale;  ///< [K] standard deviation of its training errors
  /// outputs [K, N, Q], or [K, N] unless the loss is quantile
  std::optional<engine::Network> network;
  /// Rows that the network reads before each forecast, from its initial state; 0: it carries its
  /// state from the first row on.
  std::size_t window = 0;
  double alpha = 0.0;
  data::Split split;
  std::string train_end_time,
      validation_end_time;  ///< First time after each part; empty without times.
  /// Without times: [K] the targets in the last rows before split.validation_end, for locating
  /// these rows in another file; NaN if missing. Empty with times, and in older models.
  std::vector<std::vector<double>> last_rows;
  Provenance provenance;

  std::size_t targets() const { return features.targets.size(); }
  std::size_t median() const;  ///< Index of 0.5 in quantiles.
  std::size_t network_quantiles() const {
    return loss.kind == LossKind::quantile ? quantiles.size() : 1;
  }
  std::size_t network_inputs() const;  ///< I
  /// Rows of history that a forecast needs (data::Frame::history): the lags of the linear part; if
  /// the LSTM runs, also the last season and, before these, its window, or else as many rows as its
  /// default warm-up in training. 1: the last row is enough.
  std::size_t rows_needed() const;
  std::size_t network_outputs() const { return targets() * horizon * network_quantiles(); }
};

/// Default length of truncated back-propagation (--bptt): long enough to span a few seasons, short
/// enough to be quick.
std::size_t default_chunk(std::size_t period, std::size_t horizon);

/// The regressors of target k, as views of the frame and of `now`, which this fills: [rows, other
/// targets + shared].
LinearInputs linear_inputs(const data::Frame& frame, std::size_t target, std::size_t known_width,
                           std::vector<double>& now);

/// [K][rows, N] forecasts of the linear part from every row. NaN if known columns end too early.
std::vector<std::vector<double>> linear_forecasts(const ForecastModel& model,
                                                  const data::Frame& frame, Pulse pulse = kNoPulse);

/// [K] pointers to the N linear forecasts from one row.
using LinearRow = std::span<const double* const>;

/// Writes the LSTM's input for a row into `to` [I]; reads rows up to it.
void network_input_row(const ForecastModel& model, const data::Frame& frame, std::size_t row,
                       LinearRow linear, float* to);
/// The LSTM's inputs, [rows, row_stride(I)]: the targets, the other inputs, and for each target the
/// linear forecast and the last season over the horizon, both relative to the last value and
/// averaged into at most 12 bins.
FloatVector network_inputs(const ForecastModel& model, const data::Frame& frame,
                           const std::vector<std::vector<double>>& linear, Pulse pulse = kNoPulse);
/// The same without the padding between rows: [rows, I], as Model::run and Stream read them.
std::vector<float> network_rows(const ForecastModel& model, const data::Frame& frame,
                                const std::vector<std::vector<double>>& linear);

/// The network's outputs from rows first .. last-1, [last - first, outputs], with the state carried
/// from row `start` <= first; `start` is ignored if the model has a window.
std::vector<float> network_outputs(const ForecastModel& model, const FloatVector& inputs,
                                   std::size_t start, std::size_t first, std::size_t last,
                                   Pulse pulse = kNoPulse);

/// Forecasts from rows first .. last-1 in the data's units.
struct Forecasts {
  std::size_t first = 0, origins = 0, targets = 0, horizon = 0, quantiles = 0;
  std::vector<double> values;  ///< [origins, K, N, Q], quantiles sorted
  std::vector<double> linear;  ///< [origins, K, N] point forecasts of the linear part

  double at(std::size_t origin, std::size_t target, std::size_t step, std::size_t quantile) const {
    return values[((origin * targets + target) * horizon + step) * quantiles + quantile];
  }
  double linear_at(std::size_t origin, std::size_t target, std::size_t step) const {
    return linear[(origin * targets + target) * horizon + step];
  }
};
/// Appends the forecast of one row, from its linear part and the network's outputs
/// [network_outputs()], null if the LSTM does not run.
void add_forecast(const ForecastModel& model, LinearRow linear, const float* correction,
                  Forecasts& to);
Forecasts forecast(const ForecastModel& model, const data::Frame& frame, std::size_t first,
                   std::size_t last);

}  // namespace sluice::forecasting
