// Clipping and its slope, shared by gate_clip, cell_clip and projection_clip. It clips values of
// the forward pass; clipping of gradients belongs to training.
#pragma once

#include <algorithm>
#include <cmath>

namespace sluice::reference {

/// Clamps v to -bound..bound; bound 0: no clipping.
inline double clipped(double v, double bound) {
  return bound > 0.0 ? std::clamp(v, -bound, bound) : v;
}

/// 1 if v passes unchanged, 0 if it was clipped.
inline double clip_slope(double v, double bound) {
  return bound > 0.0 && std::abs(v) > bound ? 0.0 : 1.0;
}

}  // namespace sluice::reference
