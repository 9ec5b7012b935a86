// What each unit and each gate is worth: the task's error, or the output itself, without it. A unit
// is taken out by zeroing the weights that read its h; a gate is held, unit by unit, at its mean,
// by zeroing what it reads and moving its bias: so the engine runs at full speed.
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

/// The parameters without a unit; nothing where options let other things read its h than weights:
/// residual connections, directions that are merged, no head above the last layer.
std::optional<std::vector<float>> without_unit(const engine::Network& network, std::size_t layer,
                                               std::size_t direction, std::size_t unit);

/// The parameters with a gate (kF, kI, kG or kO) of a layer's direction held at `values` [H];
/// nothing where the cell does not learn the gate, or it is not what its plain sum makes it: layer
/// norm, clipping, other activations.
std::optional<std::vector<float>> with_gate_held(const engine::Network& network, std::size_t layer,
                                                 std::size_t direction, SignalIndex gate,
                                                 std::span<const double> values);

struct Ablated {
  std::size_t layer, direction;
  std::size_t unit = 0;   ///< Of a unit's entry.
  SignalIndex gate = kF;  ///< Of a gate's entry.
  double held_at = 0.0;   ///< Of a gate's: its mean over rows and units.
  std::optional<double> change =
      {};  ///< Percent of the error or, without a task, of the output's spread
};

struct Ablation {
  Range rows;
  std::optional<double> error;  ///< Untouched; nothing where there is no task.
  std::vector<Ablated> units, gates;
};

/// The means of the gates are those of the trace, which holds every unit. `progress` is told how
/// many of how many runs are done, from the caller's thread.
Ablation ablate(const Subject& subject, const Trace& trace, const Range& rows, ThreadPool& pool,
                const std::function<void(std::size_t, std::size_t)>& progress);

/// The last rows of those that may be judged, as many as this many runs of the network are quick
/// over.
Range rows_to_ablate(const Subject& subject, double seconds);

}  // namespace sluice::inspection
