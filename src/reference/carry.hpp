// The state a step passes to the next: the new h and c, or with zoneout partly the old ones.
// Forward and backward.
#pragma once

#include <vector>

#include "reference/cell.hpp"
#include "reference/step_trace.hpp"

namespace sluice::reference {

/// Writes c from c_new [H] and c'.
void carry_c(const Cell& cell, const Step& step, Row c_new, const StepWrites& s);

/// Splits d_c: returns the gradient at c_new and leaves in d_c the part that goes to c'.
std::vector<double> carry_c_backward(const Cell& cell, const Step& step, std::vector<double>& d_c);

/// Writes h from the clipped h_sum and h'.
void carry_h(const Cell& cell, const Step& step, const StepWrites& s);

/// Splits d_h: returns the gradient at h_sum and leaves in d_h the part that goes to h'.
std::vector<double> carry_h_backward(const Cell& cell, const Step& step, const StepReads& s,
                                     std::vector<double>& d_h);

}  // namespace sluice::reference
