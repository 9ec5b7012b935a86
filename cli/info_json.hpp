// The contents of a model file as JSON, for `sluice info --json`.
#pragma once

#include <string>

#include "formats/model_file.hpp"

namespace sluice::cli {

/// One object; "forecast" only for a forecasting model.
std::string info_json(const std::string& path, const formats::StoredModel& model);

/// "f32", "f16" or "int8": how the network stores its weights.
const char* weights_name(const engine::Network& network);

}  // namespace sluice::cli
