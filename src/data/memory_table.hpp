// A table of the caller's in memory, read by the same rules as a file.
#pragma once

#include "data/table.hpp"
#include "sluice/table.hpp"

namespace sluice::data {

/// Throws Error(shape) where columns are not of one length, Error(usage) where one has no name or
/// holds an infinity, and as read_table(), which names rows as lines of a file: the header is
/// line 1.
Table read_table(const sluice::Table& table, TableOptions options = {});

}  // namespace sluice::data
