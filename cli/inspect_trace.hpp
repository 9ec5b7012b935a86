// The rows that `sluice inspect` shows, and one forward pass over them that records every gate.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/inspect_options.hpp"
#include "engine/run.hpp"
#include "inspection/subject.hpp"
#include "inspection/trace.hpp"

namespace sluice::cli {

struct TracedRun {
  const inspection::Subject& subject;
  inspection::Where where;    ///< The layers and units that are printed or written.
  inspection::Range rows;     ///< All that was run; where.steps is the same.
  inspection::Trace trace;    ///< Of all layers and units.
  State before = {};          ///< The state before rows.first.
  std::vector<float> y = {};  ///< [rows, O]

  const Architecture& arch() const { return subject.network->architecture(); }
  /// The cell state of a unit before a step.
  float c_before(const inspection::Trace::Part& part, std::size_t step, std::size_t unit) const;
};

/// What --select and --step choose, at most 10,000 rows unless --select names them. Throws
/// Error(usage).
inspection::Where chosen_places(const inspection::Subject& subject, const InspectOptions& options);

/// `where`: as chosen_places() returns it. The subject must outlive the result.
TracedRun run_traced(const inspection::Subject& subject, const inspection::Where& where);

/// Writes the signals of the chosen layers and units.
void write_chosen_trace(const TracedRun& run, const std::string& path);

}  // namespace sluice::cli
