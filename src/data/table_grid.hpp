// A table's rows on the grid of their times.
#pragma once

#include "data/table.hpp"
#include "data/time_column.hpp"

namespace sluice::data {

/// Gives a table of rows as read its times and its step: sorted rows where the times were sorted,
/// rows of missing values where the grid has gaps, times moved onto it; says so in `understood`.
/// Throws Error(data) as find_grid.
void put_on_grid(Table& table, TimeColumn time, const TableOptions& options);

}  // namespace sluice::data
