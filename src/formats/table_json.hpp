// The description of a forecasting model's table: its times, and how a file is read.
#pragma once

#include <nlohmann/json.hpp>

#include "data/features.hpp"
#include "formats/json_fields.hpp"

namespace sluice::formats {

/// Column, step with its calendar, form and clock of the times.
nlohmann::json time_json(const data::FeatureSpec& features);
/// Back from it. Throws Error(model) where a field is missing or cannot be.
void read_time(JsonFields fields, data::FeatureSpec& features);

/// What was said of the file, and its columns of times.
nlohmann::json form_json(const data::TableForm& form);
data::TableForm form_from(JsonFields fields);

}  // namespace sluice::formats
