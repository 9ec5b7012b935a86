// The truth that everything fast is checked against: a stack of LSTM layers with a linear head,
// forward and backward through time, in double precision. No SIMD, no threads, no care for speed.
// The equations of the cell are in cell.hpp, one direction of a layer over time is in layer.hpp;
// what they mean and where they come from is in docs/math.md. T steps, B batch, I input, H hidden
// and P size of h (each layer its own), D directions, O output, L layers. All arrays row-major.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// S8, y = V h + b_y.
struct Head {
  std::size_t hidden = 0;      ///< Width of the last layer's output
  std::size_t output = 0;      ///< O
  std::vector<double> weight;  ///< V, [O, hidden]
  std::vector<double> bias;    ///< b_y, [O]
};

/// Layer l reads the output of layer l - 1, layer 0 reads x. A gradient has the same type.
struct Network {
  CellOptions cell;
  std::array<CellActivations, 2> activations;  ///< Of the forward (or only) direction, the reverse.
  Direction direction = Direction::forward;
  Merge merge = Merge::concat;       ///< Where there are both directions.
  bool residual = false;             ///< From layer 1 on a layer's input is added to its output.
  std::vector<LayerWeights> layers;  ///< Layer 0 forward, layer 0 reverse (where both), layer 1 ..
  Head head;  ///< Where weight is empty and output 0: none, y is the last layer's output.

  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
};

/// What chance decides in training, for one direction of a layer. t is time, not order of running.
/// An empty array: nothing is drawn (of zoneout: the expectation).
struct Noise {
  std::vector<double> zone_c;  ///< [T, B, H] 1: the unit keeps c', 0: it takes the new one
  std::vector<double> zone_h;  ///< [T, B, P]
  std::vector<double> keep_g;  ///< [T, B, H] recurrent dropout's factors of g
  std::vector<double> keep_h;  ///< [B, P] variational dropout's factors of h' before R
  std::vector<double> keep_x;  ///< [B, I] variational dropout's factors of x
  std::vector<double> keep_r;  ///< [G H, P] DropConnect's factors of R
};

/// Where and when a signal is changed.
struct ChangedAt {
  std::size_t layer;  ///< Of Network::layers.
  std::size_t step;   ///< In the order of time.
  std::size_t sample;
  Signal signal;
};

struct Input {
  std::vector<double> x;  ///< [T, B, I]; what is never run is never read
  std::size_t steps = 0;
  std::size_t batch = 0;
  std::vector<std::size_t> lengths = {};  ///< [B] each 0..T; empty: all T
  std::vector<std::uint8_t> mask = {};    ///< [T, B] 0: h and c are carried over; empty: none is
  std::vector<Noise> noise = {};          ///< One per entry of Network::layers, or empty
  /// Changes what the cells compute (cell.hpp, Change), or nothing. Such a run has no way back.
  std::function<void(const ChangedAt&, std::span<double>)> change = {};

  std::size_t length(std::size_t b) const { return lengths.empty() ? steps : lengths[b]; }
  bool masked(std::size_t t, std::size_t b) const {
    return !mask.empty() && mask[t * batch + b] == 0;
  }
};

/// Hidden and cell state of every direction of every layer, or the gradient there: h [B, P] and
/// c [B, H] of Network::layers[0], then of [1], and so on.
struct State {
  std::vector<double> h;
  std::vector<double> c;
};

struct Forward {
  std::vector<double> y;          ///< [T, B, output_width]; zeros from a sequence's length on
  State last;                     ///< After the last step that was run; `first` where none was.
  std::vector<LayerTrace> trace;  ///< One per entry of Network::layers.
};

/// What arrives at one direction of a layer on the way back, in the order of time: zeros where no
/// step was run.
struct LayerGradient {
  std::vector<double> d_h;  ///< [T, B, P] at h, from above and from the step behind
  std::vector<double> d_c;  ///< [T, B, H] at the new c (S4), by h and from the step behind
};

struct Backward {
  Network d_weights;        ///< Of this call alone: a caller with several chunks adds them up.
  std::vector<double> d_x;  ///< [T, B, I]; zeros where x is not read
  State d_first;
  std::vector<LayerGradient> d_trace = {};  ///< One per entry of Network::layers.
};

/// Values of one row of y: O, or the width of the last layer's output.
std::size_t output_width(const Network& network);

/// The state of zeros from which a sequence starts, or the gradient where nothing follows.
State zero_state(const Network& network, std::size_t batch);

/// Runs the input from the state `first`. Throws Error(shape) where a size does not fit,
/// Error(usage) where the options do not go together.
Forward forward(const Network& network, const Input& input, const State& first);

/// The way back through the run that `forward` made of the first three arguments: the gradient of a
/// loss that depends on y through d_y [T, B, output_width] (not read from a sequence's length on)
/// and on the last state through d_last, which is the next chunk's d_first, or zeros. Throws as
/// forward does.
Backward backward(const Network& network, const Input& input, const State& first,
                  const Forward& forward, const std::vector<double>& d_y, const State& d_last);

/// How far the run stays from the nearest kink of an activation or a clip: the gradient cannot be
/// told by finite differences whose steps move a value by more. Infinite where there is no kink.
double distance_to_kink(const Network& network, const Input& input, const Forward& forward);

}  // namespace sluice::reference
