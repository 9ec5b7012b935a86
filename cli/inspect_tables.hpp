// The tables that `sluice inspect` prints: the equations of a row, gates, units and gradients.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/inspect_trace.hpp"
#include "inspection/ablation.hpp"
#include "inspection/gradient_flow.hpp"
#include "inspection/report.hpp"
#include "inspection/unit_figures.hpp"

namespace sluice::cli {

/// The model, the data and the rows.
void print_subject(const TracedRun& run);

/// S1 to S8 at a row, unit by unit; four units of each layer where none were selected.
void print_steps(const TracedRun& run, std::size_t step);

/// What print_figures() shows beside the subject.
struct UnitTables {
  const std::vector<inspection::UnitFigures>& units;
  const std::vector<inspection::Memory>& memories;
  const inspection::Ablation& ablation;
};
/// The gates, the ten most effective units, and the counts of dead and duplicate units.
void print_figures(const inspection::Subject& subject, const UnitTables& tables);

/// The norms of the gradient at 0, 1, 2, 4, .. steps back. `rnn`: the simple RNN to compare with,
/// or null.
void print_flow(const inspection::Subject& subject, const inspection::GradientFlow& flow,
                const inspection::RnnFlow* rnn);

}  // namespace sluice::cli
