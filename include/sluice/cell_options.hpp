// The options of an LSTM cell: what may be added to S1..S7. Their equations are in docs/math.md,
// chapter "Options".
//
// G is the number of gates that a cell has (4; 3 when coupled; 1 for the plain RNN), P the size of
// h: the projection's, or H without one. Blocks of H rows stand in the order i, f, g, o, without
// the gates that are missing.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// ONNX's table of activations, x -> y.
enum class Activation {
  sigmoid,           ///< 1 / (1 + exp(-x))
  tanh,              ///< tanh(x)
  relu,              ///< max(0, x)
  affine,            ///< alpha x + beta
  leaky_relu,        ///< x where x >= 0, alpha x elsewhere
  thresholded_relu,  ///< x where x > alpha, 0 elsewhere
  scaled_tanh,       ///< alpha tanh(beta x)
  hard_sigmoid,      ///< min(1, max(0, alpha x + beta)); Keras 1 and 2: alpha 0.2, beta 0.5
  elu,               ///< x where x >= 0, alpha (exp(x) - 1) elsewhere
  softsign,          ///< x / (1 + |x|)
  softplus,          ///< log(1 + exp(x))
};

struct ActivationFunction {
  Activation kind = Activation::sigmoid;
  double alpha = 0.0;  ///< Only where the formula has it.
  double beta = 0.0;

  friend bool operator==(const ActivationFunction&, const ActivationFunction&) = default;
};

/// The function with the alpha and beta of ONNX where a model gives none: those of the operator of
/// that name (LeakyRelu 0.01, ThresholdedRelu 1, HardSigmoid 0.2 and 0.5, Elu 1). Affine and
/// ScaledTanh are no operators any more, and ONNX leaves them open: here alpha 1 with beta 0, and
/// alpha 1 with beta 1, the identity and tanh. (ONNX Runtime has 0 for these and for
/// ThresholdedRelu, onnxruntime/core/providers/cpu/rnn/rnn_helpers.cc.)
ActivationFunction default_parameters(Activation kind);

struct CellActivations {
  ActivationFunction gate{Activation::sigmoid};    ///< Of i, f and o: ONNX's f.
  ActivationFunction candidate{Activation::tanh};  ///< Of g: ONNX's g.
  ActivationFunction cell{Activation::tanh};       ///< Of c on its way to h: ONNX's h.

  friend bool operator==(const CellActivations&, const CellActivations&) = default;
};

/// Which gate is not learned but made of another (CIFG).
enum class Coupling {
  none,
  input_from_forget,  ///< i = 1 - f (Greff 2015, TensorFlow Lite); blocks f, g, o.
  forget_from_input,  ///< f = 1 - i (ONNX's input_forget); blocks i, g, o.
};

enum class LayerNorm {
  none,
  /// Ba 2016: a = LN(W x) gain_ih + LN(R h') gain_hh (+ peephole) + b, each over all G H values of
  /// a sample; tanh(LN(c) gain_c + bias_c) in S5. Epsilon 1e-5, on the variance.
  ba,
  /// TensorFlow Lite: a = LN(W x + R h' + peephole) gain + b, over the H values of each gate.
  /// Epsilon 1e-8, on the variance.
  tflite,
};

inline constexpr double kBaEpsilon = 1e-5;
inline constexpr double kTfliteEpsilon = 1e-8;

enum class CellKind {
  lstm,
  rnn,  ///< h = candidate(W x + R h' + b), to compare with; no c (it stays as it is).
};

/// What every cell of a network does beside S1..S7. The defaults are the plain LSTM.
struct CellOptions {
  CellKind kind = CellKind::lstm;
  bool peephole = false;  ///< Gers 2000: p_i c' in i, p_f c' in f, p_o c in o, elementwise.
  Coupling coupling = Coupling::none;
  LayerNorm layer_norm = LayerNorm::none;
  std::size_t projection = 0;    ///< P (Sak 2014): h = W_hr (o tanh_c) + b_hr; 0: none. At most H.
  bool projection_bias = false;  ///< Whether there is b_hr.
  double gate_clip = 0.0;        ///< Bound of |a|, the gates' and the candidate's input; 0: none.
  double cell_clip = 0.0;        ///< Bound of |c|, after S4; 0: none.
  double projection_clip = 0.0;  ///< Bound of |h| after the projection; 0: none.
  /// Zoneout (Krueger 2016), in [0, 1): the chance that a unit keeps c' (h') instead of the new c
  /// (h); S5 reads the new c. Without training: the expectation, z c' + (1 - z) c.
  double zoneout_c = 0.0;
  double zoneout_h = 0.0;
  // In training alone, in [0, 1), what is kept is divided by 1 - p:
  double recurrent_dropout = 0.0;    ///< On g, drawn anew each step (Semeniuta 2016).
  double variational_dropout = 0.0;  ///< On x and on h' before R, one mask a sequence (Gal 2016).
  double drop_connect = 0.0;         ///< On R, one mask a training step (Merity 2018).

  bool has_input_gate() const {
    return kind == CellKind::lstm && coupling != Coupling::input_from_forget;
  }
  bool has_forget_gate() const {
    return kind == CellKind::lstm && coupling != Coupling::forget_from_input;
  }
  /// Whether the block of gate i, f, g, o (0..3) is there.
  bool has_gate(std::size_t gate) const {
    if (gate == 2) return true;
    if (kind == CellKind::rnn) return false;
    return gate == 0 ? has_input_gate() : gate == 1 ? has_forget_gate() : true;
  }
  /// G
  std::size_t gates() const {
    return kind == CellKind::rnn ? 1 : coupling == Coupling::none ? 4 : 3;
  }
  /// Rows of the peephole's [., H]: the gates that are there of i, f, o.
  std::size_t peepholes() const { return peephole ? gates() - 1 : 0; }
  /// P of a layer with `hidden` units.
  std::size_t state(std::size_t hidden) const { return projection > 0 ? projection : hidden; }

  friend bool operator==(const CellOptions&, const CellOptions&) = default;
};

/// Throws Error(usage) where the options do not go together in a layer of `hidden` units, or a
/// number is out of its range: what was expected and what to do.
void check(const CellOptions& options, std::size_t hidden);

enum class Direction { forward, reverse, both };

/// How the two directions' h become one output.
enum class Merge { concat, sum, mean, product };

}  // namespace sluice
