// The options of every command that reads a table, and reading it (docs/tables.md).
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "data/table.hpp"

namespace sluice::cli {

/// As typed.
struct TableInput {
  std::string time, time_format, zone, holidays;
  std::string delimiter, decimal, thousands, strip, comment, encoding;
  std::optional<std::size_t> skip;
  bool sort = false;
};

/// Adds the options. `training`: also those that a model then remembers for good.
void declare_table_input(CLI::App& command, TableInput& input, bool training);

/// How to read a table: what was typed, else what the model remembers of its training data; null:
/// no model. Throws Error(usage) where options contradict one another.
data::TableOptions table_options(const TableInput& input, const data::FeatureSpec* remembered);

/// Reads it, through gzip where its first bytes say so.
data::Table read_table_file(const std::string& path, const data::TableOptions& options);

/// Names with commas between them; one that holds a comma stands in quotes: `"Load, MW",price`.
/// Throws Error(usage) where a quote is not closed.
std::vector<std::string> names_of(const std::string& text);

}  // namespace sluice::cli
