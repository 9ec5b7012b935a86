// Chooses the origins to score, forecasts from all of them at once, and scores the model, its
// linear part and the baselines per target.
#include "forecasting/backtest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "forecasting/baselines.hpp"
#include "forecasting/forecast_next.hpp"
#include "forecasting/seen_rows.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

struct Range {
  std::size_t first, end;  // origins

  std::size_t count() const { return end - first; }
};

Range origins_to_score(const forecasting::ForecastModel& model, const data::Table& table,
                       const data::Frame& frame, const data::Split& split, bool all_rows) {
  const std::size_t end = frame.rows > model.horizon ? frame.rows - model.horizon : 0;
  if (all_rows) return {0, end};
  const std::string& choice = model.provenance.choice;
  const auto refuse = [&](const std::string& expected, const std::string& got) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = choice.empty()
                             ? "no rows that the model has not seen"
                             : "no rows that the model has not seen: its training data were few, "
                               "and it was fitted on all of them",
                 .expected = expected,
                 .got = got,
                 .hint = (choice.empty() ? "" : "its score from training: " + choice + "; ") +
                         "--all scores every row, seen or not"});
  };
  // The first origin is the last row before the test part: all it forecasts is unseen.
  const std::size_t first = split.validation_end > 0 ? split.validation_end - 1 : 0;
  if (first >= end) {
    const std::string since = model.validation_end_time.empty()
                                  ? fmt::format("row {}", split.validation_end + 1)
                                  : model.validation_end_time;
    // A file with test rows only must also hold the first origin.
    const std::size_t least = model.horizon + (split.validation_end == 0 ? 1 : 0);
    refuse(fmt::format("at least {} rows with a target from {} on", least, since),
           fmt::format("{}",
                       frame.rows > split.validation_end ? frame.rows - split.validation_end : 0));
  }
  return {first, end};
}

// How many of the first origins have too little history for the model.
std::size_t origins_without_history(const forecasting::ForecastModel& model,
                                    const data::Frame& frame, Range range) {
  std::size_t count = 0;
  while (count < range.count() && frame.history(range.first + count) < model.rows_needed()) ++count;
  return count;
}

[[noreturn]] void refuse_unknown(const forecasting::ForecastModel& model,
                                 const data::Table& table) {
  throw Error(
      ErrorCode::data,
      {.where = table.path,
       .what = "without times it cannot be told which of these rows the model has seen",
       .expected = fmt::format("the last {} rows that it was trained on, with the same values",
                               model.last_rows[0].size()),
       .got = "no such rows",
       .hint = "give the training data followed by the new rows; --all scores every "
               "row, seen or not"});
}

[[noreturn]] void refuse_short(const forecasting::ForecastModel& model, const data::Table& table,
                               std::size_t history) {
  throw Error(
      ErrorCode::data,
      {.where = table.path,
       .what = "no row to score from has as much history as the model needs",
       .expected = fmt::format("at least {} rows from the first with a target to one that has {} "
                               "more after it",
                               model.rows_needed(), model.horizon),
       .got = std::to_string(history),
       .hint = "give more of the rows before; `evaluate --allow-short` scores them all the same"});
}

// Forecasts by one method from origin t, in the data's units: [N].
using Method = std::function<void(std::size_t t, std::span<double> out)>;

class Scorer {
 public:
  Scorer(const forecasting::ForecastModel& model, const data::Frame& frame, std::size_t target,
         Range range, double scale)
      : raw_(frame.raw[target]), horizon_(model.horizon), range_(range), scale_(scale) {}

  std::vector<double> truth(std::size_t t) const {
    const auto first = raw_.begin() + static_cast<std::ptrdiff_t>(t + 1);
    return {first, first + static_cast<std::ptrdiff_t>(horizon_)};
  }

  MethodScore score(const std::string& name, const Method& method) const {
    PointScores scores(horizon_, scale_);
    std::vector<double> out(horizon_);
    for (std::size_t t = range_.first; t < range_.end; ++t) {
      method(t, out);
      scores.add(truth(t), out);
    }
    MethodScore result{name, scores.all(), {}};
    for (std::size_t h = 0; h < horizon_; ++h) result.by_horizon.push_back(scores.at(h));
    return result;
  }

 private:
  const std::vector<double>& raw_;
  std::size_t horizon_;
  Range range_;
  double scale_;
};

// Fills missing values with the last value seen; leading ones with the first value.
std::vector<double> filled(const std::vector<double>& raw) {
  std::vector<double> values(raw);
  const auto seen = std::find_if(raw.begin(), raw.end(), [](double v) { return !std::isnan(v); });
  double last = seen == raw.end() ? 0.0 : *seen;
  for (double& value : values) {
    if (std::isnan(value)) value = last;
    last = value;
  }
  return values;
}

/// Ridge, fitted like the model's linear part but with its own lags: chosen on validation, then
/// fitted on training and validation.
std::optional<forecasting::LinearModel> fit_ridge_baseline(const forecasting::ForecastModel& model,
                                                           const data::Frame& frame,
                                                           std::size_t target,
                                                           const data::Split& split,
                                                           std::vector<double>& now) {
  if (split.train_end == 0 || split.validation_end > frame.rows ||
      split.train_end == split.validation_end) {
    return std::nullopt;
  }
  const forecasting::LinearInputs inputs =
      forecasting::linear_inputs(frame, target, model.features.known.size(), now);
  forecasting::RidgeOptions options{.horizon = model.horizon,
                                    .period = model.period,
                                    .lags = std::nullopt,
                                    .train_end = split.train_end,
                                    .validation_end = split.validation_end,
                                    .to_units = {}};
  const data::Scaler& scaler = model.features.targets[target].scaler;
  if (scaler.log) options.to_units = [&scaler](double value) { return scaler.to_units(value); };
  try {
    return forecasting::refit_ridge(forecasting::choose_ridge(inputs, options), model.period,
                                    inputs, split.validation_end);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::data && error.code() != ErrorCode::usage) throw;
    return std::nullopt;  // too few training or validation rows in this file
  }
}

TargetBacktest score_target(const forecasting::ForecastModel& model, const data::Frame& frame,
                            std::size_t k, Range range, const data::Split& split,
                            const forecasting::Forecasts& forecasts, bool& ridge_fitted) {
  const std::vector<double> series = filled(frame.raw[k]);
  TargetBacktest result;
  result.target = model.features.targets[k].name;
  const std::size_t train_end = std::min(split.train_end, frame.rows);
  result.mase_scale = mase_scale(std::span(frame.raw[k]).first(train_end), model.season);
  const Scorer scorer(model, frame, k, range, result.mase_scale);

  result.model = scorer.score("model", [&](std::size_t t, std::span<double> out) {
    for (std::size_t h = 0; h < out.size(); ++h)
      out[h] = forecasts.at(t - range.first, k, h, model.median());
  });
  result.linear = scorer.score("linear part", [&](std::size_t t, std::span<double> out) {
    for (std::size_t h = 0; h < out.size(); ++h)
      out[h] = forecasts.linear_at(t - range.first, k, h);
  });
  result.baselines.push_back(
      scorer.score("naive", [&](std::size_t t, std::span<double> out) { naive(series, t, out); }));
  if (model.season > 1) {
    result.baselines.push_back(
        scorer.score("seasonal_naive", [&](std::size_t t, std::span<double> out) {
          seasonal_naive(series, t, model.season, out);
        }));
  }
  result.baselines.push_back(
      scorer.score("drift", [&](std::size_t t, std::span<double> out) { drift(series, t, out); }));
  std::vector<double> now;
  if (const auto ridge = fit_ridge_baseline(model, frame, k, split, now)) {
    ridge_fitted = true;
    const forecasting::LinearInputs inputs =
        forecasting::linear_inputs(frame, k, model.features.known.size(), now);
    result.baselines.push_back(scorer.score("ridge", [&](std::size_t t, std::span<double> out) {
      forecasting::predict(*ridge, inputs, t, out);
      for (double& value : out) value = model.features.targets[k].to_forecast(value);
    }));
  } else {
    result.baselines.push_back(result.linear);
    result.baselines.back().name = "ridge";
  }
  QuantileScores quantiles(model.horizon, model.quantiles);
  std::vector<double> values(model.horizon * model.quantiles.size());
  for (std::size_t t = range.first; t < range.end; ++t) {
    for (std::size_t h = 0; h < model.horizon; ++h) {
      for (std::size_t q = 0; q < model.quantiles.size(); ++q) {
        values[h * model.quantiles.size() + q] = forecasts.at(t - range.first, k, h, q);
      }
    }
    quantiles.add(scorer.truth(t), values);
  }
  result.quantiles = quantiles.all();
  result.nominal_coverage = quantiles.nominal_coverage();
  return result;
}

}  // namespace

const MethodScore& TargetBacktest::best_baseline() const {
  return *std::min_element(
      baselines.begin(), baselines.end(),
      [](const MethodScore& a, const MethodScore& b) { return a.all.mae < b.all.mae; });
}

Backtest backtest(const forecasting::ForecastModel& model, const data::Table& table,
                  const BacktestOptions& options) {
  const data::Frame frame = data::make_frame(model.features, table);
  const std::optional<data::Split> found = find_split(model, table);
  if (!found && !options.all_rows) refuse_unknown(model, table);
  const data::Split split = found.value_or(model.split);
  const Range unseen = origins_to_score(model, table, frame, split, options.all_rows);
  if (unseen.first >= unseen.end) {
    throw Error(ErrorCode::data, {.where = table.path,
                                  .what = "no row whose whole horizon is in the file",
                                  .expected = fmt::format("more than {} rows", model.horizon),
                                  .got = std::to_string(frame.rows)});
  }
  const std::size_t without = origins_without_history(model, frame, unseen);
  if (!options.allow_short && without == unseen.count())
    refuse_short(model, table, frame.history(unseen.end - 1));
  const Range range = {unseen.first + (options.allow_short ? 0 : without), unseen.end};
  const forecasting::Forecasts forecasts =
      forecasting::forecast(model, frame, range.first, range.end);
  Backtest result;
  result.origins = range.count();
  result.without_history = without;
  result.season = model.season;
  if (model.train_end_time.empty()) result.seen_rows = split.validation_end;
  result.first_origin = forecasting::row_label(table, range.first);
  result.last_origin = forecasting::row_label(table, range.end - 1);
  bool ridge_fitted = false;
  for (std::size_t k = 0; k < model.targets(); ++k) {
    result.targets.push_back(score_target(model, frame, k, range, split, forecasts, ridge_fitted));
  }
  result.ridge_note =
      ridge_fitted
          ? "lags and strength chosen on validation, fitted on training and validation rows"
          : "the model's own linear part, as this file has no rows to choose another on";
  return result;
}

}  // namespace sluice::forecasting
