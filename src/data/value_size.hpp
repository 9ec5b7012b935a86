// Rejects numbers that a model cannot take, before they become infinities inside: too large, too
// far from the data that their column was scaled on, or outside the bounds of its forecasts.
#pragma once

#include <string>

#include "data/features.hpp"

namespace sluice::data {

/// Whether a value of the column is missing or within range.
bool is_computable(const ScaledColumn& column, double value);

/// Throws Error(data) for a value out of range. `where`: its row.
[[noreturn]] void refuse_value(const ScaledColumn& column, double value, const std::string& where);

/// Throws Error(data) for a target's value outside its bounds.
[[noreturn]] void refuse_beyond(const ScaledColumn& column, double value, const std::string& where);

/// Number of target values outside the bounds of their forecasts, which the model can never
/// forecast.
std::size_t count_beyond(const FeatureSpec& spec, const Table& table);

}  // namespace sluice::data
