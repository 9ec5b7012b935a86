// Proves that a network is the expected model by comparing its outputs with the model's own, given
// as arrays.
#pragma once

#include <optional>
#include <string>

#include "engine/network.hpp"
#include "formats/chain.hpp"
#include "formats/pytorch_names.hpp"
#include "formats/sample.hpp"

namespace sluice::formats {

/// Distance of a network from the sample, for the best matching layout of the arrays.
struct Difference {
  double largest = 0.0;     ///< max |answer - y|
  double scale = 0.0;       ///< max |y|
  bool last_step = false;   ///< y is of the last step
  bool time_first = false;  ///< x is [T, B, I]
  bool proved() const { return largest <= kTolerance * scale; }
  static constexpr double kTolerance = 1e-5;
};

/// nullopt if the shapes do not fit the network.
std::optional<Difference> difference(const engine::Network& network, const Sample& sample);

/// Throws Error(model) unless the network reproduces the sample's y.
Difference prove(const engine::Network& network, const Sample& sample, const std::string& path);

struct ProvenNetwork {
  StateDictNetwork made;
  Difference difference;
};

/// The chain, among those that fit the request, that reproduces the sample's y. If none does,
/// throws Error(model) with the difference of each and the activation that would explain it, if
/// any.
ProvenNetwork proven_network(const SafeTensors& file, const std::string& path, ChainRequest request,
                             const Sample& sample);

}  // namespace sluice::formats
