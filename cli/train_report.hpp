// What `sluice train` prints about its data and its model.
#pragma once

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"

namespace sluice::cli {

/// How the file was read and what each column is used for.
void print_inputs(const data::Table& table, const forecasting::ForecastModel& model);
/// The linear part, the LSTM, alpha and the validation error.
void print_result(const forecasting::ForecastModel& model);

}  // namespace sluice::cli
