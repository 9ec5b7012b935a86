// The architecture of a network as JSON, see docs/formats.md; default values are omitted.
#pragma once

#include <nlohmann/json.hpp>

#include "formats/json_fields.hpp"
#include "model/parameters.hpp"

namespace sluice::formats {

nlohmann::json to_json(const Architecture& architecture);

/// Throws Error(model) for a field that is missing, unknown or of another type.
Architecture architecture_from(JsonFields fields);

}  // namespace sluice::formats
