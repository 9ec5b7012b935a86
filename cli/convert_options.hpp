// The options of `sluice convert`, as typed.
#pragma once

#include <string>
#include <vector>

#include "cli/convert_weights.hpp"
#include "formats/chain_proof.hpp"

namespace sluice::cli {

struct ConvertOptions {
  std::string from, to, state;
  formats::ChainRequest chain;
  std::vector<std::string> expect;  // x.npy, y.npy
  WeightsOptions weights;
  bool unverified = false;
};

/// Returns the exit status: 1 where the smaller weights change the model too much.
int run_convert(const ConvertOptions& options);

}  // namespace sluice::cli
