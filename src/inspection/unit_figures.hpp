// What each unit does, in figures: how its gates stand, how long its cell remembers, what it goes
// with, and whether it does anything at all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "inspection/subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::inspection {

/// Shares of the steps with a gate above 0.9 and below 0.1.
struct Saturation {
  double high = 0.0, low = 0.0;
};

/// Correlation with something: Pearson's r with an input, the multiple R with a cycle's sine and
/// cosine (never negative).
struct Correlation {
  std::string name;
  double r = 0.0;
};

struct UnitFigures {
  std::size_t layer, direction, unit;
  std::optional<Saturation> f, i, o;  ///< Nothing where the cell does not have the gate.
  /// Steps after which half of the cell's content is left: ln 2 / mean of -ln f; nothing where it
  /// does not fall, or there is no forget gate.
  std::optional<double> half_life;
  /// All inputs and all cycles, of c with them (a plain RNN: of h); of a unit that never moves, 0.
  std::vector<Correlation> inputs, cycles;
  bool dead = false;                     ///< h stays within 1e-3 over all steps.
  std::optional<std::size_t> duplicate;  ///< An earlier unit of the same layer with |r| > 0.999.
};

/// Of every unit in the trace, over its steps. NaN rows are left out.
std::vector<UnitFigures> unit_figures(const Subject& subject, const Trace& trace);

/// The strongest by |r|, or nothing.
const Correlation* strongest(const std::vector<Correlation>& all);

/// How far an input is remembered: what c is changed by, k steps after all inputs of one row were
/// raised by one (as scaled: one deviation), relative to the largest change of the unit at any of
/// these k; the mean over places in the series.
struct Memory {
  std::size_t layer, unit;
  std::vector<std::size_t> steps;  ///< k: 0, 1, 2, 4, 8 ..
  std::vector<double> change;      ///< [steps] 0 .. 1
  std::size_t remembers = 0;       ///< The last k whose change is at least a tenth of the largest.
};

/// Of every unit of the layers, up to `most` steps back. For networks of the forward direction; of
/// others nothing.
std::vector<Memory> memories(const Subject& subject, const Range& rows, std::size_t most);

}  // namespace sluice::inspection
