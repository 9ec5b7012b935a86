// Values that a model cannot take although they are numbers: too large, too far from all that their
// column was scaled on, or beyond the bounds of its forecasts. Refused by name before they become
// infinities inside.
#pragma once

#include <string>

#include "data/features.hpp"

namespace sluice::data {

/// Whether a value of the column is missing or can be computed with.
bool is_computable(const ScaledColumn& column, double value);

/// Throws Error(data) for a value that is not. `where`: its row.
[[noreturn]] void refuse_value(const ScaledColumn& column, double value, const std::string& where);

/// Throws Error(data) for a target's value that its bounds do not hold.
[[noreturn]] void refuse_beyond(const ScaledColumn& column, double value, const std::string& where);

/// Values of targets beyond the bounds of their forecasts: what the model cannot forecast has been
/// seen.
std::size_t count_beyond(const FeatureSpec& spec, const Table& table);

}  // namespace sluice::data
