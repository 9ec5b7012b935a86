// `sluice inspect --set`: a run with changed signals beside the untouched one.
#pragma once

#include <string>
#include <vector>

#include "cli/inspect_trace.hpp"
#include "inspection/report.hpp"
#include "inspection/setting.hpp"

namespace sluice::cli {

/// Throws Error(usage) as parse_setting() does.
std::vector<inspection::Setting> parse_settings(const std::vector<std::string>& texts,
                                                const Architecture& arch,
                                                const inspection::Range& rows);

/// Runs both in double precision and prints how far the outputs and the task's error move.
inspection::Experiment run_experiment(const TracedRun& run,
                                      const std::vector<inspection::Setting>& settings);

}  // namespace sluice::cli
