// Several networks trained side by side as one network that computes the mean of their outputs.
#pragma once

#include <span>

#include "engine/network.hpp"

namespace sluice::engine {

/// M networks of one architecture with a head become one with M times the units in each layer:
/// every member keeps its own weights as a block, the other weights are zero, the head divides by
/// M. Exact but for rounding. Throws Error(shape) where there are none, they differ, or they have a
/// layer norm, which would mix them.
Network merge(std::span<const Network> members);

}  // namespace sluice::engine
