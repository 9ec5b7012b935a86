// A network's tensors in a model file; matrices are stored as F32, F16, or I8 with a scale per row.
// See docs/formats.md for the tensors' names.
#pragma once

#include <string>
#include <vector>

#include "engine/network.hpp"
#include "formats/json_fields.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {

/// The format version that this weight type needs: older programs read float32 weights only.
std::size_t format_of(kernels::WeightType weights);

/// The field `weights` of a description; float32 if its version has no such field. Throws
/// Error(model) for an unknown value.
kernels::WeightType weights_from(JsonFields& fields, std::size_t format);

/// Adds all parameters, and the row scales of int8 weights.
void add_tensors(SafeTensors& file, const engine::Network& network);
/// The names of those tensors.
std::vector<std::string> tensor_names(const engine::Network& network);

/// Throws Error(model), naming file and tensor, if one is missing or has another shape, type or
/// range than its storage allows.
engine::Network read_network(const SafeTensors& file, const std::string& path,
                             const Architecture& architecture, kernels::WeightType weights);

}  // namespace sluice::formats
