// Distances of a trace's values from the kinks of activations and clips. A smooth activation
// without a clip has none: distance infinity.
#include "reference/kinks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/activation.hpp"
#include "reference/clip.hpp"

namespace sluice::reference {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

// A value exactly on a kink comes from a closed gate: a constant that small changes cannot move.
double reachable(double distance) { return distance > 0.0 ? distance : kFar; }

double to_clip(double v, double bound) {
  return bound > 0.0 ? std::abs(std::abs(v) - bound) : kFar;
}

// A clipped value does not move, so it cannot reach the activation's kink.
double to_gate_kink(const ActivationFunction& function, double a, double bound) {
  const double cut = to_clip(a, bound);
  return clip_slope(a, bound) == 0.0 ? cut : std::min(cut, distance_to_kink(function, a));
}

}  // namespace

double distance_to_kink(const Cell& cell, const LayerTrace& trace, std::size_t at) {
  const CellOptions& options = cell.options;
  const std::size_t hidden = cell.weights.hidden, state = cell.weights.state;
  const std::size_t gates = options.gates() * hidden;
  const std::size_t candidate = block(options, kCandidate);
  double nearest = kFar;
  for (std::size_t n = 0; n < gates; ++n) {
    const ActivationFunction& function =
        n / hidden == candidate ? cell.activations.candidate : cell.activations.gate;
    nearest = std::min(nearest, to_gate_kink(function, trace.a[at * gates + n], options.gate_clip));
  }
  for (std::size_t j = at * state; j < (at + 1) * state; ++j) {
    nearest = std::min(nearest, to_clip(trace.h_sum[j], options.projection_clip));
  }
  if (options.kind == CellKind::rnn) return nearest;
  for (std::size_t k = at * hidden; k < (at + 1) * hidden; ++k) {
    nearest = std::min(nearest, to_clip(trace.c_sum[k], options.cell_clip));
    nearest =
        std::min(nearest, reachable(distance_to_kink(cell.activations.cell, trace.c_seen[k])));
  }
  return nearest;
}

}  // namespace sluice::reference
