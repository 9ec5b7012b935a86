// A data file in memory: columns of numbers on a regular grid of times. Which column is forecast,
// scaling and windows come later.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar_time.hpp"

namespace sluice::data {

struct Column {
  std::string name;
  std::vector<double> values;  ///< [rows], NaN where the value is missing, never infinite.
};

struct Table {
  std::string path;  ///< The file, for messages.
  std::vector<Column>
      columns;  ///< Columns of numbers in the file's order, without the time column.
  std::vector<std::string> ignored;  ///< Columns of text: no cell of them is a number.
  std::string time_name;             ///< Empty where there is no time column.
  std::vector<Timestamp> times;  ///< [rows], a regular grid; empty where there is no time column.
  TimeStep step;      ///< The step of the grid; unknown without times or with a single row.
  TimeFormat format;  ///< How the file writes times.
  std::vector<std::size_t>
      lines;  ///< [rows], the line in the file from 1; 0 for a row that fills a gap.

  std::size_t rows() const {
    return columns.empty() ? times.size() : columns.front().values.size();
  }

  /// The column of that name, or null.
  const Column* find(std::string_view name) const;
  /// The column of that name. Throws Error(data) that says which columns there are.
  const Column& at(std::string_view name) const;

  /// The time of a row, also of one behind the last. Throws Error(data) where there are no times,
  /// or the row lies behind the end and the step is unknown.
  Timestamp time_at(std::size_t row) const;
  /// time_at(row) as the file writes times.
  std::string time_text(std::size_t row) const;
  /// "file:line" for a message; the file alone for a row that fills a gap.
  std::string where(std::size_t row) const;
};

struct TableOptions {
  /// The column of times. Empty: the first column whose cell in the first row is a time or, where
  /// the column is called time, timestamp, date, datetime or ds, an integer of at least 1e8
  /// (seconds since 1970).
  std::string time_column = {};
};

/// Throws Error(data): the file has no column `name`; it has `names`, of which the nearest is
/// suggested.
[[noreturn]] void throw_no_column(const std::string& path, std::string_view name,
                                  const std::vector<std::string>& names);

/// Reads a file of separated values with a header line (see csv.hpp for its form, calendar_time.hpp
/// for times). A gap of whole steps between times becomes rows of missing values; empty lines at
/// the end do not count; in a file of one column an empty line is a missing value. Throws
/// Error(file) where the file cannot be read and Error(data), naming line and column, where what it
/// says cannot be used.
Table read_table(const std::string& path, const TableOptions& options = {});

}  // namespace sluice::data
