// A forecasting model and a table, as something to inspect.
#pragma once

#include <memory>
#include <string>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "inspection/subject.hpp"

namespace sluice::inspection {

/// The model must outlive it. Throws Error(data) where the table does not have what the model
/// reads, and Error(usage) where the model has no LSTM.
Subject forecast_subject(const forecasting::ForecastModel& model, const data::Table& table);

/// What the LSTM reads, by name: columns, calendar, masks, and the bins of the linear forecast and
/// of the last season.
std::vector<std::string> input_names(const forecasting::ForecastModel& model);

}  // namespace sluice::inspection
