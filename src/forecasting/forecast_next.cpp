#include "forecasting/forecast_next.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "data/value_size.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

void check_future(const ForecastModel& model, const data::Table& table, const data::Frame& frame) {
  for (const data::ScaledColumn& known : model.features.known) {
    const std::vector<double>& values = table.at(known.name).values;
    std::size_t there = 0;
    while (frame.rows + there < values.size() && !std::isnan(values[frame.rows + there])) ++there;
    if (there >= model.horizon) continue;
    throw Error(ErrorCode::data,
                {.where = table.path + ", column '" + known.name + "'",
                 .what = "a column known ahead must be filled for the rows to forecast",
                 .expected = fmt::format("{} rows after the last with a target ({})", model.horizon,
                                         table.where(frame.rows - 1)),
                 .got = std::to_string(there),
                 .hint = "add rows with the target left empty"});
  }
}

[[noreturn]] void refuse_short(const ForecastModel& model, const data::Table& table,
                               std::size_t history) {
  throw Error(
      ErrorCode::data,
      {.where = table.path,
       .what = "fewer rows than the model looks back on",
       .expected = fmt::format("at least {} rows from the first with a target to the last",
                               model.rows_needed()),
       .got = std::to_string(history),
       .hint =
           "give more of the rows before; --allow-short forecasts all the same, perhaps far off"});
}

void check_bounds(const ForecastModel& model, const data::Table& table) {
  for (const data::ScaledColumn& target : model.features.targets) {
    const std::vector<double>& values = table.at(target.name).values;
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (!target.bounds.hold(values[row]))
        data::refuse_beyond(target, values[row], table.where(row));
    }
  }
}

}  // namespace

NextForecast forecast_next(const ForecastModel& model, const data::Table& table,
                           ShortHistory short_history) {
  const data::Frame frame = data::make_frame(model.features, table);
  check_future(model, table, frame);
  check_bounds(model, table);
  const std::size_t origin = frame.rows - 1, history = frame.history(origin);
  const bool too_short = history < model.rows_needed();
  if (too_short && short_history == ShortHistory::refuse) refuse_short(model, table, history);
  return {forecast(model, frame, origin, frame.rows), origin, frame.filled, too_short};
}

std::string row_label(const data::Table& table, std::size_t row) {
  return table.times.empty() ? std::to_string(row + 1) : table.time_text(row);
}

}  // namespace sluice::forecasting
