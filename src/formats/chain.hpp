// Which modules of a PyTorch state dictionary make up the model. The file does not hold the graph:
// the chain is told by names, by what the caller says, or by numbers that it must give; never by
// shapes alone.
#pragma once

#include <string>
#include <vector>

#include "formats/safetensors.hpp"
#include "formats/state_dict.hpp"

namespace sluice::formats {

/// What the caller says of a state dictionary, each by the module's name in the file; empty: not
/// said.
struct ChainRequest {
  std::string module = {};      ///< The LSTM, where there are several.
  std::string head = {};        ///< The linear layer behind it; "none": the LSTM alone.
  std::string before = {};      ///< The layer before it.
  std::string activation = {};  ///< Between LSTM and head, or behind the head: "none".
  bool proved = false;          ///< Numbers will choose among all that fit (chain_proof.hpp).

  bool says_anything() const {
    return !module.empty() || !head.empty() || !before.empty() || !activation.empty();
  }
};

/// before -> LSTM -> head; by prefixes, "fc.".
struct Chain {
  std::string lstm = {};
  std::string head = {};    ///< Empty: none.
  std::string folded = {};  ///< A Linear before the LSTM, multiplied into its W. Empty: none.
  std::vector<std::string> left_out = {};  ///< Tensors that the caller does not want.
  std::string text =
      {};  ///< "lstm (3 -> 5, 2 layers) -> fc.weight [2, 5]", in the file's own names.
};

/// The one chain that names, or the request, tell; with `proved` all that fit, the likeliest first.
/// Throws Error(model) in the words of what to say where there is none or doubt, Error(usage) where
/// the request names what the file does not have.
std::vector<Chain> chains(const SafeTensors& file, const std::string& path,
                          const ChainRequest& request);

}  // namespace sluice::formats
