// Estimates how much of a network's output depends on rounding. Large weights make an LSTM chaotic:
// an error in the last bit grows step by step until it dominates the output, so two instruction
// sets, both correct, give different numbers.
#pragma once

#include <span>
#include <vector>

#include "engine/network.hpp"

namespace sluice::formats {

/// Runs one sequence from the initial state: y [T, O] of x [T, I].
std::vector<float> run_once(const engine::Network& network, std::span<const float> x);

/// For each step of x [T, I], the difference that rounding alone may make to an output: the largest
/// effect, on this or a nearby step, of relative changes of 2^-22 in the input and in every weight,
/// times 8.
std::vector<double> rounding_of(const engine::Network& network, std::span<const float> x);

}  // namespace sluice::formats
