// How the two directions' h become one output, and the way back.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// [rows, 2P] or [rows, P] of both directions' h, [rows, P] each.
std::vector<double> merged(Merge merge, std::size_t state, Row forward, Row reverse);

/// What direction 0 or 1 receives, [rows, P], of the gradient d at the merged output. `other` is
/// the h of the other direction.
std::vector<double> merged_backward(Merge merge, std::size_t state, std::size_t direction, Row d,
                                    Row other);

}  // namespace sluice::reference
