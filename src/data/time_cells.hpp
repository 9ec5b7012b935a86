// The cells of a row that hold its time: one, a date and a time of day, or year, month, day in a
// column each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table.hpp"
#include "data/time_column.hpp"

namespace sluice::data {

struct TimeCells {
  std::vector<std::size_t> columns = {};  ///< Their places in a row; empty: rows have no times.
  std::vector<std::string> names = {};    ///< Of these columns.
  bool parts = false;                     ///< Year, month, day, hour, minute in a column each.

  /// Their names with commas between them.
  std::string name() const;
  /// Their texts with blanks between them.
  std::string text(const std::vector<std::string_view>& cells) const;
  /// Gives a row's cells to the reader. Throws Error(data), naming line and column.
  void add_to(TimeReader& reader, const std::vector<std::string_view>& cells,
              const std::string& path, std::size_t line) const;
  /// The form of parts put together.
  TimeFormat parts_form() const;
};

/// How the cells of a table's times are to be read in a stream of rows: by what its model
/// remembers, else by the first row's cells.
TimeReading stream_reading(const TimeCells& where, const std::vector<std::string_view>& first_row,
                           const TableOptions& options);

}  // namespace sluice::data
