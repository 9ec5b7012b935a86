// One step of the LSTM cell with all options, forward and backward, one function each. The sums of
// the gates are in sums.cpp, the plain RNN in rnn.cpp.
#include "reference/cell.hpp"

#include <algorithm>

#include "reference/activation.hpp"
#include "reference/carry.hpp"
#include "reference/clip.hpp"
#include "reference/gate.hpp"
#include "reference/norm.hpp"
#include "reference/projection.hpp"
#include "reference/rnn.hpp"
#include "reference/step_trace.hpp"
#include "reference/sums.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

double factor(Row factors, std::size_t k) { return factors.empty() ? 1.0 : factors[k]; }

Values all_clipped(Row values, double bound) {
  Values result(values.begin(), values.end());
  for (double& value : result) value = clipped(value, bound);
  return result;
}

// S5's input: c, or LN(c).
Values seen_cell(const Cell& cell, Row c) {
  if (cell.options.layer_norm != LayerNorm::ba) return {c.begin(), c.end()};
  Values seen = normalised(c, kBaEpsilon);
  for (std::size_t k = 0; k < seen.size(); ++k) {
    seen[k] = seen[k] * cell.weights.norm_c[k] + cell.weights.norm_c_bias[k];
  }
  return seen;
}

// From the gradient at S5's input to the gradient at c.
Values seen_cell_backward(const Cell& cell, Row c, Values d_seen, LayerWeights& d_weights) {
  if (cell.options.layer_norm != LayerNorm::ba) return d_seen;
  const Values n = normalised(c, kBaEpsilon);
  for (std::size_t k = 0; k < n.size(); ++k) {
    d_weights.norm_c[k] += d_seen[k] * n[k];
    d_weights.norm_c_bias[k] += d_seen[k];
    d_seen[k] *= cell.weights.norm_c[k];
  }
  return normalised_backward(c, kBaEpsilon, d_seen);
}

void add(Values& sum, Row more) {
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += more[k];
}

void change(const Step& step, Signal signal, std::span<double> values) {
  if (step.change) step.change(signal, values);
}

void lstm_forward(const Cell& cell, const Step& step, const StepWrites& s) {
  const CellOptions& options = cell.options;
  const std::size_t hidden = cell.weights.hidden;
  const Row c_before = step.c_before;
  const Products sums = products(cell, step);

  if (options.has_forget_gate()) {
    squash(cell, sums, kForget, c_before, s, s.f);  // S1
    change(step, Signal::f, s.f);
  }
  squash(cell, sums, kCandidate, {}, s, s.g);  // S2
  for (std::size_t k = 0; k < hidden; ++k) s.g[k] *= factor(step.keep_g, k);
  change(step, Signal::g, s.g);
  if (options.has_input_gate()) {
    squash(cell, sums, kInput, c_before, s, s.i);  // S3
  } else {
    for (std::size_t k = 0; k < hidden; ++k) s.i[k] = 1.0 - s.f[k];  // S3, coupled
  }
  change(step, Signal::i, s.i);
  if (!options.has_forget_gate()) {
    for (std::size_t k = 0; k < hidden; ++k) s.f[k] = 1.0 - s.i[k];  // S1, coupled
    change(step, Signal::f, s.f);
  }
  for (std::size_t k = 0; k < hidden; ++k)
    s.c_sum[k] = s.f[k] * c_before[k] + s.i[k] * s.g[k];  // S4
  Values c_new = all_clipped(s.c_sum, options.cell_clip);
  change(step, Signal::c, c_new);
  const Values seen = seen_cell(cell, c_new);
  std::copy(seen.begin(), seen.end(), s.c_seen.begin());
  squash(cell, sums, kOutput, c_new, s, s.o);  // S6
  change(step, Signal::o, s.o);
  Values m(hidden);
  for (std::size_t k = 0; k < hidden; ++k) {
    s.tanh_c[k] = activate(cell.activations.cell, s.c_seen[k]).value;  // S5
    m[k] = s.o[k] * s.tanh_c[k];                                       // S7
  }
  project(cell, m, s.h_sum);
  carry_c(cell, step, c_new, s);
  carry_h(cell, step, s);
  change(step, Signal::h, s.h);
}

// Collects d_a of all gates, after norms and peepholes: [G H], as products_backward takes it.
class GateGradients {
 public:
  GateGradients(const Cell& cell, const Products& sums, LayerWeights& d_weights)
      : cell_(cell),
        sums_(sums),
        d_weights_(d_weights),
        all_(cell.options.gates() * cell.weights.hidden) {}

  // Takes the gradient of a gate; adds to d_c what flows through its peephole.
  void add(Gate gate, const StepReads& s, Row c, Row d_gate, std::span<double> d_c) {
    const Values d_a = squash_backward(cell_, gate, s, d_gate);
    const Values d_sum = gate_sum_backward(cell_, sums_, gate, c, d_a, d_c, d_weights_);
    std::copy(d_sum.begin(), d_sum.end(),
              all_.begin() + block(cell_.options, gate) * cell_.weights.hidden);
  }

  const Values& all() const { return all_; }

 private:
  const Cell& cell_;
  const Products& sums_;
  LayerWeights& d_weights_;
  Values all_;
};

void lstm_backward(const Cell& cell, const Step& step, const StepReads& s, StepGradient& d,
                   LayerWeights& d_weights) {
  const CellOptions& options = cell.options;
  const std::size_t hidden = cell.weights.hidden;
  const Products sums = products(cell, step);
  const Values c_new = all_clipped(s.c_sum, options.cell_clip);
  GateGradients d_gates(cell, sums, d_weights);

  Values d_h_before = d.d_h;
  Values m(hidden), d_o(hidden), d_seen(hidden);
  for (std::size_t k = 0; k < hidden; ++k) m[k] = s.o[k] * s.tanh_c[k];
  const Values d_h_sum = carry_h_backward(cell, step, s, d_h_before);
  const Values d_m = project_backward(cell, m, d_h_sum, d_weights);
  for (std::size_t k = 0; k < hidden; ++k) {
    d_o[k] = d_m[k] * s.tanh_c[k];                                                     // B1
    d_seen[k] = d_m[k] * s.o[k] * activate(cell.activations.cell, s.c_seen[k]).slope;  // B2
  }
  Values d_c = carry_c_backward(cell, step, d.d_c);
  add(d_c, seen_cell_backward(cell, c_new, d_seen, d_weights));  // B2
  d_gates.add(kOutput, s, c_new, d_o, d_c);
  d.d_c_new = d_c;

  Values d_f(hidden), d_i(hidden), d_g(hidden);
  for (std::size_t k = 0; k < hidden; ++k) {
    d_c[k] *= clip_slope(s.c_sum[k], options.cell_clip);
    d_f[k] = d_c[k] * step.c_before[k];                 // B3
    d_i[k] = d_c[k] * s.g[k];                           // B4
    d_g[k] = d_c[k] * s.i[k] * factor(step.keep_g, k);  // B5
    d.d_c[k] += d_c[k] * s.f[k];                        // B6
    if (!options.has_input_gate()) d_f[k] -= d_i[k];
    if (!options.has_forget_gate()) d_i[k] -= d_f[k];
  }
  if (options.has_forget_gate()) d_gates.add(kForget, s, step.c_before, d_f, d.d_c);
  if (options.has_input_gate()) d_gates.add(kInput, s, step.c_before, d_i, d.d_c);
  d_gates.add(kCandidate, s, {}, d_g, {});
  products_backward(cell, step, d_gates.all(), d, d_weights);  // B8, B9
  add(d.d_h, d_h_before);
}

}  // namespace

std::size_t block(const CellOptions& options, Gate gate) {
  std::size_t before = 0;
  for (std::size_t other = 0; other < gate; ++other) before += options.has_gate(other) ? 1 : 0;
  return before;
}

std::size_t peephole_block(const CellOptions& options, Gate gate) {
  return block(options, gate) - (gate == kOutput ? 1 : 0);
}

LayerTrace empty_trace(const CellOptions& options, const LayerWeights& weights, std::size_t rows) {
  const Values units(rows * weights.hidden), state(rows * weights.state);
  const Values gates(rows * options.gates() * weights.hidden);
  return {units, units, units, units, units, units, state, gates, units, units, state};
}

void step_forward(const Cell& cell, const Step& step, LayerTrace& trace) {
  const auto s = row_of<double>(trace, cell, step.at);
  if (cell.options.kind == CellKind::rnn) {
    rnn_forward(cell, step, s);
  } else {
    lstm_forward(cell, step, s);
  }
}

void step_backward(const Cell& cell, const Step& step, const LayerTrace& trace, StepGradient& d,
                   LayerWeights& d_weights) {
  const auto s = row_of<const double>(trace, cell, step.at);
  if (cell.options.kind == CellKind::rnn) {
    rnn_backward(cell, step, s, d, d_weights);
  } else {
    lstm_backward(cell, step, s, d, d_weights);
  }
}

}  // namespace sluice::reference
