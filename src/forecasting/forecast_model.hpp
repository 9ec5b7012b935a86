// A forecasting model and what it computes: a linear autoregression (ridge), and beside it an LSTM
// that corrects it, scaled by the alpha that it earned on validation. In the model's units:
//
//   forecast[t, k, h, q] = linear_k(r_t)[h] + spread[k, h, q] + alpha * residual_scale[k] *
//   network(x_1 .. x_t)[k, h, q]
//
// for target k, h steps ahead (0 is one step), quantile q. The state is carried from the first row
// on, or the network reads the last `window` rows alone.
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

/// Where a model comes from: kept in its file, printed by `info`.
struct Provenance {
  std::string data_file;  ///< Its name without folders.
  std::size_t data_rows = 0;
  std::uint64_t seed = 0;
  std::size_t members = 0;  ///< LSTMs that were trained side by side and merged into the one here.
  std::size_t steps = 0;    ///< Optimiser steps taken before the best weights were found.
  std::size_t fitted_rows = 0;  ///< Rows that the final parameters were fitted on.
  std::string
      ended;  ///< Why training ended: "all steps done", "no better validation", "time limit", ..
  std::string alpha_reason;  ///< Why alpha is what it is.
  /// Where there were too few rows for a validation part: what was chosen by rolling origins, and
  /// by what errors; else empty. The validation errors are then those of the rolling origins.
  std::string choice;
  double validation_mae = 0.0;         ///< Of the whole model, mean over targets, in units.
  double linear_validation_mae = 0.0;  ///< Of its linear part.
};

struct ForecastModel {
  data::FeatureSpec features;
  std::size_t horizon = 1;  ///< N
  std::size_t period = 1;   ///< Shortest season in rows, the unit of lags; 1: none found.
  std::size_t season = 1;  ///< The season whose naive forecast is best: the baseline's, and MASE's.
  std::vector<double> quantiles;  ///< [Q] rising, 0.5 among them
  Loss loss;
  std::vector<LinearModel> linear;  ///< [K]
  std::vector<std::vector<double>>
      spread;  ///< [K][N, Q] quantiles of the linear part's validation errors
  std::vector<double> residual_scale;  ///< [K] deviation of its training errors
  std::optional<engine::Network>
      network;  ///< outputs [K, N, Q], or [K, N] unless the loss is quantile
  /// Rows that the network reads before each forecast, from its initial state; 0: it carries its
  /// state from the first row on.
  std::size_t window = 0;
  double alpha = 0.0;
  data::Split split;
  std::string train_end_time,
      validation_end_time;  ///< First time after each part; empty without times.
  /// Without times: [K] the targets in the last rows before split.validation_end, by which a file
  /// shows where these rows are; NaN where missing. Empty with times, and in older models.
  std::vector<std::vector<double>> last_rows;
  Provenance provenance;

  std::size_t targets() const { return features.targets.size(); }
  std::size_t median() const;  ///< Index of 0.5 in quantiles.
  std::size_t network_quantiles() const {
    return loss.kind == LossKind::quantile ? quantiles.size() : 1;
  }
  std::size_t network_inputs() const;  ///< I
  /// Rows that a forecast looks back on (data::Frame::history): the lags of the linear part; where
  /// the LSTM has a say also the last season and, before these, its window, or as many rows as it
  /// is run in for by default before its training error counts. 1: the last row is enough.
  std::size_t rows_needed() const;
  std::size_t network_outputs() const { return targets() * horizon * network_quantiles(); }
};

/// Rows through which a gradient flows unless --bptt says it: long enough to hold a few seasons,
/// short enough to be quick.
std::size_t default_chunk(std::size_t period, std::size_t horizon);

/// The regressors of target k, as views into the frame and `now`, which this fills: [rows, other
/// targets + shared].
LinearInputs linear_inputs(const data::Frame& frame, std::size_t target, std::size_t known_width,
                           std::vector<double>& now);

/// [K][rows, N] the linear part's forecasts from every row. NaN where known columns ahead are not
/// there.
std::vector<std::vector<double>> linear_forecasts(const ForecastModel& model,
                                                  const data::Frame& frame, Pulse pulse = kNoPulse);

/// [K] each the N forecasts of the linear part from one row.
using LinearRow = std::span<const double* const>;

/// What the LSTM sees of a row into `to` [I]; reads rows up to it.
void network_input_row(const ForecastModel& model, const data::Frame& frame, std::size_t row,
                       LinearRow linear, float* to);
/// What the LSTM sees, [rows, row_stride(I)]: the targets, the other inputs, and for each target
/// the linear forecast and the last season over the horizon, both relative to the last value and
/// averaged into at most 12 bins.
FloatVector network_inputs(const ForecastModel& model, const data::Frame& frame,
                           const std::vector<std::vector<double>>& linear, Pulse pulse = kNoPulse);

/// The network's outputs from rows first .. last-1, [last - first, outputs], the state carried from
/// row `start` <= first; with a window, `start` is not used.
std::vector<float> network_outputs(const ForecastModel& model, const FloatVector& inputs,
                                   std::size_t start, std::size_t first, std::size_t last,
                                   Pulse pulse = kNoPulse);

/// Forecasts from rows first .. last-1 in the units of the data.
struct Forecasts {
  std::size_t first = 0, origins = 0, targets = 0, horizon = 0, quantiles = 0;
  std::vector<double> values;  ///< [origins, K, N, Q], quantiles sorted
  std::vector<double> linear;  ///< [origins, K, N] the linear part's point forecast

  double at(std::size_t origin, std::size_t target, std::size_t step, std::size_t quantile) const {
    return values[((origin * targets + target) * horizon + step) * quantiles + quantile];
  }
  double linear_at(std::size_t origin, std::size_t target, std::size_t step) const {
    return linear[(origin * targets + target) * horizon + step];
  }
};
/// Adds the forecast of one row: of its linear part and the network's outputs there
/// [network_outputs()], null where it has no say.
void add_forecast(const ForecastModel& model, LinearRow linear, const float* correction,
                  Forecasts& to);
Forecasts forecast(const ForecastModel& model, const data::Frame& frame, std::size_t first,
                   std::size_t last);

}  // namespace sluice::forecasting
