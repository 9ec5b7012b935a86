// Checks that the arrays given to the reference fit one another, so that its loops need not ask.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// Values that the last layer hands upward for one row.
std::size_t layers_width(const Network& network);

/// What forward() and backward() are given. Each throws Error(shape), which names the array, the
/// size expected and the size found; options that do not go together are Error(usage).
void check_forward(const Network& network, const Input& input, const State& first);
void check_backward(const Network& network, const Input& input, const Forward& forward,
                    const std::vector<double>& d_y, const State& d_last);

}  // namespace sluice::reference
