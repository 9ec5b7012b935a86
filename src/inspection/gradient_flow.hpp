// The gradient of one output with respect to h, c and x at each of the k steps before it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "inspection/subject.hpp"

namespace sluice::inspection {

struct LayerFlow {
  std::vector<double> d_h;        ///< [K+1] |dL/dh|, k = 0 is the output's own step
  std::vector<double> d_c;        ///< [K+1] |dL/dc|; zeros for a plain RNN
  std::vector<double> units_d_c;  ///< [K+1, H] |dL/dc| of each unit
};

/// L is one output at one row. Computed in double precision by the reference: a vanishing gradient
/// underflows in float.
struct GradientFlow {
  std::size_t row = 0, back = 0, output = 0;
  std::vector<LayerFlow> layers;
};

/// The number of steps from a row back to the first row, or to the first of its window; `most` at
/// most.
std::size_t steps_back(const Subject& subject, std::size_t row, std::size_t most);

/// Throws Error(usage) for a network with reverse layers: its gradient flows in both directions.
GradientFlow gradient_flow(const Subject& subject, std::size_t output, std::size_t row,
                           std::size_t back);

struct Attribution {
  std::vector<double> gradient_times_input;    ///< [K+1, I] k = 0 is the output's own row
  std::vector<double> integrated;              ///< [K+1, I] sums to about y(x) - y(0)
  double output = 0.0, baseline_output = 0.0;  ///< y(x), y(0)
};

/// Attributes the output to the inputs of the rows row - back .. row; keeps the state before them.
/// Integrated gradients (Sundararajan 2017) from a baseline of zero by the midpoint rule with 64
/// intervals. Throws Error(usage) for a network with reverse layers, or with zoneout, whose
/// backward pass belongs to a random draw.
Attribution attribute(const Subject& subject, std::size_t output, std::size_t row,
                      std::size_t back);

}  // namespace sluice::inspection
