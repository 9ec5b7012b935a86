// Converts a network of the engine to the double precision reference: for analyses that need
// precision rather than speed, and for tests that compare the two.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "reference/lstm.hpp"

namespace sluice::inspection {

/// The reference's array for a parameter tensor of a layer direction; null for the head and the
/// initial states.
std::vector<double>* reference_array(reference::LayerWeights& weights, Role role);

/// The same weights; adds the two biases.
reference::Network reference_network(const Architecture& arch, std::span<const float> parameters);

/// The initial state, zeros or learned, repeated for every sample.
reference::State reference_start(const Architecture& arch, std::span<const float> parameters,
                                 std::size_t batch);

}  // namespace sluice::inspection
