// The forecast that a user asks for: of the rows that follow the last one with a target.
#pragma once

#include <cstddef>
#include <string>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "sluice/forecaster.hpp"

namespace sluice::forecasting {

struct NextForecast {
  Forecasts forecasts;     ///< One origin.
  std::size_t origin = 0;  ///< The last row with a target.
  std::size_t filled =
      0;  ///< Missing cells filled with the last seen value in columns that had none in training.
  bool short_history = false;  ///< Fewer rows than ForecastModel::rows_needed().
};

/// Throws Error(data) where the table does not fit the model, a column known ahead is not filled
/// for the whole horizon, or (unless allowed) the history is shorter than the model looks back on.
NextForecast forecast_next(const ForecastModel& model, const data::Table& table,
                           ShortHistory short_history = ShortHistory::refuse);

/// The time of a row as the file writes times, also of rows behind its end; the row's number from 1
/// without times.
std::string row_label(const data::Table& table, std::size_t row);

}  // namespace sluice::forecasting
