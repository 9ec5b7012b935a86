// Proof that a network is the model that it is taken for: what the model made of an input, as
// arrays, beside what the network makes of it.
#pragma once

#include <optional>
#include <string>

#include "engine/network.hpp"
#include "formats/chain.hpp"
#include "formats/pytorch_names.hpp"
#include "formats/sample.hpp"

namespace sluice::formats {

/// How far a network is from the sample, in the way of reading it that is nearest.
struct Difference {
  double largest = 0.0;     ///< Of |answer - y|
  double scale = 0.0;       ///< The largest |y|
  bool last_step = false;   ///< y is of the last step
  bool time_first = false;  ///< x is [T, B, I]
  bool proved() const { return largest <= kTolerance * scale; }
  static constexpr double kTolerance = 1e-5;
};

/// Nothing where the shapes do not fit the network.
std::optional<Difference> difference(const engine::Network& network, const Sample& sample);

/// Throws Error(model) unless the network gives the sample's y.
Difference prove(const engine::Network& network, const Sample& sample, const std::string& path);

struct ProvenNetwork {
  StateDictNetwork made;
  Difference difference;
};

/// Of the chains that fit the request, the one that gives the sample's y. Throws Error(model) with
/// the difference of each where none does, and with the activation that would explain it, if one
/// does.
ProvenNetwork proven_network(const SafeTensors& file, const std::string& path, ChainRequest request,
                             const Sample& sample);

}  // namespace sluice::formats
