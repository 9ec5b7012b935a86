// One cell, one time step, one row of the batch, in double precision: S1..S7 and their derivatives
// B1..B9 of docs/math.md with the options of its chapter "Options", written to be read beside it.
// Plain loops, no optimisation. The sums of the gates are in sums.hpp; time, layers and batch are
// in layer.hpp and lstm.hpp.
//
// G gates, P size of h (sluice/cell_options.hpp). Row block(gate) * H + k of a layer's weights
// belongs to unit k.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice::reference {

using Row = std::span<const double>;

/// Gates in the order of their blocks of H rows in the weights of a four-gate cell.
enum Gate : std::size_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3 };

/// Index of a gate's block of H rows when some gates are missing.
std::size_t block(const CellOptions& options, Gate gate);

/// Index of a gate's block of H peephole weights: i, f and o, without missing ones.
std::size_t peephole_block(const CellOptions& options, Gate gate);

/// The parameters of one direction of a layer, or their gradients. Arrays of options that are off
/// are empty.
struct LayerWeights {
  std::size_t input = 0;          ///< I
  std::size_t hidden = 0;         ///< H
  std::size_t state = 0;          ///< P; H without a projection
  std::vector<double> weight_ih;  ///< W, [G H, I]
  std::vector<double> weight_hh;  ///< R, [G H, P]
  /// b, [G H], or empty. A model with two biases stores their sum.
  std::vector<double> bias;
  std::vector<double> weight_hr;    ///< W_hr, [P, H]
  std::vector<double> bias_hr;      ///< b_hr, [P]
  std::vector<double> peephole;     ///< p, [H] for each of i, f, o
  std::vector<double> norm_ih;      ///< [G H] gain of LN(W x)
  std::vector<double> norm_hh;      ///< [G H] gain of LN(R h')
  std::vector<double> norm_gates;   ///< [G H] gain of each gate's LN
  std::vector<double> norm_c;       ///< [H] gain of LN(c)
  std::vector<double> norm_c_bias;  ///< [H]
};

/// All arrays of LayerWeights.
inline constexpr std::array kLayerArrays = {
    &LayerWeights::weight_ih, &LayerWeights::weight_hh,  &LayerWeights::bias,
    &LayerWeights::weight_hr, &LayerWeights::bias_hr,    &LayerWeights::peephole,
    &LayerWeights::norm_ih,   &LayerWeights::norm_hh,    &LayerWeights::norm_gates,
    &LayerWeights::norm_c,    &LayerWeights::norm_c_bias};

/// Everything one direction of a layer computes that its backward pass needs: [T, B, .] by time.
/// Steps beyond a sequence's length are zeros; a masked step holds the h and c it carries over,
/// else zeros. The plain RNN fills a, g, c, h_sum and h only.
struct LayerTrace {
  std::vector<double> f;       ///< S1, [T, B, H] forget gate
  std::vector<double> g;       ///< S2, [T, B, H] candidate, after recurrent dropout
  std::vector<double> i;       ///< S3, [T, B, H] input gate
  std::vector<double> c;       ///< [T, B, H] cell state passed on: S4, after zoneout
  std::vector<double> tanh_c;  ///< S5, [T, B, H] squashed cell state
  std::vector<double> o;       ///< S6, [T, B, H] output gate
  std::vector<double> h;       ///< [T, B, P] hidden state: S7, projected, after zoneout
  std::vector<double> a;       ///< [T, B, G H] sums of the gates, before gate_clip
  std::vector<double> c_sum;   ///< S4, [T, B, H] before cell_clip
  std::vector<double> c_seen;  ///< [T, B, H] S5's input: the new c or its norm
  std::vector<double> h_sum;   ///< S7, [T, B, P] projected, before projection_clip
};

/// Signals that an observer may change while a step runs; of the plain RNN only g and h.
enum class Signal { f, g, i, c, o, h };

/// Changes a signal, [H] or for h [P], after it is computed and before it is used. A coupled gate
/// follows the changed one. c is the new cell state of S4.
using Change = std::function<void(Signal, std::span<double>)>;

/// One direction of a layer: what all its steps share.
struct Cell {
  const CellOptions& options;
  const CellActivations& activations;
  const LayerWeights& weights;
  Row keep_r = {};  ///< [G H, P] factors of R (DropConnect), or empty
};

/// The inputs of one step of one row, and the trace row for its results. Empty factors mean none.
struct Step {
  Row x;               ///< [I]
  Row h_before;        ///< h', [P]
  Row c_before;        ///< c', [H]
  std::size_t at;      ///< Row in every array of the trace: t B + b.
  Row keep_x = {};     ///< [I] factors of x (variational dropout)
  Row keep_h = {};     ///< [P] factors of h' (variational dropout)
  Row keep_g = {};     ///< [H] factors of g (recurrent dropout)
  Row zone_c = {};     ///< [H] zoneout, 1: keeps c'; empty: the expected value
  Row zone_h = {};     ///< [P] the same for h'
  Change change = {};  ///< May be empty.
};

/// The gradient of the loss, carried backward through one step.
struct StepGradient {
  std::vector<double> d_h;  ///< [P] in: the complete gradient at h; out: at h'
  std::vector<double> d_c;  ///< [H] in: the next step's gradient at c; out: at c'
  std::vector<double> d_x;  ///< [I] out
  std::vector<double> d_c_new =
      {};  ///< [H] out: the complete gradient at the new c (S4); empty for the RNN
};

/// A zero trace for `rows` = T B rows.
LayerTrace empty_trace(const CellOptions& options, const LayerWeights& weights, std::size_t rows);

/// S1..S7: writes row `step.at` of the trace.
void step_forward(const Cell& cell, const Step& step, LayerTrace& trace);

/// B1..B9: assigns d_h, d_c and d_x, accumulates the parameter gradients in d_weights.
void step_backward(const Cell& cell, const Step& step, const LayerTrace& trace, StepGradient& d,
                   LayerWeights& d_weights);

}  // namespace sluice::reference
