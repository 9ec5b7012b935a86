// Merges the h of both directions into one output. Forward and backward. The directions themselves
// are in layer.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// [rows, 2P] or [rows, P] from both directions' h, [rows, P] each.
std::vector<double> merged(Merge merge, std::size_t state, Row forward, Row reverse);

/// The gradient [rows, P] of direction 0 or 1 from d, the gradient of the merged output. `other` is
/// the h of the other direction.
std::vector<double> merged_backward(Merge merge, std::size_t state, std::size_t direction, Row d,
                                    Row other);

}  // namespace sluice::reference
