// Forecasts the rows after the last row with a target.
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
  /// Missing cells, filled with the last value seen, of columns without gaps in training.
  std::size_t filled = 0;
  bool short_history = false;  ///< Fewer rows than ForecastModel::rows_needed().
};

/// Throws Error(data) if the table does not fit the model, a known-ahead column does not cover the
/// whole horizon, or (unless allowed) the history is shorter than the model needs.
NextForecast forecast_next(const ForecastModel& model, const data::Table& table,
                           ShortHistory short_history = ShortHistory::refuse);

/// The time of a row, possibly after the last, as the file writes times; without times, the row
/// number from 1.
std::string row_label(const data::Table& table, std::size_t row);

}  // namespace sluice::forecasting
