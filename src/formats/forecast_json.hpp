// The JSON text of a forecasting model: all of it but the numbers in tensors.
#pragma once

#include <nlohmann/json.hpp>

#include "forecasting/forecast_model.hpp"
#include "formats/json_fields.hpp"

namespace sluice::formats {

/// Everything of the model but weights, biases, spread and the network.
nlohmann::json to_json(const forecasting::ForecastModel& model);
forecasting::ForecastModel forecast_from(JsonFields fields);

}  // namespace sluice::formats
