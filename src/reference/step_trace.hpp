// Views of one row of every array of a trace: what one step of one row writes and its backward pass
// reads.
#pragma once

#include <cstddef>
#include <span>

#include "reference/cell.hpp"

namespace sluice::reference {

template <class T>  // double, or const double
struct StepTrace {
  std::span<T> f, g, i, c, tanh_c, o, h, a, c_sum, c_seen, h_sum;

  /// The sums of one gate.
  std::span<T> a_of(const Cell& cell, Gate gate) const {
    return a.subspan(block(cell.options, gate) * g.size(), g.size());
  }
};

/// Views of row `at` of the trace.
template <class T, class Trace>
StepTrace<T> row_of(Trace& trace, const Cell& cell, std::size_t at) {
  const auto row = [at](auto& array, std::size_t width) {
    return std::span<T>(array).subspan(at * width, width);
  };
  const std::size_t hidden = cell.weights.hidden;
  const std::size_t state = cell.weights.state;
  return {row(trace.f, hidden),      row(trace.g, hidden),
          row(trace.i, hidden),      row(trace.c, hidden),
          row(trace.tanh_c, hidden), row(trace.o, hidden),
          row(trace.h, state),       row(trace.a, cell.options.gates() * hidden),
          row(trace.c_sum, hidden),  row(trace.c_seen, hidden),
          row(trace.h_sum, state)};
}

using StepWrites = StepTrace<double>;
using StepReads = StepTrace<const double>;

}  // namespace sluice::reference
