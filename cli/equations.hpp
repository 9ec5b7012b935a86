// The equations that a network computes, with its own options, as `sluice info` prints them.
#pragma once

#include <string>

#include "model/parameters.hpp"

namespace sluice::cli {

/// A line for each equation of a step, with the tags of docs/math.md, then what the options do over
/// steps and layers.
std::string equations(const Architecture& architecture);

}  // namespace sluice::cli
