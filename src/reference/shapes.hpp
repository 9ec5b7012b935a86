// Checks that the arrays given to the reference fit one another, so that its loops need not ask.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

/// B * (H_0 + H_1 + ...): the values in each array of a State.
std::size_t state_size(const Network& network, std::size_t batch);

/// What forward() and backward() are given. Each throws Error(shape), which names the array, the
/// size expected and the size found.
void check_forward(const Network& network, const std::vector<double>& x, std::size_t steps,
                   std::size_t batch, const State& first);
void check_backward(const Network& network, std::size_t steps, std::size_t batch,
                    const Forward& forward, const std::vector<double>& d_y, const State& d_last);

}  // namespace sluice::reference
