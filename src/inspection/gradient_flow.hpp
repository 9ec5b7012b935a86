// How much of a gradient arrives k steps before the output that it comes from, and which inputs it
// reaches there.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "inspection/subject.hpp"

namespace sluice::inspection {

struct LayerFlow {
  std::vector<double> d_h;        ///< [K+1] |dL/dh| at the output's own step, one before, ..
  std::vector<double> d_c;        ///< [K+1] |dL/dc|; zeros of a plain RNN
  std::vector<double> units_d_c;  ///< [K+1, H] |dL/dc| of each unit
};

/// L is one output at one row. In double precision, by the reference: what vanishes does so far
/// below what a float holds.
struct GradientFlow {
  std::size_t row = 0, back = 0, output = 0;
  std::vector<LayerFlow> layers;
};

/// How far back a flow can be followed from a row: to the first row or the window's, `most` at
/// most.
std::size_t steps_back(const Subject& subject, std::size_t row, std::size_t most);

/// Throws Error(usage) for a network that reads from the end: its gradient goes both ways.
GradientFlow gradient_flow(const Subject& subject, std::size_t output, std::size_t row,
                           std::size_t back);

struct Attribution {
  std::vector<double> gradient_times_input;    ///< [K+1, I] from the output's row on back
  std::vector<double> integrated;              ///< [K+1, I] they sum to y(x) - y(0), nearly
  double output = 0.0, baseline_output = 0.0;  ///< y(x), y(0)
};

/// Of the inputs in the rows row - back .. row; the state before them stays. Integrated gradients
/// (Sundararajan 2017) from inputs of zero, the middles of 64 pieces of the way. Throws
/// Error(usage) for a network with reverse layers, or with zoneout, whose way back is that of a
/// training draw.
Attribution attribute(const Subject& subject, std::size_t output, std::size_t row,
                      std::size_t back);

}  // namespace sluice::inspection
