// The cells of a row that hold its time: one cell, a date and a time of day, or year, month and day
// in a column each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table.hpp"
#include "data/time_column.hpp"

namespace sluice::data {

struct TimeCells {
  std::vector<std::size_t> columns = {};  ///< Indices within a row; empty: rows have no times.
  std::vector<std::string> names = {};    ///< Names of these columns.
  bool parts = false;                     ///< Year, month, day, hour, minute in a column each.

  /// The names joined by commas.
  std::string name() const;
  /// The texts joined by blanks.
  std::string text(const std::vector<std::string_view>& cells) const;
  /// Passes a row's cells to the reader. Throws Error(data), naming line and column.
  void add_to(TimeReader& reader, const std::vector<std::string_view>& cells,
              const std::string& path, std::size_t line) const;
  /// The format of the parts joined together.
  TimeFormat parts_form() const;
};

/// How to read times in a stream of rows: as the model remembers, else by the first row's cells.
TimeReading stream_reading(const TimeCells& where, const std::vector<std::string_view>& first_row,
                           const TableOptions& options);

}  // namespace sluice::data
