// The JSON text of a forecasting model: all of it but the numbers in tensors.
#pragma once

#include <nlohmann/json.hpp>

#include "formats/json_fields.hpp"
#include "training/forecast_model.hpp"

namespace sluice::formats {

/// Everything of the model but weights, biases, spread and the network.
nlohmann::json to_json(const training::ForecastModel& model);
training::ForecastModel forecast_from(JsonFields fields);

}  // namespace sluice::formats
