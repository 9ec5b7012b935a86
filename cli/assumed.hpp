// What a command prints first about a PyTorch state dictionary: the role assumed for each tensor.
#pragma once

#include <string>
#include <vector>

#include "formats/model_file.hpp"

namespace sluice::cli {

/// "assumed: lstm (3 -> 5) -> fc.weight [2, 5]; ..", and a line with the tensors left out. Empty
/// for a model file that describes itself. `proved`: a sample confirmed the assumption.
std::string assumed_text(const formats::StoredModel& model, bool proved = false);

}  // namespace sluice::cli
