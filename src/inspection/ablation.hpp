// Ablation: how the task's error, or the output itself, changes without one unit or one gate.
// Removing a unit zeroes the weights that read its h. Holding a gate at its mean zeroes the gate's
// weights and sets its bias. Both change parameters only, so the engine runs at full speed.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "core/threads.hpp"
#include "inspection/subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::inspection {

/// The parameters without a unit; nothing where h is read by more than weights: residual
/// connections, merged directions, a last layer without head.
std::optional<std::vector<float>> without_unit(const engine::Network& network, std::size_t layer,
                                               std::size_t direction, std::size_t unit);

/// The parameters with a gate (kF, kI, kG or kO) of a layer's direction held at `values` [H];
/// nothing where the cell does not learn the gate, or the bias alone cannot set it: layer norm,
/// clipping, other activations.
std::optional<std::vector<float>> with_gate_held(const engine::Network& network, std::size_t layer,
                                                 std::size_t direction, SignalIndex gate,
                                                 std::span<const double> values);

struct Ablated {
  std::size_t layer, direction;
  std::size_t unit = 0;   ///< For an entry of Ablation::units.
  SignalIndex gate = kF;  ///< For an entry of Ablation::gates.
  double held_at = 0.0;   ///< For a gate: its mean over rows and units.
  std::optional<double> change =
      {};  ///< Percent of the error or, without a task, of the output's spread
};

struct Ablation {
  Range rows;
  std::optional<double> error;  ///< Of the unchanged network; nothing without a task.
  std::vector<Ablated> units, gates;
};

/// Takes the means of the gates from the trace, which must hold every unit. Calls progress(done,
/// all runs) from the caller's thread.
Ablation ablate(const Subject& subject, const Trace& trace, const Range& rows, ThreadPool& pool,
                const std::function<void(std::size_t, std::size_t)>& progress);

/// The last rows of subject.judged, as many as the whole ablation covers in about `seconds`.
Range rows_to_ablate(const Subject& subject, double seconds);

}  // namespace sluice::inspection
