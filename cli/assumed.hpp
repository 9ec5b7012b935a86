// What a command says of a state dictionary before anything else: which of its tensors were taken
// for what.
#pragma once

#include <string>
#include <vector>

#include "formats/model_file.hpp"

namespace sluice::cli {

/// "assumed: lstm (3 -> 5) -> fc.weight [2, 5]; ..", and a line of what was left out. Empty for a
/// model that says what it is.
std::string assumed_text(const formats::StoredModel& model, bool proved = false);

}  // namespace sluice::cli
