// Equations S1 to S7 of one unit with the numbers of one time step (docs/math.md).
#pragma once

#include <cstddef>
#include <string>

#include "inspection/trace.hpp"

namespace sluice::cli {

/// One line per equation for a unit of a traced layer direction. `c_before`: the cell state before
/// the step.
std::string seven_steps(const inspection::Trace::Part& part, std::size_t unit, std::size_t step,
                        float c_before);

}  // namespace sluice::cli
