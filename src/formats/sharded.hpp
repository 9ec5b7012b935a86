// A model's tensors from one .safetensors file, or from the several that an index of Hugging Face's
// kind, `model.safetensors.index.json`, names.
#pragma once

#include <string>

#include "formats/safetensors.hpp"

namespace sluice::formats {

/// As read_safetensors; of an index, the tensors of all its shards, which lie beside it. Throws
/// Error(model) as well for one shard alone, and for an index and shards that disagree.
SafeTensors read_tensors(const std::string& path);

}  // namespace sluice::formats
