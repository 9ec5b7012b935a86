// From a gate's sum to its value, and back: gate_clip, then the activation. The sum itself, with
// its peephole and norm, is in sums.cpp.
#include "reference/gate.hpp"

#include <algorithm>

#include "reference/activation.hpp"
#include "reference/clip.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

// Value and slope of the activation at the clipped sum; slope 0 where it was clipped.
Activated squashed(const Cell& cell, Gate gate, double a) {
  const ActivationFunction& function =
      gate == kCandidate ? cell.activations.candidate : cell.activations.gate;
  Activated result = activate(function, clipped(a, cell.options.gate_clip));
  result.slope *= clip_slope(a, cell.options.gate_clip);
  return result;
}

}  // namespace

void squash(const Cell& cell, const Products& sums, Gate gate, Row c, const StepWrites& s,
            std::span<double> result) {
  const std::span<double> a = s.a_of(cell, gate);
  const Values sum = gate_sum(cell, sums, gate, c);
  std::copy(sum.begin(), sum.end(), a.begin());
  for (std::size_t k = 0; k < a.size(); ++k) result[k] = squashed(cell, gate, a[k]).value;
}

Values squash_backward(const Cell& cell, Gate gate, const StepReads& s, Row d_gate) {
  const Row a = s.a_of(cell, gate);
  Values d_a(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    d_a[k] = d_gate[k] * squashed(cell, gate, a[k]).slope;  // B7
  }
  return d_a;
}

}  // namespace sluice::reference
