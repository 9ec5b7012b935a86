// Determines which rows of a file a forecasting model has seen.
#pragma once

#include <optional>

#include "data/split.hpp"
#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"

namespace sluice::forecasting {

/// The ends of the model's training and validation parts as rows of this table; 0 if the table
/// begins later. Without times the model's last rows are located by their values, even if rows were
/// added or removed in front; nullopt if the table does not hold them. A model without stored last
/// rows is assumed to have seen as many rows of this table as of its own.
std::optional<data::Split> find_split(const forecasting::ForecastModel& model,
                                      const data::Table& table);

}  // namespace sluice::forecasting
