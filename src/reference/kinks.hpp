// The distance of a step's values from kinks of activations and clips, where finite differences
// mislead. For gradient tests; not part of the model.
#pragma once

#include <cstddef>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Distance of the nearest value in row `at` of the trace from its kink.
double distance_to_kink(const Cell& cell, const LayerTrace& trace, std::size_t at);

}  // namespace sluice::reference
