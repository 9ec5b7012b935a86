// A network of the engine as the double reference takes it: for what wants double precision rather
// than speed, and for tests that compare the two.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/parameters.hpp"
#include "reference/lstm.hpp"

namespace sluice::inspection {

/// Where the reference keeps a tensor of a direction of a layer; null for the head and the states.
std::vector<double>* reference_array(reference::LayerWeights& weights, Role role);

/// The same weights; two biases become their sum.
reference::Network reference_network(const Architecture& of, std::span<const float> parameters);

/// The state from which sequences start: zeros, or what was learned, for every sample.
reference::State reference_start(const Architecture& of, std::span<const float> parameters,
                                 std::size_t batch);

}  // namespace sluice::inspection
