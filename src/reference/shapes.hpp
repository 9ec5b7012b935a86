// Checks the sizes of the reference's arguments against each other; the loops rely on it. It does
// not check values.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// Width of the last layer's output.
std::size_t layers_width(const Network& network);

/// Check the arguments of forward() and backward(). They throw Error(shape) with the array, the
/// expected and the actual size, or Error(usage) if options conflict.
void check_forward(const Network& network, const Input& input, const State& first);
void check_backward(const Network& network, const Input& input, const Forward& forward,
                    const std::vector<double>& d_y, const State& d_last);

}  // namespace sluice::reference
