// A network's tensors in a model file, in the three ways that matrices are stored: F32, F16, or I8
// with a scale for each row. What the tensors are called is said in docs/formats.md.
#pragma once

#include <string>
#include <vector>

#include "engine/network.hpp"
#include "formats/json_fields.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {

/// The version of the description that a network stored so needs: older programs read files of
/// float32 weights.
std::size_t format_of(kernels::WeightType weights);

/// The field `weights` of a description; float32 where its version has none. Throws Error(model)
/// for another value.
kernels::WeightType weights_from(JsonFields& fields, std::size_t format);

/// Adds all parameters, and what the storage needs besides.
void add_tensors(SafeTensors& file, const engine::Network& network);
/// The names of those tensors.
std::vector<std::string> tensor_names(const engine::Network& network);

/// Throws Error(model), naming file and tensor, where one is missing, or has another shape, type or
/// range than its storage.
engine::Network read_network(const SafeTensors& file, const std::string& path,
                             const Architecture& architecture, kernels::WeightType weights);

}  // namespace sluice::formats
