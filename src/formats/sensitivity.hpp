// How much of a network's answer is a matter of rounding. Weights of large scale make an LSTM
// chaotic: the last bit of a sum grows step by step until it is all of the output, so that two
// instruction sets, both right, give other numbers.
#pragma once

#include <span>
#include <vector>

#include "engine/network.hpp"

namespace sluice::formats {

/// One sequence from the initial state: y [T, O] of x [T, I].
std::vector<float> run_once(const engine::Network& network, std::span<const float> x);

/// For each step of x [T, I] the difference that rounding alone may make to an output there: what
/// changes of one part in four million in the input and in every weight do, at the steps beside it
/// too, times 8.
std::vector<double> rounding_of(const engine::Network& network, std::span<const float> x);

}  // namespace sluice::formats
