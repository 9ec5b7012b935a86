// Which rows of a file a forecasting model has seen.
#pragma once

#include <optional>

#include "data/split.hpp"
#include "data/table.hpp"
#include "forecasting/forecast_model.hpp"

namespace sluice::forecasting {

/// Where the model's training and validation ended, in this table's rows; 0 where the table begins
/// later. Without times the model's last rows are looked for by their values, also where rows were
/// added or left out in front; nothing where they are not in the table. A model that keeps none is
/// believed to have seen as many rows of this table as of its own.
std::optional<data::Split> find_split(const forecasting::ForecastModel& model,
                                      const data::Table& table);

}  // namespace sluice::forecasting
