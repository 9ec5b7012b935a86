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

/// Distance from x to the nearest point where the function has no second derivative; infinite where
/// there is none.
double distance_to_kink(const ActivationFunction& function, double x);

}  // namespace sluice
