// The seven steps of a unit with the numbers of one time step, in the order and with the names of
// the text that explains them.
#pragma once

#include <cstddef>
#include <string>

#include "inspection/trace.hpp"

namespace sluice::cli {

/// Of one unit of a part of the trace at a row. `c_before`: its cell state before that step.
std::string seven_steps(const inspection::Trace::Part& part, std::size_t unit, std::size_t step,
                        float c_before);

}  // namespace sluice::cli
