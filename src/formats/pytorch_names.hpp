// A PyTorch state dictionary with one LSTM (of one direction or both, with or without projection),
// and perhaps one Linear behind it, as a network: sizes from the shapes, any prefix before
// `weight_ih_l0`. Which tensors make up the model is chain.hpp's business.
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

/// Throws Error(model), naming file and tensor, where shapes do not fit one another, a tensor is
/// missing, or one is not understood (several LSTMs, other layers): never a network that lacks
/// something. Throws as chains() where the request does not tell one chain.
StateDictNetwork network_from_state_dict(const SafeTensors& file, const std::string& path,
                                         const ChainRequest& request = {});

/// The network of one chain of the file; throws Error(model) as above.
engine::Network network_of(const Chain& chain, const SafeTensors& file, const std::string& path);

/// Fills a network's parameters from the tensors of these names, one for each of the first
/// parameters of its list; the others stay zero.
void fill_parameters(engine::Network& network, const SafeTensors& file, const std::string& path,
                     const std::vector<std::string>& names);

}  // namespace sluice::formats
