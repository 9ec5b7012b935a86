// ONNX's eleven activations in double precision: value, slope, and the distance to the nearest
// kink, where finite differences mislead.
#pragma once

#include "sluice/cell_options.hpp"

namespace sluice {

struct Activated {
  double value;
  /// At a kink, the slope of the side to which sluice/cell_options.hpp's formula assigns x.
  double slope;
};

Activated activate(const ActivationFunction& function, double x);

/// Distance from x to the nearest point without a second derivative; infinity if there is none.
double distance_to_kink(const ActivationFunction& function, double x);

}  // namespace sluice
