// The plain RNN, h = tanh(W x + R h' + b), to compare the LSTM with: S2 alone, without a cell.
#pragma once

#include "reference/cell.hpp"
#include "reference/step_trace.hpp"

namespace sluice::reference {

/// As step_forward and step_backward.
void rnn_forward(const Cell& cell, const Step& step, const StepWrites& s);
void rnn_backward(const Cell& cell, const Step& step, const StepReads& s, StepGradient& d,
                  LayerWeights& d_weights);

}  // namespace sluice::reference
