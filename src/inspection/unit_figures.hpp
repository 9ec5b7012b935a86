// Statistics of each unit: saturation of its gates, how long its cell remembers, correlations with
// inputs and calendar, and whether it is dead or a duplicate.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "inspection/subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::inspection {

/// The fractions of steps at which a gate is above 0.9 and below 0.1.
struct Saturation {
  double high = 0.0, low = 0.0;
};

/// Pearson's r with an input, or the multiple R with the sine and cosine of a cycle (never
/// negative).
struct Correlation {
  std::string name;
  double r = 0.0;
};

struct UnitFigures {
  std::size_t layer, direction, unit;
  std::optional<Saturation> f, i, o;  ///< Nothing where the cell does not have the gate.
  /// Steps after which half of the cell state is left: ln 2 / mean of -ln f; nothing where it does
  /// not decay, or there is no forget gate.
  std::optional<double> half_life;
  /// Correlation of c (h of a plain RNN) with every input and cycle; 0 for a constant unit.
  std::vector<Correlation> inputs, cycles;
  bool dead = false;                     ///< h stays within 1e-3 over all steps.
  std::optional<std::size_t> duplicate;  ///< An earlier unit of the same layer with |r| > 0.999.
};

/// For every unit in the trace, over its steps; skips rows with NaN.
std::vector<UnitFigures> unit_figures(const Subject& subject, const Trace& trace);

/// The one with the largest |r|; null for an empty list.
const Correlation* strongest(const std::vector<Correlation>& all);

/// How long a unit remembers an input: the change of c, k steps after all inputs of one row rise by
/// one (one standard deviation, as scaled), relative to the unit's largest change over these k.
/// Averaged over places in the series.
struct Memory {
  std::size_t layer, unit;
  std::vector<std::size_t> steps;  ///< k: 0, 1, 2, 4, 8 ..
  std::vector<double> change;      ///< [steps] 0 .. 1
  std::size_t remembers = 0;       ///< The last k whose change is at least a tenth of the largest.
};

/// For every unit, up to `most` steps. Empty for networks with reverse layers.
std::vector<Memory> memories(const Subject& subject, const Range& rows, std::size_t most);

}  // namespace sluice::inspection
