// A data file in memory: columns of numbers on a regular grid of times. Which column is forecast,
// scaling and windows come later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.hpp"
#include "data/calendar_time.hpp"
#include "data/clock.hpp"
#include "data/table_form.hpp"
#include "data/time_format.hpp"
#include "data/time_step.hpp"

namespace sluice::data {

struct Column {
  std::string name;
  std::vector<double> values;  ///< [rows], NaN where the value is missing, never infinite.
};

struct Table {
  std::string path;  ///< The file, for messages.
  std::vector<Column>
      columns;  ///< Columns of numbers in the file's order, without those of the times.
  std::vector<std::string> ignored;  ///< Columns of text: no cell of them is a number.
  std::string time_name;         ///< Of the column of times, or several with commas; empty: none.
  std::vector<Timestamp> times;  ///< [rows], a regular grid; empty where there is no time column.
  TimeStep step;      ///< The step of the grid; unknown without times or with a single row.
  TimeFormat format;  ///< How times are printed: as the file writes them, or in ISO 8601.
  std::string time_form = {};  ///< How it writes them, as --time-format.
  Clock clock;                 ///< Which clock they are on.
  std::vector<std::size_t>
      lines;       ///< [rows], the line in the file from 1; 0 for a row that fills a gap.
  TableForm form;  ///< What was said of the file, and the columns of times that were found.
  std::vector<std::string> understood;  ///< How it was read, in words; most telling first.
  std::vector<std::string> notes;  ///< What is likely meant otherwise, and what to do; a line each.

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
  /// time_at(row) on the wall clock.
  Timestamp wall_at(std::size_t row) const { return clock.wall(time_at(row)); }
  /// "file:line" for a message; the file alone for a row that fills a gap.
  std::string where(std::size_t row) const;
};

struct TableOptions {
  TableForm form = {};
  bool sort = false;                        ///< Rows need not be in the order of their times.
  std::vector<std::int64_t> holidays = {};  ///< Days since 1970 that have no rows.
  /// What a model remembers of its training data; empty: nothing. A step is kept where the times
  /// lie on its grid.
  std::string remembered_form = {};  ///< Decides between forms of times that the file leaves open.
  std::string remembered_clock = {};
  TimeStep remembered_step = {};
};

/// Throws Error(data): the file has no column `name`; it has `names`, of which the nearest is
/// suggested.
[[noreturn]] void throw_no_column(const std::string& path, std::string_view name,
                                  const std::vector<std::string>& names);

/// The name under which a first column without one is known.
inline constexpr const char* kUnnamed = "index";

/// Reads a file of separated values with a header line, as docs/tables.md says. A gap of whole
/// steps between times becomes rows of missing values. Throws Error(file) where the file cannot be
/// read and Error(data), naming line and column, where what it says cannot be used.
Table read_table(const std::string& path, const TableOptions& options = {});
/// From a source that is open; `name` is for messages.
Table read_table(std::unique_ptr<ByteSource> source, const std::string& name,
                 const TableOptions& options);

/// The days in a file of one ISO date a line, as days since 1970; lines that begin with # and empty
/// ones do not count. Throws Error(data), naming the line.
std::vector<std::int64_t> read_holidays(const std::string& path);

}  // namespace sluice::data
