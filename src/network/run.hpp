// A whole array of sequences through a network, without a gradient.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "network/network.hpp"

namespace sluice::network {

/// h and c of all layers, [L, B, H] each (layers of different sizes one after the other). Empty:
/// zeros.
struct RunState {
  std::vector<float> h, c;
};

/// y [B, T, width] of x [B, T, I]; `state` goes from the one before the first step to the one after
/// the last. Sizes must fit; T = 0 leaves the state as it is.
std::vector<float> run(const Network& network, std::span<const float> x, std::size_t batch,
                       std::size_t steps, RunState& state);

}  // namespace sluice::network
