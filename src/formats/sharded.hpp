// Reads a model's tensors from one .safetensors file, or from the shards listed in a Hugging Face
// index, `model.safetensors.index.json`.
#pragma once

#include <string>

#include "formats/safetensors.hpp"

namespace sluice::formats {

/// As read_safetensors; for an index, the tensors of all its shards, which must be in the same
/// folder. Also throws Error(model) for a single shard, and for an index that disagrees with its
/// shards.
SafeTensors read_tensors(const std::string& path);

}  // namespace sluice::formats
