// A forecasting model and a table as a Subject.
#pragma once

#include <memory>
#include <string>

#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"
#include "inspection/subject.hpp"

namespace sluice::inspection {

/// The model must outlive the result. Throws Error(data) where the table lacks a column that the
/// model reads, and Error(usage) where the model has no LSTM.
Subject forecast_subject(const forecasting::ForecastModel& model, const data::Table& table);

/// Names of the LSTM's inputs: columns, calendar, masks, and the bins of the linear forecast and of
/// the last season.
std::vector<std::string> input_names(const forecasting::ForecastModel& model);

}  // namespace sluice::inspection
