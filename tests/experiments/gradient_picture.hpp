// Gradient norms over the steps of the backward pass as one self-contained SVG with a logarithmic
// axis, light and dark.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::experiments {

struct GradientCurve {
  std::string_view name;
  std::string_view style;      ///< "median" blue or "actual" orange, " start" behind it: dashed.
  std::vector<double> values;  ///< [T] k steps back, relative to k = 0.
};

/// Values below 1e-30 are not drawn: the curve ends there.
std::string gradient_svg(std::string_view title, const std::vector<GradientCurve>& curves);

}  // namespace sluice::experiments
