// The plain RNN, h = tanh(W x + R h' + b), as a baseline: S2 alone, without gates or cell state. It
// is an option of the cell (CellKind::rnn), not a network of its own.
#pragma once

#include "reference/cell.hpp"
#include "reference/step_trace.hpp"

namespace sluice::reference {

/// Like step_forward and step_backward.
void rnn_forward(const Cell& cell, const Step& step, const StepWrites& s);
void rnn_backward(const Cell& cell, const Step& step, const StepReads& s, StepGradient& d,
                  LayerWeights& d_weights);

}  // namespace sluice::reference
