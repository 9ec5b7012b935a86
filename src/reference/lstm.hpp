// The truth that everything fast is checked against: a stack of LSTM layers with a linear head,
// forward and backward through time, in double precision. No SIMD, no threads, no care for speed.
// The equations of the cell are in cell.hpp; what they mean and where they come from is in
// docs/math.md. T steps, B batch, I input, H hidden (each layer its own), O output, L layers. All
// arrays row-major.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// S8, y = V h + b_y.
struct Head {
  std::size_t hidden = 0;      ///< H of the last layer
  std::size_t output = 0;      ///< O
  std::vector<double> weight;  ///< V, [O, H]
  std::vector<double> bias;    ///< b_y, [O]
};

/// Layer l reads the hidden states of layer l - 1, layer 0 reads x. A gradient has the same type.
struct Network {
  std::vector<LayerWeights> layers;
  Head head;
};

/// Hidden and cell state of every layer, or the gradient there: layer 0's [B, H_0], then layer 1's
/// [B, H_1], and so on.
struct State {
  std::vector<double> h;
  std::vector<double> c;
};

struct Forward {
  std::vector<double> y;          ///< [T, B, O]
  State last;                     ///< After step T; `first` where T is 0.
  std::vector<LayerTrace> trace;  ///< One per layer.
};

struct Backward {
  Network d_weights;        ///< Of this call alone: a caller with several chunks adds them up.
  std::vector<double> d_x;  ///< [T, B, I]
  State d_first;
};

/// The state of zeros from which a sequence starts, or the gradient where nothing follows.
State zero_state(const Network& network, std::size_t batch);

/// Runs x [T, B, I] from the state `first`. Throws Error(shape) where a size does not fit.
Forward forward(const Network& network, const std::vector<double>& x, std::size_t steps,
                std::size_t batch, const State& first);

/// The way back through the run that `forward` made of the first five arguments: the gradient of a
/// loss that depends on y through d_y [T, B, O] and on the last state through d_last, which is the
/// next chunk's d_first, or zeros. Throws Error(shape) where a size does not fit.
Backward backward(const Network& network, const std::vector<double>& x, std::size_t steps,
                  std::size_t batch, const State& first, const Forward& forward,
                  const std::vector<double>& d_y, const State& d_last);

}  // namespace sluice::reference
