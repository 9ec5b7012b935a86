// Puts a table's rows on a regular time grid.
#pragma once

#include "data/table.hpp"
#include "data/time_column.hpp"

namespace sluice::data {

/// Sets the times and the step of a freshly read table: sorts the rows if the times were sorted,
/// fills gaps with rows of missing values, and moves times onto the grid; reports each in
/// `understood`. Throws Error(data) as find_grid.
void put_on_grid(Table& table, TimeColumn time, const TableOptions& options);

}  // namespace sluice::data
