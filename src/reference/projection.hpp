// Projects o tanh_c of S7 to the P values of h (Sak 2014); without a projection, h is o tanh_c.
// Clipping and zoneout follow in carry.hpp.
#pragma once

#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Writes W_hr m + b_hr [P], with m [H].
void project(const Cell& cell, Row m, std::span<double> h);

/// Returns d_m [H] from d_h [P]; accumulates the gradients of W_hr and b_hr.
std::vector<double> project_backward(const Cell& cell, Row m, Row d_h, LayerWeights& d_weights);

}  // namespace sluice::reference
