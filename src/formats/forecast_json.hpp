// The JSON description of a forecasting model; the tensors are stored separately.
#pragma once

#include <nlohmann/json.hpp>

#include "forecasting/forecast_model.hpp"
#include "formats/json_fields.hpp"

namespace sluice::formats {

/// Everything but the weights, biases, spread and network.
nlohmann::json to_json(const forecasting::ForecastModel& model);
forecasting::ForecastModel forecast_from(JsonFields fields);

}  // namespace sluice::formats
