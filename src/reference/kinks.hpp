// Where finite differences mislead: how far the values of a step are from the points at which an
// activation or a clip has a kink. No part of the model; for tests of its gradients.
#pragma once

#include <cstddef>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Of row `at` of the trace, the distance of the nearest value from its kink.
double distance_to_kink(const Cell& cell, const LayerTrace& trace, std::size_t at);

}  // namespace sluice::reference
