// Folds a linear layer before an LSTM into its weights: W (A x + a) + b = (W A) x + (W a + b).
#pragma once

#include <cstddef>
#include <vector>

#include "engine/network.hpp"

namespace sluice::formats {

struct LayerBefore {
  std::size_t inputs = 0;
  std::vector<double> weight;  ///< A, [the network's inputs, inputs]
  std::vector<double> bias;    ///< a, [the network's inputs]; empty: none
};

/// The network that takes the layer's input, summed in double precision.
engine::Network with_layer_before(const engine::Network& network, const LayerBefore& layer);

}  // namespace sluice::formats
