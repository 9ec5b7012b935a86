// The equations that a network computes, its cell options included, as `sluice info` prints them.
#pragma once

#include <string>

#include "model/parameters.hpp"

namespace sluice::cli {

/// One line per equation of a step, tagged as in docs/math.md, then notes on what the options do
/// across steps and layers.
std::string equations(const Architecture& architecture);

}  // namespace sluice::cli
