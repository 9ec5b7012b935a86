// The one clipping that gate_clip, cell_clip and projection_clip share, and its slope.
#pragma once

#include <algorithm>
#include <cmath>

namespace sluice::reference {

/// v brought into -bound..bound; a bound of 0 is none.
inline double clipped(double v, double bound) {
  return bound > 0.0 ? std::clamp(v, -bound, bound) : v;
}

/// 1 where v passes unchanged, 0 where it was cut.
inline double clip_slope(double v, double bound) {
  return bound > 0.0 && std::abs(v) > bound ? 0.0 : 1.0;
}

}  // namespace sluice::reference
