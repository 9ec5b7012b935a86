// One step of the plain RNN, forward and backward; c is copied through unchanged. It shares sums,
// squashing and zoneout of h with the LSTM.
#include "reference/rnn.hpp"

#include <algorithm>
#include <vector>

#include "reference/carry.hpp"
#include "reference/gate.hpp"
#include "reference/sums.hpp"

namespace sluice::reference {

void rnn_forward(const Cell& cell, const Step& step, const StepWrites& s) {
  squash(cell, products(cell, step), kCandidate, {}, s, s.g);
  if (step.change) step.change(Signal::g, s.g);
  std::copy(s.g.begin(), s.g.end(), s.h_sum.begin());
  carry_h(cell, step, s);
  if (step.change) step.change(Signal::h, s.h);
  std::copy(step.c_before.begin(), step.c_before.end(), s.c.begin());
}

void rnn_backward(const Cell& cell, const Step& step, const StepReads& s, StepGradient& d,
                  LayerWeights& d_weights) {
  std::vector<double> d_h_before = d.d_h;
  const std::vector<double> d_g = carry_h_backward(cell, step, s, d_h_before);
  const std::vector<double> d_a = squash_backward(cell, kCandidate, s, d_g);
  const std::vector<double> d_sum =
      gate_sum_backward(cell, products(cell, step), kCandidate, {}, d_a, {}, d_weights);
  products_backward(cell, step, d_sum, d, d_weights);
  for (std::size_t j = 0; j < d_h_before.size(); ++j) d.d_h[j] += d_h_before[j];
}

}  // namespace sluice::reference
