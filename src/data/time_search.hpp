// Which columns of a file hold the times of its rows, told by their content and, where that leaves
// it open, by their names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/dialect.hpp"
#include "data/table_form.hpp"
#include "data/time_cells.hpp"

namespace sluice::data {

/// The columns of times, and how their cells are to be read.
struct TimeColumns {
  TimeCells cells;  ///< Without columns: the file has no times.
  TimeReading reading;
};

/// Whether a column of that name is meant to hold times: time, timestamp, date, datetime or ds, in
/// any case of letters.
bool is_called_time(std::string_view name);
/// Whether it is one under which years, months and counts of seconds are times as well.
bool may_be_called_time(std::string_view name);

/// `names` are those of the columns; the first rows are the dialect's. Throws Error(data) where a
/// named column is missing, several columns could be the times, or one seems to hold times in a
/// form that is not known.
TimeColumns find_times(const std::string& path, const std::vector<std::string>& names,
                       const Dialect& dialect, const TableForm& form);

}  // namespace sluice::data
