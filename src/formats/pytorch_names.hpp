// Loads a PyTorch state dictionary with one LSTM (unidirectional or bidirectional, with or without
// projection) and an optional Linear after it. Sizes come from the shapes; any prefix before
// `weight_ih_l0` is accepted. See chain.hpp for which tensors make up the model.
#pragma once

#include <string>
#include <vector>

#include "engine/network.hpp"
#include "formats/chain.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {

struct StateDictNetwork {
  engine::Network network;
  Chain chain;
};

/// Throws Error(model), naming file and tensor, if shapes do not fit one another, a tensor is
/// missing, or one is not supported (several LSTMs, other layers): a network is never silently
/// incomplete. Throws as chains() if the request does not determine one chain.
StateDictNetwork network_from_state_dict(const SafeTensors& file, const std::string& path,
                                         const ChainRequest& request = {});

/// Builds the network of one chain of the file; throws Error(model) as above.
engine::Network network_of(const Chain& chain, const SafeTensors& file, const std::string& path);

/// Fills the first parameters of a network from the named tensors, in order; the others stay zero.
void fill_parameters(engine::Network& network, const SafeTensors& file, const std::string& path,
                     const std::vector<std::string>& names);

}  // namespace sluice::formats
