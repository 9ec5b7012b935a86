// One LSTM cell, one time step, one row of the batch, in double precision: the seven steps S1..S7
// and their derivatives B1..B9 of docs/math.md, written to be read beside it. Plain loops, nothing
// fast. What runs the cell over time, layers and batch is lstm.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::reference {

using Row = std::span<const double>;

/// The gates' blocks of H rows in the weights.
enum Gate : std::size_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3 };

/// One layer's parameters; their gradients have the same type. Row gate * H + k belongs to unit k.
struct LayerWeights {
  std::size_t input = 0;          ///< I
  std::size_t hidden = 0;         ///< H
  std::vector<double> weight_ih;  ///< W, [4H, I]
  std::vector<double> weight_hh;  ///< R, [4H, H]
  std::vector<double> bias;       ///< b, [4H]; a model with two biases gives their sum
};

/// All that one layer computed and its way back needs, each [T, B, H].
struct LayerTrace {
  std::vector<double> f;       ///< S1, forget gate, in 0..1
  std::vector<double> g;       ///< S2, candidate, in -1..1
  std::vector<double> i;       ///< S3, input gate, in 0..1
  std::vector<double> c;       ///< S4, cell state
  std::vector<double> tanh_c;  ///< S5, squashed cell state, in -1..1
  std::vector<double> o;       ///< S6, output gate, in 0..1
  std::vector<double> h;       ///< S7, hidden state, in -1..1
};

/// What one step of one row reads, and where in the trace its H results stand.
struct Step {
  Row x;           ///< [I]
  Row h_before;    ///< h', [H]
  Row c_before;    ///< c', [H]
  std::size_t at;  ///< Index of unit 0 in each array of the trace.
};

/// The gradient of the loss on its way back through a step.
struct StepGradient {
  std::vector<double> d_h;  ///< [H] in: all that reaches h; out: what leaves for h'
  std::vector<double> d_c;  ///< [H] in: what reaches c from the next step; out: what leaves for c'
  std::vector<double> d_x;  ///< [I] out
};

/// S1..S7: writes the step's H units into the trace.
void step_forward(const LayerWeights& weights, const Step& step, LayerTrace& trace);

/// B1..B9: assigns d_h, d_c and d_x, and adds to the gradient of the parameters.
void step_backward(const LayerWeights& weights, const Step& step, const LayerTrace& trace,
                   StepGradient& d, LayerWeights& d_weights);

}  // namespace sluice::reference
