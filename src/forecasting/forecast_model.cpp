// Computes forecasts: the LSTM's inputs from a frame, its outputs with carried state or per window,
// and the sum with the linear part. Trained in forecast_lstm_fit.cpp.
#include "forecasting/forecast_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/run.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kBins = 12;
constexpr std::size_t kRunSteps = 2048;  // rows per pass over a long series
constexpr std::size_t kRowsOfAPulse = 64;

std::size_t bins(std::size_t horizon) { return std::min(kBins, horizon); }

// Means of `values` [N] in equal bins, minus `level`, as floats.
float* add_bins(const std::vector<double>& values, double level, float* to) {
  const std::size_t horizon = values.size(), count = bins(horizon);
  for (std::size_t bin = 0; bin < count; ++bin) {
    const std::size_t begin = bin * horizon / count, end = (bin + 1) * horizon / count;
    double sum = 0.0;
    for (std::size_t h = begin; h < end; ++h) sum += values[h];
    *to++ = static_cast<float>(sum / static_cast<double>(end - begin) - level);
  }
  return to;
}

// For each step ahead, the value at the same phase of the last full period known at t.
void last_season(const std::vector<double>& series, std::size_t t, std::size_t period,
                 std::vector<double>& out) {
  for (std::size_t h = 0; h < out.size(); ++h) {
    const std::size_t back = period - 1 - h % period;
    out[h] = series[back > t ? t : t - back];
  }
}

// Pointers into each target's array, from index `place` on.
std::vector<const double*> linear_row(const std::vector<std::vector<double>>& linear,
                                      std::size_t place) {
  std::vector<const double*> row;
  row.reserve(linear.size());
  for (const std::vector<double>& of_target : linear) row.push_back(of_target.data() + place);
  return row;
}

// Makes the last `levels` values ascending without moving the median.
void put_in_order(std::vector<double>& values, std::size_t levels, std::size_t median) {
  const auto first = values.end() - static_cast<std::ptrdiff_t>(levels);
  const double middle = first[static_cast<std::ptrdiff_t>(median)];
  for (std::size_t q = 0; q < levels; ++q) {
    double& value = first[static_cast<std::ptrdiff_t>(q)];
    value = q < median ? std::min(value, middle) : std::max(value, middle);
  }
  std::sort(first, values.end());
}

}  // namespace

std::size_t ForecastModel::median() const {
  return static_cast<std::size_t>(std::find(quantiles.begin(), quantiles.end(), 0.5) -
                                  quantiles.begin());
}

std::size_t ForecastModel::network_inputs() const {
  return targets() + features.shared_width() + targets() * 2 * bins(horizon);
}

std::size_t ForecastModel::rows_needed() const {
  std::size_t rows = 1;
  for (const LinearModel& one : linear) rows = std::max(rows, one.lags);
  if (!network || alpha <= 0) return rows;
  // The LSTM's input rows hold a linear forecast and the last season, which need history
  // themselves.
  rows = std::max(rows, period);
  return rows + (window > 0 ? window - 1 : training::rows_run_in(default_chunk(period, horizon)));
}

std::size_t default_chunk(std::size_t period, std::size_t horizon) {
  return std::clamp<std::size_t>(std::max(4 * period, 2 * horizon), 64, 256);
}

LinearInputs linear_inputs(const data::Frame& frame, std::size_t target, std::size_t known_width,
                           std::vector<double>& now) {
  const std::size_t others = frame.target.size() - 1,
                    shared = frame.rows == 0 ? 0 : frame.shared.size() / frame.rows;
  now.resize(frame.rows * (others + shared));
  double* to = now.data();
  for (std::size_t row = 0; row < frame.rows; ++row) {
    for (std::size_t k = 0; k <= others; ++k) {
      if (k != target) *to++ = frame.target[k][row];
    }
    to = std::copy_n(frame.shared.data() + row * shared, shared, to);
  }
  return {.target = frame.target[target],
          .observed = frame.observed[target],
          .now = now,
          .now_width = others + shared,
          .known = frame.known,
          .known_width = known_width};
}

std::vector<std::vector<double>> linear_forecasts(const ForecastModel& model,
                                                  const data::Frame& frame, Pulse pulse) {
  std::vector<std::vector<double>> result;
  const std::size_t horizon = model.horizon, known = model.features.known.size();
  std::vector<double> now;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const LinearInputs inputs = linear_inputs(frame, k, known, now);
    std::vector<double>& out =
        result.emplace_back(frame.rows * horizon, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < frame.rows; ++row) {
      if (known > 0 && row + horizon >= frame.rows + frame.future) break;
      if (row % kRowsOfAPulse == 0) pulse();
      predict(model.linear[k], inputs, row, std::span(out).subspan(row * horizon, horizon));
    }
  }
  return result;
}

void network_input_row(const ForecastModel& model, const data::Frame& frame, std::size_t row,
                       LinearRow linear, float* to) {
  const std::size_t shared = model.features.shared_width();
  std::vector<double> profile(model.horizon);
  for (const std::vector<double>& target : frame.target) *to++ = static_cast<float>(target[row]);
  for (std::size_t j = 0; j < shared; ++j)
    *to++ = static_cast<float>(frame.shared[row * shared + j]);
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const std::vector<double>& series = frame.target[k];
    for (std::size_t h = 0; h < model.horizon; ++h) {
      const double value = linear[k][h];
      profile[h] = std::isnan(value) ? series[row] : value;
    }
    to = add_bins(profile, series[row], to);
    last_season(series, row, model.period, profile);
    to = add_bins(profile, series[row], to);
  }
}

FloatVector network_inputs(const ForecastModel& model, const data::Frame& frame,
                           const std::vector<std::vector<double>>& linear, Pulse pulse) {
  const std::size_t stride = engine::row_stride(model.network_inputs());
  FloatVector inputs(frame.rows * stride);
  for (std::size_t row = 0; row < frame.rows; ++row) {
    if (row % kRowsOfAPulse == 0) pulse();
    network_input_row(model, frame, row, linear_row(linear, row * model.horizon),
                      inputs.data() + row * stride);
  }
  return inputs;
}

std::vector<float> network_rows(const ForecastModel& model, const data::Frame& frame,
                                const std::vector<std::vector<double>>& linear) {
  const std::size_t width = model.network_inputs();
  std::vector<float> rows(frame.rows * width);
  for (std::size_t row = 0; row < frame.rows; ++row)
    network_input_row(model, frame, row, linear_row(linear, row * model.horizon),
                      rows.data() + row * width);
  return rows;
}

namespace {

constexpr std::size_t kWindowBatch = 64;  // windows per pass

// As network_outputs, but each row from its own window; the windows of the first rows are shorter.
std::vector<float> window_outputs(const ForecastModel& model, const FloatVector& inputs,
                                  std::size_t first, std::size_t last, Pulse pulse) {
  const std::size_t width = model.network_outputs(), window = model.window;
  const std::size_t stride = engine::row_stride(model.network_inputs());
  const std::size_t batch = std::min(kWindowBatch, last - first);
  std::vector<float> x(batch * window * stride), y(batch * window * width);
  std::vector<float> outputs((last - first) * width);
  std::vector<std::size_t> lengths(batch);
  for (std::size_t row = first; row < last; row += batch) {
    pulse();
    const std::size_t count = std::min(batch, last - row);
    for (std::size_t sample = 0; sample < batch; ++sample) {
      const std::size_t end = row + std::min(sample, count - 1) + 1;
      lengths[sample] = std::min(window, end);
      std::copy_n(inputs.data() + (end - lengths[sample]) * stride, lengths[sample] * stride,
                  x.data() + sample * window * stride);
    }
    State initial;
    engine::run(*model.network,
                {.x = x, .x_stride = stride, .batch = batch, .steps = window, .lengths = lengths},
                initial, y);
    for (std::size_t sample = 0; sample < count; ++sample) {
      std::copy_n(y.data() + (sample * window + lengths[sample] - 1) * width, width,
                  outputs.data() + (row + sample - first) * width);
    }
  }
  return outputs;
}

}  // namespace

std::vector<float> network_outputs(const ForecastModel& model, const FloatVector& inputs,
                                   std::size_t start, std::size_t first, std::size_t last,
                                   Pulse pulse) {
  if (model.window > 0) return window_outputs(model, inputs, first, last, pulse);
  const std::size_t width = model.network_outputs();
  const std::size_t stride = engine::row_stride(model.network_inputs());
  std::vector<float> outputs((last - first) * width), y(kRunSteps * width);
  State state;
  for (std::size_t row = start; row < last; row += kRunSteps) {
    pulse();
    const std::size_t steps = std::min(kRunSteps, last - row);
    engine::run(*model.network,
                {.x = std::span(inputs).subspan(row * stride, steps * stride),
                 .x_stride = stride,
                 .batch = 1,
                 .steps = steps},
                state, std::span(y).first(steps * width));
    for (std::size_t step = 0; step < steps; ++step) {
      if (row + step >= first)
        std::copy_n(y.data() + step * width, width, outputs.data() + (row + step - first) * width);
    }
  }
  return outputs;
}

void add_forecast(const ForecastModel& model, LinearRow linear, const float* correction,
                  Forecasts& to) {
  const std::size_t levels = model.quantiles.size(), per_step = model.network_quantiles();
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const data::ScaledColumn& target = model.features.targets[k];
    const double weight = model.alpha * model.residual_scale[k];
    for (std::size_t h = 0; h < model.horizon; ++h) {
      const double base = linear[k][h];
      to.linear.push_back(target.to_forecast(base));
      for (std::size_t q = 0; q < levels; ++q) {
        double value = base + model.spread[k][h * levels + q];
        if (correction != nullptr)
          value += weight * static_cast<double>(correction[per_step == 1 ? 0 : q]);
        to.values.push_back(target.to_forecast(value));
      }
      put_in_order(to.values, levels, model.median());
      if (correction != nullptr) correction += per_step;
    }
  }
}

Forecasts forecast(const ForecastModel& model, const data::Frame& frame, std::size_t first,
                   std::size_t last) {
  const std::vector<std::vector<double>> linear = linear_forecasts(model, frame);
  std::vector<float> corrections;
  if (model.network && model.alpha > 0) {
    corrections = network_outputs(model, network_inputs(model, frame, linear), 0, first, last);
  }
  const std::size_t levels = model.quantiles.size();
  Forecasts result{first, last - first, model.targets(), model.horizon, levels, {}, {}};
  result.values.reserve(result.origins * result.targets * result.horizon * levels);
  for (std::size_t row = first; row < last; ++row) {
    const float* correction = corrections.empty()
                                  ? nullptr
                                  : corrections.data() + (row - first) * model.network_outputs();
    add_forecast(model, linear_row(linear, row * model.horizon), correction, result);
  }
  return result;
}

}  // namespace sluice::forecasting
