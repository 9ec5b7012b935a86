// The linear head, S8, on every row of the last layer's output.
#pragma once

#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// y [rows, O] of h [rows, hidden].
std::vector<double> head_forward(const Head& head, Row h);

/// Adds to d_head, returns d_h [rows, hidden]: B8 and B9, where d_a is d_y.
std::vector<double> head_backward(const Head& head, Row h, Row d_y, Head& d_head);

}  // namespace sluice::reference
