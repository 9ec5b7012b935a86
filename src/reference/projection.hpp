// The projection of S7's o tanh_c to the P values of h (Sak 2014); without one, h is o tanh_c.
#pragma once

#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Writes W_hr m + b_hr, [P], for m [H].
void project(const Cell& cell, Row m, std::span<double> h);

/// Returns d_m [H] from d_h [P], and adds to the gradient of W_hr and b_hr.
std::vector<double> project_backward(const Cell& cell, Row m, Row d_h, LayerWeights& d_weights);

}  // namespace sluice::reference
