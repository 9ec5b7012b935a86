// The eleven activations of ONNX's table, in double precision: value, slope, and how far the next
// point is at which a slope jumps (where finite differences mislead).
#pragma once

#include "sluice/cell_options.hpp"

namespace sluice {

struct Activated {
  double value;
  double
      slope;  ///< At a kink: that of the side on which `value` is taken by options.hpp's formula.
};

Activated activate(const ActivationFunction& function, double x);

/// The function with the alpha and beta of ONNX where a model gives none: those of the operator of
/// that name (LeakyRelu 0.01, ThresholdedRelu 1, HardSigmoid 0.2 and 0.5, Elu 1). Affine and
/// ScaledTanh are no operators any more, and ONNX leaves them open: here alpha 1 with beta 0, and
/// alpha 1 with beta 1, the identity and tanh. (ONNX Runtime has 0 for these and for
/// ThresholdedRelu, onnxruntime/core/providers/cpu/rnn/rnn_helpers.cc.)
ActivationFunction default_parameters(Activation kind);

/// Distance from x to the nearest point where the function has no second derivative; infinite where
/// there is none.
double distance_to_kink(const ActivationFunction& function, double x);

}  // namespace sluice
