// Selects the modules of a PyTorch state dictionary that make up the model. The file does not hold
// the graph: names, the caller's request or a numerical proof decide, never shapes alone.
#pragma once

#include <string>
#include <vector>

#include "formats/safetensors.hpp"
#include "formats/state_dict.hpp"

namespace sluice::formats {

/// The caller's choices, each by the module's name in the file; empty: not given.
struct ChainRequest {
  std::string module = {};      ///< The LSTM, if there are several.
  std::string head = {};        ///< The linear layer after it; "none": the LSTM alone.
  std::string before = {};      ///< The layer before it.
  std::string activation = {};  ///< Between LSTM and head, or after the head: "none".
  bool proved = false;  ///< A numerical proof will choose among all that fit (chain_proof.hpp).

  bool says_anything() const {
    return !module.empty() || !head.empty() || !before.empty() || !activation.empty();
  }
};

/// before -> LSTM -> head, by prefixes such as "fc.".
struct Chain {
  std::string lstm = {};
  std::string head = {};    ///< Empty: none.
  std::string folded = {};  ///< A Linear before the LSTM, multiplied into W. Empty: none.
  std::vector<std::string> left_out = {};  ///< Tensors that the caller leaves out.
  /// "lstm (3 -> 5, 2 layers) -> fc.weight [2, 5]", in the file's own names.
  std::string text = {};
};

/// The one chain that names or the request determine; with `proved` all chains that fit, the
/// likeliest first. Throws Error(model), saying which option to add, if no chain or more than one
/// fits, Error(usage) if the request names a module that the file lacks.
std::vector<Chain> chains(const SafeTensors& file, const std::string& path,
                          const ChainRequest& request);

}  // namespace sluice::formats
