// A gate or the candidate from its sum a: gate_clip, then the activation. Backward: B7. The sum is
// in sums.hpp.
#pragma once

#include <span>
#include <vector>

#include "reference/cell.hpp"
#include "reference/step_trace.hpp"
#include "reference/sums.hpp"

namespace sluice::reference {

/// Writes the gate's H values into `result` and its sum into the trace. `c` is its peephole's
/// input.
void squash(const Cell& cell, const Products& sums, Gate gate, Row c, const StepWrites& s,
            std::span<double> result);

/// d_a [H] from d_gate [H].
std::vector<double> squash_backward(const Cell& cell, Gate gate, const StepReads& s, Row d_gate);

}  // namespace sluice::reference
