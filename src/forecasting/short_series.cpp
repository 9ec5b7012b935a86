// Scores every candidate from the same rolling origins, chooses one, fits it on all rows, and
// derives the intervals from its rolling errors.
#include "forecasting/short_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "forecasting/quantile.hpp"
#include "forecasting/ridge_weights.hpp"
#include "forecasting/validation.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRefits = 12;       // over all origins
constexpr std::size_t kRowsForRidge = 8;  // beyond the horizon, before the first origin
constexpr std::size_t kLeastBlocks = 3;   // with fewer, a standard error is meaningless
constexpr double kClearly = 0.9;          // required error ratio with so few blocks

// Fits on the rows before `fit_end` alone.
using Fit = std::function<LinearModel(std::size_t fit_end)>;

struct Method {
  const char* name;
  Fit fit;
  std::vector<double> errors = {};    // [origins, N] in the model's units, NaN if not observed
  std::vector<double> absolute = {};  // [origins] mean over the steps, in the data's units
  double mae = 0.0;
};

// A model with a single lag of weight 1 for each step ahead; all other weights are 0.
LinearModel one_lag(const LinearInputs& inputs, std::size_t horizon, LinearBase base,
                    std::size_t period) {
  LinearModel model;
  model.lags = base == LinearBase::minus_seasonal ? period : 1;
  model.horizon = horizon;
  model.now_width = inputs.now_width;
  model.known_width = inputs.known_width;
  model.base = base;
  model.weight.assign(horizon * model.regressors(), 0.0);
  model.bias.assign(horizon, 0.0);
  for (std::size_t h = 0; h < horizon; ++h)
    model.weight[h * model.regressors() + base_lag(base, period, h)] = 1.0;
  return model;
}

// The mean change over `period` rows, over all pairs of rows from the first observed one to `end`;
// for period 1 this is the slope between the first and the last row.
double change(const LinearInputs& inputs, std::size_t period, std::size_t end) {
  const auto seen = std::find(inputs.observed.begin(), inputs.observed.end(), std::uint8_t{1});
  const auto first = static_cast<std::size_t>(seen - inputs.observed.begin());
  if (first + period >= end) return 0.0;
  double sum = 0.0;
  for (std::size_t t = first + period; t < end; ++t)
    sum += inputs.target[t] - inputs.target[t - period];
  return sum / static_cast<double>(end - first - period);
}

std::vector<Method> simple_methods(const LinearInputs& inputs, const ShortOptions& options) {
  std::vector<Method> methods;
  const auto add = [&](const char* name, const char* with_drift, LinearBase base,
                       std::size_t period) {
    LinearModel model = one_lag(inputs, options.horizon, base, period);
    methods.push_back({name, [model](std::size_t) mutable { return model; }});
    methods.push_back({with_drift, [model, &inputs, period](std::size_t fit_end) {
                         LinearModel drifting = model;
                         const double step = change(inputs, period, fit_end);
                         for (std::size_t h = 0; h < model.horizon; ++h) {
                           const std::size_t seasons = 1 + h / period;
                           drifting.bias[h] = step * static_cast<double>(seasons);
                         }
                         return drifting;
                       }});
  };
  add("naive", "drift", LinearBase::minus_last, 1);
  if (options.period > 1 && inputs.rows() >= 2 * options.period) {
    add("seasonal naive", "seasonal naive with drift", LinearBase::minus_seasonal, options.period);
  }
  return methods;
}

// Ridge with the lags, base and strength that are best from `first_origin` on.
Method ridge_method(const LinearInputs& inputs, const data::ScaledColumn& target,
                    const ShortOptions& options, std::size_t first_origin) {
  const LinearModel chosen =
      choose_ridge(inputs, {.horizon = options.horizon,
                            .period = options.period,
                            .lags = options.lags,
                            .train_end = first_origin + 1,
                            .validation_end = inputs.rows(),
                            .to_units = [&](double v) { return target.scaler.to_units(v); }});
  return {"ridge", [chosen, &inputs, period = options.period](std::size_t fit_end) {
            return refit_ridge(chosen, period, inputs, fit_end);
          }};
}

double mean_seen(const std::vector<double>& values) {
  double sum = 0.0, count = 0.0;
  for (const double value : values) {
    if (!std::isnan(value)) sum += value, count += 1.0;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

void score(const LinearInputs& inputs, const data::ScaledColumn& target, std::size_t horizon,
           std::size_t first, Method& method) {
  const std::size_t origins = inputs.rows() - horizon - first;
  const std::size_t stride = (origins + kRefits - 1) / kRefits;
  LinearModel model;
  std::vector<double> out(horizon), absolute(horizon);
  for (std::size_t t = first; t < first + origins; ++t) {
    if ((t - first) % stride == 0) model = method.fit(t + 1);
    predict(model, inputs, t, out);
    for (std::size_t h = 0; h < horizon; ++h) {
      const std::size_t at = t + 1 + h;
      const double truth =
          inputs.observed[at] != 0 ? inputs.target[at] : std::numeric_limits<double>::quiet_NaN();
      method.errors.push_back(truth - out[h]);
      absolute[h] = std::abs(target.scaler.to_units(truth) - target.to_forecast(out[h]));
    }
    method.absolute.push_back(mean_seen(absolute));
  }
  method.mae = mean_seen(method.absolute);
}

// Whether the errors of `better` are significantly lower.
bool clearly_better(const Method& better, const Method& other, std::size_t horizon) {
  if (!(better.mae < other.mae)) return false;
  const std::size_t blocks = other.absolute.size() / horizon;
  if (blocks < kLeastBlocks) return better.mae < kClearly * other.mae;
  std::vector<double> gains;
  for (std::size_t block = 0; block < blocks; ++block) {
    std::vector<double> gain;
    const std::size_t begin = block * other.absolute.size() / blocks;
    const std::size_t end = (block + 1) * other.absolute.size() / blocks;
    for (std::size_t n = begin; n < end; ++n)
      gain.push_back(other.absolute[n] - better.absolute[n]);
    const double mean = mean_seen(gain);
    if (!std::isnan(mean)) gains.push_back(mean);
  }
  const auto count = static_cast<double>(gains.size());
  const double mean = mean_seen(gains);
  double squares = 0.0;
  for (const double gain : gains) squares += (gain - mean) * (gain - mean);
  return mean > std::sqrt(squares / (count * std::max(1.0, count - 1.0)));
}

// The mean absolute error at each step ahead of errors [origins, N], made non-decreasing in the
// step by isotonic regression (pool adjacent violators).
std::vector<double> rising_size(const std::vector<double>& errors, std::size_t horizon) {
  struct Pool {
    double mean;
    std::size_t steps;
  };
  std::vector<Pool> pools;
  for (std::size_t h = 0; h < horizon; ++h) {
    std::vector<double> sizes;
    for (std::size_t at = h; at < errors.size(); at += horizon)
      sizes.push_back(std::abs(errors[at]));
    const double mean = mean_seen(sizes);
    pools.push_back({std::isnan(mean) ? 0.0 : mean, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean > pools.back().mean) {
      const Pool last = pools.back();
      pools.pop_back();
      Pool& before = pools.back();
      const auto a = static_cast<double>(before.steps), b = static_cast<double>(last.steps);
      before = {(a * before.mean + b * last.mean) / (a + b), before.steps + last.steps};
    }
  }
  std::vector<double> sizes;
  for (const Pool& pool : pools) sizes.insert(sizes.end(), pool.steps, pool.mean);
  return sizes;
}

std::vector<double> spread_of(const Method& method, std::size_t horizon,
                              const std::vector<double>& quantiles) {
  const std::vector<double> size = rising_size(method.errors, horizon);
  std::vector<double> relative;
  for (std::size_t at = 0; at < method.errors.size(); ++at) {
    if (!std::isnan(method.errors[at]) && size[at % horizon] > 0)
      relative.push_back(method.errors[at] / size[at % horizon]);
  }
  std::sort(relative.begin(), relative.end());
  std::vector<double> spread(horizon * quantiles.size(), 0.0);
  if (relative.empty()) return spread;
  // Widens as Student's t quantiles exceed normal ones; errors of overlapping horizons count as one
  // observation.
  const double apart =
      std::max(1.0, static_cast<double>(method.absolute.size()) / static_cast<double>(horizon));
  const double wider = std::sqrt(1.0 + 2.0 / apart);
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    if (quantiles[q] == 0.5) continue;  // the point forecast stays the method's own
    const double place = wider * quantile_of_sorted(relative, quantiles[q]);
    for (std::size_t h = 0; h < horizon; ++h) spread[h * quantiles.size() + q] = size[h] * place;
  }
  return spread;
}

std::string text_of(const std::vector<Method>& methods, std::size_t best) {
  std::vector<std::string> others;
  for (std::size_t n = 0; n < methods.size(); ++n) {
    if (n != best) others.push_back(fmt::format("{} {:.4g}", methods[n].name, methods[n].mae));
  }
  return fmt::format("{}: MAE {:.4g} over {} rolling origins{}", methods[best].name,
                     methods[best].mae, methods[best].absolute.size(),
                     others.empty() ? "" : fmt::format(" ({})", fmt::join(others, ", ")));
}

}  // namespace

std::size_t rows_for_validation(std::size_t horizon) {
  return std::max<std::size_t>(60, 10 * (horizon + 2));
}

std::size_t least_rows(std::size_t horizon) { return std::max<std::size_t>(10, 3 * horizon); }

ShortChoice choose_for_short_series(const LinearInputs& inputs, const data::ScaledColumn& target,
                                    const ShortOptions& options) {
  check(inputs);
  const std::size_t first = inputs.rows() / 2 - 1;
  std::vector<Method> methods;
  if (!options.lags) methods = simple_methods(inputs, options);
  if (options.lags || first >= options.horizon + kRowsForRidge)
    methods.push_back(ridge_method(inputs, target, options, first));
  std::size_t best = 0;
  for (std::size_t n = 0; n < methods.size(); ++n) {
    score(inputs, target, options.horizon, first, methods[n]);
    if (std::isnan(methods[n].mae)) {
      throw Error(ErrorCode::data, {.where = "column '" + target.name + "'",
                                    .what = "no value of the target to choose a method by",
                                    .expected = "values in the second half of the rows",
                                    .hint = "give more rows"});
    }
    const bool picked = methods[n].name == std::string("ridge");
    if (picked ? clearly_better(methods[n], methods[best], options.horizon)
               : methods[n].mae < methods[best].mae)
      best = n;
  }
  ShortChoice choice{methods[best].fit(inputs.rows()),
                     spread_of(methods[best], options.horizon, options.quantiles),
                     text_of(methods, best)};
  choice.model.validation_mae = methods[best].mae;
  return choice;
}

void fit_short_series(const data::Frame& frame, std::optional<std::size_t> lags,
                      ForecastModel& model) {
  Provenance& provenance = model.provenance;
  std::vector<double> now;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const data::ScaledColumn& target = model.features.targets[k];
    ShortChoice choice =
        choose_for_short_series(linear_inputs(frame, k, model.features.known.size(), now), target,
                                {.horizon = model.horizon,
                                 .period = model.period,
                                 .lags = lags,
                                 .quantiles = model.quantiles});
    provenance.choice += fmt::format("{}{}, {}", k == 0 ? "" : "; ", target.name, choice.text);
    provenance.validation_mae += choice.model.validation_mae / static_cast<double>(model.targets());
    model.linear.push_back(std::move(choice.model));
    model.spread.push_back(std::move(choice.spread));
  }
  model.residual_scale = residual_scales(model, frame, linear_forecasts(model, frame));
  provenance.linear_validation_mae = provenance.validation_mae;
  provenance.fitted_rows = frame.rows;
  provenance.ended = "chosen by rolling origins";
  provenance.alpha_reason =
      fmt::format("0: {} rows are too few for a validation part ({}), and so for an LSTM",
                  frame.rows, rows_for_validation(model.horizon));
}

}  // namespace sluice::forecasting
