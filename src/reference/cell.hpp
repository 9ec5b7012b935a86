// One cell, one time step, one row of the batch, in double precision: the seven steps S1..S7 and
// their derivatives B1..B9 of docs/math.md with the options of its chapter "Options", written to be
// read beside it. Plain loops, nothing fast. What the gates see is made in sums.hpp; what runs the
// cell over time, layers and batch is layer.hpp and lstm.hpp.
//
// G gates, P size of h (options.hpp). Row block(gate) * H + k of a layer's weights belongs to unit
// k.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice::reference {

using Row = std::span<const double>;

/// The gates' blocks of H rows in the weights of a cell that has all four.
enum Gate : std::size_t { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3 };

/// Which block of H rows is the gate's, where some gates are missing.
std::size_t block(const CellOptions& options, Gate gate);

/// Which block of H values of the peephole is the gate's: i, f and o, without the missing ones.
std::size_t peephole_block(const CellOptions& options, Gate gate);

/// The parameters of one direction of a layer; their gradients have the same type. What an option
/// asks for is empty where the option is off.
struct LayerWeights {
  std::size_t input = 0;            ///< I
  std::size_t hidden = 0;           ///< H
  std::size_t state = 0;            ///< P: H without a projection
  std::vector<double> weight_ih;    ///< W, [G H, I]
  std::vector<double> weight_hh;    ///< R, [G H, P]
  std::vector<double> bias;         ///< b, [G H], or empty; a model with two biases gives their sum
  std::vector<double> weight_hr;    ///< W_hr, [P, H]
  std::vector<double> bias_hr;      ///< b_hr, [P]
  std::vector<double> peephole;     ///< p, [H] each of i, f, o
  std::vector<double> norm_ih;      ///< [G H] gain of LN(W x)
  std::vector<double> norm_hh;      ///< [G H] gain of LN(R h')
  std::vector<double> norm_gates;   ///< [G H] gain of each gate's LN
  std::vector<double> norm_c;       ///< [H] gain of LN(c)
  std::vector<double> norm_c_bias;  ///< [H]
};

/// Every array of a LayerWeights.
inline constexpr std::array kLayerArrays = {
    &LayerWeights::weight_ih, &LayerWeights::weight_hh,  &LayerWeights::bias,
    &LayerWeights::weight_hr, &LayerWeights::bias_hr,    &LayerWeights::peephole,
    &LayerWeights::norm_ih,   &LayerWeights::norm_hh,    &LayerWeights::norm_gates,
    &LayerWeights::norm_c,    &LayerWeights::norm_c_bias};

/// All that one direction of a layer computed and its way back needs, [T, B, .] in the order of
/// time. Steps past a sequence's end are zeros; a masked step has the h and c that it carries, else
/// zeros. The plain RNN fills a, g, c, h_sum and h.
struct LayerTrace {
  std::vector<double> f;       ///< S1, [T, B, H] forget gate
  std::vector<double> g;       ///< S2, [T, B, H] candidate, with its dropout
  std::vector<double> i;       ///< S3, [T, B, H] input gate
  std::vector<double> c;       ///< [T, B, H] cell state that is carried on: S4, after zoneout
  std::vector<double> tanh_c;  ///< S5, [T, B, H] squashed cell state
  std::vector<double> o;       ///< S6, [T, B, H] output gate
  std::vector<double> h;       ///< [T, B, P] hidden state: S7, projected, after zoneout
  std::vector<double> a;       ///< [T, B, G H] what the gates see, before gate_clip
  std::vector<double> c_sum;   ///< S4, [T, B, H] before cell_clip
  std::vector<double> c_seen;  ///< [T, B, H] what S5 squashes: the new c, or its norm
  std::vector<double> h_sum;   ///< S7, [T, B, P] projected, before projection_clip
};

/// What may be changed from outside while a step runs: of the plain RNN g and h alone.
enum class Signal { f, g, i, c, o, h };

/// Changes a signal's values, [H] or of h [P], when they have been computed and before anything
/// reads them; a coupled gate follows the changed one. c is the new cell state of S4.
using Change = std::function<void(Signal, std::span<double>)>;

/// One direction of a layer: what is the same in all its steps.
struct Cell {
  const CellOptions& options;
  const CellActivations& activations;
  const LayerWeights& weights;
  Row keep_r = {};  ///< [G H, P] DropConnect's factors of R, or empty
};

/// What one step of one row reads, and where its results stand. The factors may be empty: none.
struct Step {
  Row x;               ///< [I]
  Row h_before;        ///< h', [P]
  Row c_before;        ///< c', [H]
  std::size_t at;      ///< Which row of each array of the trace: t B + b.
  Row keep_x = {};     ///< [I] factors of variational dropout
  Row keep_h = {};     ///< [P]
  Row keep_g = {};     ///< [H] factors of recurrent dropout
  Row zone_c = {};     ///< [H] 1: keeps c'; empty: zoneout's expectation
  Row zone_h = {};     ///< [P]
  Change change = {};  ///< Or none.
};

/// The gradient of the loss on its way back through a step.
struct StepGradient {
  std::vector<double> d_h;  ///< [P] in: all that reaches h; out: what leaves for h'
  std::vector<double> d_c;  ///< [H] in: what reaches c from the next step; out: what leaves for c'
  std::vector<double> d_x;  ///< [I] out
  std::vector<double> d_c_new = {};  ///< [H] out: all that reached the new c (S4); the RNN has none
};

/// A trace of zeros for `rows` = T B rows.
LayerTrace empty_trace(const CellOptions& options, const LayerWeights& weights, std::size_t rows);

/// S1..S7: writes row `step.at` of the trace.
void step_forward(const Cell& cell, const Step& step, LayerTrace& trace);

/// B1..B9: assigns d_h, d_c and d_x, and adds to the gradient of the parameters.
void step_backward(const Cell& cell, const Step& step, const LayerTrace& trace, StepGradient& d,
                   LayerWeights& d_weights);

}  // namespace sluice::reference
