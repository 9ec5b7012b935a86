// The options of every command that reads a table, and reading it (docs/tables.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "data/table.hpp"

namespace CLI {
class App;
}

namespace sluice::cli {

/// The options as typed.
struct TableInput {
  std::string time, time_format, zone, holidays;
  std::string delimiter, decimal, thousands, strip, comment, encoding;
  std::optional<std::size_t> skip;
  bool sort = false;
};

/// Adds the options. `training`: also --holidays, which the model stores.
void declare_table_input(CLI::App& command, TableInput& input, bool training);

/// How to read a table: the options typed, else those that the model stores from its training data
/// (null: no model). Throws Error(usage) where options contradict.
data::TableOptions table_options(const TableInput& input, const data::FeatureSpec* remembered);

/// Reads the table; decompresses gzip.
data::Table read_table_file(const std::string& path, const data::TableOptions& options);

/// Splits a comma-separated list; a name that contains a comma is quoted: `"Load, MW",price`.
/// Throws Error(usage) where a quote is not closed.
std::vector<std::string> names_of(const std::string& text);

}  // namespace sluice::cli
