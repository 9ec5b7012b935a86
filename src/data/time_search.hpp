// Finds the columns that hold the times of a file's rows, by content and, if that leaves it open,
// by name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dialect.hpp"
#include "data/table_form.hpp"
#include "data/time_cells.hpp"

namespace sluice::data {

/// The time columns, and how to read their cells.
struct TimeColumns {
  TimeCells cells;  ///< No columns: the file has no times.
  TimeReading reading;
};

/// Whether the name says time: time, timestamp, date, datetime or ds, in any letter case.
bool is_called_time(std::string_view name);
/// Whether years, months and counts of seconds count as times in a column of this name.
bool may_be_called_time(std::string_view name);

/// `names`: the column names; the first rows come from the dialect. Throws Error(data) if a named
/// column is missing, several columns could be the times, or one seems to hold times in an unknown
/// format.
TimeColumns find_times(const std::string& path, const std::vector<std::string>& names,
                       const Dialect& dialect, const TableForm& form);

}  // namespace sluice::data
