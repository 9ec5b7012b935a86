// JSON of a forecasting model's table: its times, and how to read a file.
#pragma once

#include <nlohmann/json.hpp>

#include "data/features.hpp"
#include "formats/json_fields.hpp"

namespace sluice::formats {

/// Time column, step with its calendar, format and clock.
nlohmann::json time_json(const data::FeatureSpec& features);
/// The inverse. Throws Error(model) for a field that is missing or invalid.
void read_time(JsonFields fields, data::FeatureSpec& features);

/// The given table options, and the time columns.
nlohmann::json form_json(const data::TableForm& form);
data::TableForm form_from(JsonFields fields);

}  // namespace sluice::formats
