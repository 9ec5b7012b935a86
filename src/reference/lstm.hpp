// The reference for all fast code: a stack of LSTM layers with a linear head, forward and backward
// through time, in double precision. No SIMD, no threads, no optimisation. The cell's equations are
// in cell.hpp, one direction of a layer over time is in layer.hpp; docs/math.md derives them. T
// steps, B batch, I input, H hidden, P size of h (per layer), D directions, O output, L layers. All
// arrays are row-major.
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

/// Layer 0 reads x, layer l the output of layer l - 1. Gradients have the same type.
struct Network {
  CellOptions cell;
  std::array<CellActivations, 2>
      activations;  ///< Of the forward (or only) direction, then of the reverse one.
  Direction direction = Direction::forward;
  Merge merge = Merge::concat;       ///< Used if direction is `both`.
  bool residual = false;             ///< Adds a layer's input to its output, from layer 1 on.
  std::vector<LayerWeights> layers;  ///< Layer 0 forward, layer 0 reverse (if both), layer 1 ..
  Head head;                         ///< No head if output is 0: y is the last layer's output.

  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
};

/// Training noise that the caller has drawn, for one direction of a layer; engine::Noise holds
/// seeds instead. Indexed by time, not by running order. Empty array: no noise (zoneout: its
/// expected value).
struct Noise {
  std::vector<double> zone_c;  ///< [T, B, H] 1: the unit keeps c', 0: takes the new c
  std::vector<double> zone_h;  ///< [T, B, P]
  std::vector<double> keep_g;  ///< [T, B, H] factors of g (recurrent dropout)
  std::vector<double> keep_h;  ///< [B, P] factors of h' before R (variational dropout)
  std::vector<double> keep_x;  ///< [B, I] factors of x (variational dropout)
  std::vector<double> keep_r;  ///< [G H, P] factors of R (DropConnect)
};

/// The position of a changed signal.
struct ChangedAt {
  std::size_t layer;  ///< Index into Network::layers.
  std::size_t step;   ///< By time.
  std::size_t sample;
  Signal signal;
};

struct Input {
  std::vector<double> x;  ///< [T, B, I]; steps that do not run are not read
  std::size_t steps = 0;
  std::size_t batch = 0;
  std::vector<std::size_t> lengths = {};  ///< [B] each 0..T; empty: all T
  std::vector<std::uint8_t> mask = {};    ///< [T, B] 0: h and c are carried over; empty: no mask
  std::vector<Noise> noise = {};          ///< One per entry of Network::layers, or empty
  /// Changes signals while the cells run (see Change in cell.hpp). backward() rejects such a run.
  std::function<void(const ChangedAt&, std::span<double>)> change = {};

  std::size_t length(std::size_t b) const { return lengths.empty() ? steps : lengths[b]; }
  bool masked(std::size_t t, std::size_t b) const {
    return !mask.empty() && mask[t * batch + b] == 0;
  }
};

/// Hidden and cell state of every direction of every layer, or their gradients: h [B, P] and c [B,
/// H] of Network::layers[0], then of [1], and so on.
struct State {
  std::vector<double> h;
  std::vector<double> c;
};

struct Forward {
  std::vector<double> y;          ///< [T, B, output_width]; zeros beyond a sequence's length
  State last;                     ///< After the last step of each sequence; `first` if it has none.
  std::vector<LayerTrace> trace;  ///< One per entry of Network::layers.
};

/// Gradients of one direction of a layer by time; zeros for steps that did not run.
struct LayerGradient {
  std::vector<double> d_h;  ///< [T, B, P] at h: from above and from the next step
  std::vector<double> d_c;  ///< [T, B, H] at the new c (S4): through h and from the next step
};

struct Backward {
  Network d_weights;        ///< Of this call alone: over several chunks, the caller adds them up.
  std::vector<double> d_x;  ///< [T, B, I]; zeros where x was not read
  State d_first;
  std::vector<LayerGradient> d_trace = {};  ///< One per entry of Network::layers.
};

/// Width of a row of y: O, or that of the last layer's output.
std::size_t output_width(const Network& network);

/// A zero state to start a sequence from; as a gradient: nothing follows.
State zero_state(const Network& network, std::size_t batch);

/// Runs the input from the state `first`. Throws Error(shape) if a size does not fit, Error(usage)
/// if options conflict.
Forward forward(const Network& network, const Input& input, const State& first);

/// The backward pass of `forward`, which forward() made of the first three arguments. The loss
/// depends on y through d_y [T, B, output_width] (ignored beyond a sequence's length) and on the
/// last state through d_last: the next chunk's d_first, or zeros. Throws as forward().
Backward backward(const Network& network, const Input& input, const State& first,
                  const Forward& forward, const std::vector<double>& d_y, const State& d_last);

/// Distance of the run from the nearest kink of an activation or a clip; infinity if there is none.
/// Finite differences are wrong if their steps move a value by more.
double distance_to_kink(const Network& network, const Input& input, const Forward& forward);

}  // namespace sluice::reference
