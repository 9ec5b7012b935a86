// The order of a training: checks the data, splits it, finds the season, fits the linear part, then
// calls the LSTM's training (forecast_lstm_fit.cpp) and the final refit.
#include "forecasting/forecast_trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "data/period.hpp"
#include "forecasting/short_series.hpp"
#include "forecasting/trainer_parts.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRowsForLstm = 1000;
constexpr std::size_t kRowsToKnowAgain = 32;
constexpr double kTellEvery = 0.5;  // seconds between progress reports
const double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void ForecastTraining::begin(const char* phase) {
  phase_ = phase;
  tell();
}

void ForecastTraining::tell() {
  told_ = clock_.seconds();
  if (options_.progress) options_.progress({.phase = phase_, .loss = kNaN, .validation = kNaN});
}

void ForecastTraining::beat() {
  if (told_to_stop() || time_left() < 0) throw Cut{};
  if (clock_.seconds() - told_ >= kTellEvery) tell();
}

TrainingResult ForecastTraining::run() {
  check(options_);
  describe();
  if (model_.split.validation_end == model_.split.train_end) {
    find_period();
    fit_short_series(frame_, options_.lags, model_);
    return {std::move(model_), {}};
  }
  if (!find_linear_part()) {
    const bool asked = told_to_stop();
    throw Stopped({.where = table_.path,
                   .what = fmt::format("{} while {}: there is no model yet",
                                       asked ? "stopped" : "the time was up", phase_),
                   .hint = asked ? "nothing was written" : "give a longer --time-limit"});
  }
  if (hidden() == 0) {
    model_.provenance.alpha_reason =
        options_.hidden
            ? "0: no LSTM was asked for"
            : fmt::format("0: under {} rows the forecast is left to the linear part", kRowsForLstm);
    model_.provenance.ended = "linear part fitted";
  } else {
    train_network();
  }
  refit(options_.refit_all ? frame_.rows : model_.split.validation_end);
  return {std::move(model_), failure_, told_to_stop()};
}

// Returns false if the time was up.
bool ForecastTraining::find_linear_part() {
  try {
    begin("looking for a season");
    beat();
    find_period();
    begin("fitting the linear part");
    fit_linear();
    return true;
  } catch (const Cut&) {
    return false;
  }
}

void ForecastTraining::describe() {
  // Rows end at the last one with a target: later rows hold known-ahead columns only.
  std::size_t rows = 0;
  for (const std::string& name : options_.features.targets) {
    const std::vector<double>& values = table_.at(name).values;
    const auto last =
        std::find_if(values.rbegin(), values.rend(), [](double v) { return !std::isnan(v); });
    if (last == values.rend()) {
      throw Error(ErrorCode::data, {.where = table_.path + ", column '" + name + "'",
                                    .what = "all values of the target are missing",
                                    .hint = "is it the right column?"});
    }
    rows = std::max(rows, static_cast<std::size_t>(values.rend() - last));
  }
  // Validation, the smallest part, must hold some origins with all their targets. An LSTM that was
  // requested is never dropped silently.
  const bool lstm = options_.hidden.value_or(0) > 0,
             few = rows < rows_for_validation(options_.horizon);
  if (rows < least_rows(options_.horizon) || (few && lstm)) {
    throw Error(ErrorCode::data,
                {.where = table_.path,
                 .what = fmt::format("too few rows to forecast {} steps ahead{}", options_.horizon,
                                     lstm ? " with an LSTM" : ""),
                 .expected = fmt::format(
                     "at least {} rows with a target",
                     lstm ? rows_for_validation(options_.horizon) : least_rows(options_.horizon)),
                 .got = std::to_string(rows),
                 .hint = lstm ? "leave --hidden out: a simple method is chosen, by rolling origins"
                              : "give more history or a smaller --horizon"});
  }
  set_split(few ? data::Split{rows, rows} : data::chronological_split(rows));
  if (options_.window && *options_.window > model_.split.train_end / 2) {
    throw Error(ErrorCode::data,
                {.where = table_.path,
                 .what = fmt::format("too few rows for windows of {}", *options_.window),
                 .expected = fmt::format("at least {} training rows", 2 * *options_.window),
                 .got = std::to_string(model_.split.train_end),
                 .hint = "give more history or a smaller --window"});
  }
  model_.features = data::describe_features(table_, options_.features, model_.split.train_end);
  data::set_bounds(table_, options_.features,
                   options_.refit_all ? rows : model_.split.validation_end, model_.features);
  model_.horizon = options_.horizon;
  model_.quantiles = options_.quantiles;
  if (std::find(model_.quantiles.begin(), model_.quantiles.end(), 0.5) == model_.quantiles.end()) {
    model_.quantiles.push_back(0.5);
  }
  std::sort(model_.quantiles.begin(), model_.quantiles.end());
  model_.quantiles.erase(std::unique(model_.quantiles.begin(), model_.quantiles.end()),
                         model_.quantiles.end());
  model_.loss = options_.loss;
  frame_ = data::make_frame(model_.features, table_);
  Provenance& provenance = model_.provenance;
  provenance.data_file = table_.path.substr(table_.path.find_last_of('/') + 1);
  provenance.data_rows = frame_.rows;
  provenance.seed = options_.seed;
}

void ForecastTraining::set_split(const data::Split& split) {
  model_.last_rows.clear();
  model_.split = split;
  if (table_.times.empty()) {
    const std::size_t count = std::min(kRowsToKnowAgain, split.validation_end);
    for (const std::string& name : options_.features.targets) {
      const auto end =
          table_.at(name).values.begin() + static_cast<std::ptrdiff_t>(split.validation_end);
      model_.last_rows.emplace_back(end - static_cast<std::ptrdiff_t>(count), end);
    }
    return;
  }
  const auto text = [this](std::size_t row) {
    return data::iso_text(table_.time_at(row)) + (table_.clock.local() ? "" : "Z");
  };
  model_.train_end_time = text(split.train_end);
  model_.validation_end_time = text(split.validation_end);
}

void ForecastTraining::find_period() {
  if (options_.period) {
    model_.period = model_.season = *options_.period;
    return;
  }
  const std::span<const double> part =
      std::span(frame_.target.front()).first(model_.split.train_end);
  const data::Seasons seasons =
      data::find_seasons(part, data::calendar_periods(table_.step), [this] { beat(); });
  model_.period = seasons.shortest;
  model_.season = seasons.strongest;
}

std::size_t ForecastTraining::hidden() const {
  if (options_.hidden) return *options_.hidden;
  return frame_.rows < kRowsForLstm ? 0 : kDefaultHidden;
}

void ForecastTraining::fit_linear() {
  const auto pulse = [this] { beat(); };
  std::vector<double> now;
  for (std::size_t k = 0; k < model_.targets(); ++k) {
    const LinearInputs inputs = linear_inputs(frame_, k, model_.features.known.size(), now);
    RidgeOptions ridge{.horizon = model_.horizon,
                       .period = model_.period,
                       .lags = options_.lags,
                       .train_end = model_.split.train_end,
                       .validation_end = model_.split.validation_end,
                       .to_units = {},
                       .pulse = pulse};
    const data::Scaler& scaler = model_.features.targets[k].scaler;
    if (scaler.log) ridge.to_units = [&scaler](double value) { return scaler.to_units(value); };
    model_.linear.push_back(choose_ridge(inputs, ridge));
  }
  linear_ = linear_forecasts(model_, frame_, pulse);
  validation_ = Validation(model_, frame_, linear_);
  model_.residual_scale = residual_scales(model_, frame_, linear_, pulse);
  model_.spread = validation_.linear_spread(model_, pulse);
  model_.provenance.linear_validation_mae = model_.provenance.validation_mae =
      validation_.linear_mae();
}

TrainingResult train_forecast(const data::Table& table, const ForecastOptions& options) {
  return ForecastTraining(table, options).run();
}

}  // namespace sluice::forecasting
