// The linear head, S8, applied to every row of the last layer's output. It has no activation;
// losses apply their own.
#pragma once

#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// y [rows, O] from h [rows, hidden].
std::vector<double> head_forward(const Head& head, Row h);

/// Accumulates d_head and returns d_h [rows, hidden]: B8 and B9 with d_y as d_a.
std::vector<double> head_backward(const Head& head, Row h, Row d_y, Head& d_head);

}  // namespace sluice::reference
