// The architecture of a network as JSON, as docs/formats.md describes it: what is plain is left
// out.
#pragma once

#include <nlohmann/json.hpp>

#include "formats/json_fields.hpp"
#include "model/parameters.hpp"

namespace sluice::formats {

nlohmann::json to_json(const Architecture& architecture);

/// Throws Error(model) where a field is missing, unknown or of another type.
Architecture architecture_from(JsonFields fields);

}  // namespace sluice::formats
