// The options of `sluice inspect`, as typed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/table_input.hpp"

namespace sluice::cli {

struct InspectOptions {
  std::string model, data, report, trace, select, compare;
  std::vector<std::string> set;
  std::optional<std::size_t> step;
  bool watch = false;
  TableInput input;
};

/// Inspects the model as asked: prints, writes the trace and the report, or watches.
void run_inspect(const InspectOptions& options);

}  // namespace sluice::cli
