// What a step carries on to the next: the new h and c, or by zoneout some of the old; and back.
#pragma once

#include <vector>

#include "reference/cell.hpp"
#include "reference/step_trace.hpp"

namespace sluice::reference {

/// Writes c of c_new [H] and of c'.
void carry_c(const Cell& cell, const Step& step, Row c_new, const StepWrites& s);

/// Splits d_c: returns the gradient at the new c, leaves that which zoneout sends to c'.
std::vector<double> carry_c_backward(const Cell& cell, const Step& step, std::vector<double>& d_c);

/// Writes h of h_sum, clipped, and of h'.
void carry_h(const Cell& cell, const Step& step, const StepWrites& s);

/// Splits d_h: returns the gradient at h_sum, leaves that which zoneout sends to h'.
std::vector<double> carry_h_backward(const Cell& cell, const Step& step, const StepReads& s,
                                     std::vector<double>& d_h);

}  // namespace sluice::reference
