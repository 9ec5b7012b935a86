// A PyTorch state dictionary with one LSTM (of one direction or both, with or without projection),
// and perhaps one Linear behind it, as a network: sizes from the shapes, any prefix before
// `weight_ih_l0`.
#pragma once

#include <string>

#include "formats/safetensors.hpp"
#include "network/network.hpp"

namespace sluice::formats {

/// Throws Error(model), naming file and tensor, where shapes do not fit one another, a tensor is
/// missing, or one is not understood (several LSTMs, other layers): never a network that lacks
/// something.
network::Network network_from_state_dict(const SafeTensors& file, const std::string& path);

/// Fills a network's parameters from tensors that have exactly its names and shapes after `prefix`.
/// Reports the names that it used in `used`.
void fill_parameters(network::Network& network, const SafeTensors& file, const std::string& path,
                     const std::vector<std::string>& names);

}  // namespace sluice::formats
