#include "inspection/forecast_subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "forecasting/forecast_next.hpp"
#include "forecasting/seen_rows.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

using data::CalendarTime;
using forecasting::ForecastModel;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// State shared by the Subject's closures.
struct Parts {
  ForecastModel model;  // with alpha 1 if the trained alpha is 0, so that the LSTM shows
  data::Frame frame;
  std::vector<std::vector<double>> linear;

  forecasting::Forecasts forecasts(std::size_t first, std::span<const float> y) const {
    const std::size_t width = model.network_outputs(), count = y.size() / width;
    forecasting::Forecasts made{.first = first,
                                .origins = count,
                                .targets = model.targets(),
                                .horizon = model.horizon,
                                .quantiles = model.quantiles.size(),
                                .values = {},
                                .linear = {}};
    std::vector<const double*> row(linear.size());
    for (std::size_t n = 0; n < count; ++n) {
      for (std::size_t k = 0; k < linear.size(); ++k)
        row[k] = linear[k].data() + (first + n) * model.horizon;
      forecasting::add_forecast(model, row, y.data() + n * width, made);
    }
    return made;
  }

  // Mean over the observed horizons of the first target.
  double mean_absolute_error(std::size_t first, std::span<const float> y) const {
    const forecasting::Forecasts made = forecasts(first, y);
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t n = 0; n < made.origins; ++n) {
      for (std::size_t h = 0; h < model.horizon && first + n + 1 + h < frame.rows; ++h) {
        const double off =
            std::abs(made.at(n, 0, h, model.median()) - frame.raw[0][first + n + 1 + h]);
        if (std::isnan(off)) continue;
        sum += off;
        ++count;
      }
    }
    return count == 0 ? kNaN : sum / static_cast<double>(count);
  }
};

void add_bins(std::vector<std::string>& names, const std::string& what, std::size_t horizon,
              const std::string& suffix) {
  constexpr std::size_t kMost = 12;
  const std::size_t count = std::min(kMost, horizon);
  for (std::size_t bin = 0; bin < count; ++bin) {
    const std::size_t first = bin * horizon / count + 1, last = (bin + 1) * horizon / count;
    names.push_back(first == last ? fmt::format("{} +{}{}", what, first, suffix)
                                  : fmt::format("{} +{} to +{}{}", what, first, last, suffix));
  }
}

std::string name_of(data::Calendar calendar) {
  switch (calendar) {
    case data::Calendar::hour:
      return "hour of day";
    case data::Calendar::weekday:
      return "weekday";
    case data::Calendar::day_of_year:
      return "day of year";
  }
  throw Error(ErrorCode::internal, {.what = "a calendar input without a name"});
}

std::vector<Cycle> cycles_of(const data::Table& table, std::size_t rows) {
  if (table.times.empty() || rows < 2) return {};
  constexpr double kDaySeconds = 86400.0;
  const bool sub_daily = table.step.micros > 0 && table.step.micros < data::kDay;
  const bool daily = sub_daily || table.step.micros == data::kDay;
  std::vector<Cycle> cycles;
  const auto add = [&](const char* name, auto phase) {
    Cycle& cycle = cycles.emplace_back();
    cycle.name = name;
    for (std::size_t row = 0; row < rows; ++row)
      cycle.phase.push_back(phase(data::calendar_time(table.wall_at(row))));
  };
  const auto of_day = [](const CalendarTime& t) {
    return (t.hour * 3600.0 + t.minute * 60.0 + t.second) / kDaySeconds;
  };
  if (sub_daily) add("hour of day", of_day);
  if (daily) add("weekday", [&](const CalendarTime& t) { return (t.weekday + of_day(t)) / 7.0; });
  add("day of year", [&](const CalendarTime& t) { return (t.day_of_year + of_day(t)) / 365.2425; });
  return cycles;
}

std::string described(const ForecastModel& model) {
  const Architecture& arch = model.network->architecture();
  const std::string units = fmt::format("{}", fmt::join(arch.hidden, ", "));
  return fmt::format(
      "{}, {} {} of {} units, {}; forecasts {} {} ahead beside a linear part, alpha {:g}",
      arch.cell.kind == CellKind::rnn ? "plain RNN" : "LSTM", arch.layers(),
      arch.layers() == 1 ? "layer" : "layers", units,
      model.window == 0 ? "carried state" : fmt::format("windows of {} rows", model.window),
      model.horizon, model.horizon == 1 ? "row" : "rows", model.alpha);
}

// The one-step forecasts, each at the row that it forecasts.
ShownForecast shown(const ForecastModel& model, const data::Frame& frame) {
  ShownForecast made{.target = model.features.targets[0].name,
                     .observed = frame.raw[0],
                     .point = std::vector<double>(frame.rows, kNaN),
                     .low = {},
                     .high = {},
                     .low_level = model.quantiles.front(),
                     .high_level = model.quantiles.back()};
  made.low = made.high = made.point;
  const forecasting::Forecasts all = forecasting::forecast(model, frame, 0, frame.rows);
  for (std::size_t row = 1; row < frame.rows; ++row) {
    made.point[row] = all.at(row - 1, 0, 0, model.median());
    made.low[row] = all.at(row - 1, 0, 0, 0);
    made.high[row] = all.at(row - 1, 0, 0, model.quantiles.size() - 1);
  }
  return made;
}

}  // namespace

std::vector<std::string> input_names(const ForecastModel& model) {
  const data::FeatureSpec& features = model.features;
  std::vector<std::string> names = features.columns();
  for (const data::Calendar calendar : features.calendar) {
    names.push_back(name_of(calendar) + ", sine");
    names.push_back(name_of(calendar) + ", cosine");
  }
  for (const auto* group : {&features.targets, &features.past, &features.known}) {
    for (const data::ScaledColumn& one : *group) {
      if (one.mask) names.push_back(one.name + " is missing");
    }
  }
  for (const data::ScaledColumn& target : features.targets) {
    // With several targets, the name of the target.
    const std::string suffix = features.targets.size() > 1 ? ", " + target.name : "";
    add_bins(names, "linear forecast", model.horizon, suffix);
    add_bins(names, "last season", model.horizon, suffix);
  }
  return names;
}

Subject forecast_subject(const ForecastModel& model, const data::Table& table) {
  if (!model.network) {
    throw Error(ErrorCode::usage, {.what = "the model has no LSTM, only a linear part",
                                   .expected = "a model with LSTM units",
                                   .hint = "train it with --hidden 64"});
  }
  const auto parts = std::make_shared<Parts>(Parts{model, make_frame(model.features, table), {}});
  parts->linear = forecasting::linear_forecasts(model, parts->frame);

  Subject made;
  made.description = described(model);
  made.network = &*model.network;
  made.window = model.window;
  made.rows = parts->frame.rows;
  made.x = forecasting::network_rows(model, parts->frame, parts->linear);
  made.inputs = input_names(model);
  for (std::size_t k = 0; k < model.targets(); ++k) {
    for (std::size_t h = 1; h <= model.horizon; ++h) {
      for (std::size_t q = 0; q < model.network_quantiles(); ++q) {
        const std::string level =
            model.network_quantiles() > 1 ? fmt::format(", q{:g}", model.quantiles[q]) : "";
        made.outputs.push_back(
            fmt::format("{}, {} ahead{}", model.features.targets[k].name, h, level));
      }
    }
  }
  if (model.network_quantiles() > 1) made.main_output = model.median();
  if (!table.times.empty()) {
    for (std::size_t row = 0; row < made.rows; ++row)
      made.labels.push_back(forecasting::row_label(table, row));
  }
  made.cycles = cycles_of(table, made.rows);
  made.forecast.push_back(shown(model, parts->frame));
  made.error_name = "MAE of " + model.features.targets[0].name;
  if (model.alpha == 0.0) {
    parts->model.alpha = 1.0;
    made.error_name += " with the LSTM at full weight (its trained alpha is 0)";
  }
  made.error = [parts](std::size_t first, std::span<const float> y) {
    return parts->mean_absolute_error(first, y);
  };
  // As in the backtest: the first origin is the last row before the test part. All rows where the
  // model was trained on all of them.
  const std::size_t last = made.rows - std::min(model.horizon, made.rows - 1);
  const std::size_t seen =
      forecasting::find_split(model, table).value_or(model.split).validation_end;
  made.judged_seen = seen == 0 || seen - 1 >= last;
  made.judged = {seen > 0 && seen - 1 < last ? seen - 1 : 0, last};
  return made;
}

}  // namespace sluice::inspection
