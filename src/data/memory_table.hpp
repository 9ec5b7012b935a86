// Reads a table from the caller's memory by the same rules as a file.
#pragma once

#include "data/table.hpp"
#include "sluice/table.hpp"

namespace sluice::data {

/// Throws Error(shape) if columns differ in length, Error(usage) if one has no name or holds an
/// infinity, and as read_table(). Messages name rows as lines of a file: the header is line 1.
Table read_table(const sluice::Table& table, TableOptions options = {});

}  // namespace sluice::data
