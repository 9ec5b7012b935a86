// Values that a model cannot compute with although they are numbers: too large, or too far from all
// that their column was scaled on. Refused by name before they become infinities inside.
#pragma once

#include <string>

#include "data/features.hpp"

namespace sluice::data {

/// Whether a value of the column is missing or can be computed with.
bool is_computable(const ScaledColumn& column, double value);

/// Throws Error(data) for a value that is not. `where`: its row.
[[noreturn]] void refuse_value(const ScaledColumn& column, double value, const std::string& where);

}  // namespace sluice::data
