// A data file in memory: numeric columns on a regular time grid. The target, scaling and windows
// are chosen later.
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
  std::vector<double> values;  ///< [rows], NaN if missing, never infinite.
};

struct Table {
  std::string path;             ///< The file name, for messages.
  std::vector<Column> columns;  ///< Numeric columns in the file's order, without the time columns.
  std::vector<std::string> ignored;  ///< Text columns: no cell of them is a number.
  std::string time_name;         ///< Name of the time column, or several with commas; empty: none.
  std::vector<Timestamp> times;  ///< [rows], a regular grid; empty without a time column.
  TimeStep step;      ///< The step of the grid; unknown without times or with a single row.
  TimeFormat format;  ///< How times are printed: as in the file, or in ISO 8601.
  std::string time_form = {};  ///< The file's time format, as in --time-format.
  Clock clock;                 ///< The clock of the times.
  /// [rows], line number in the file from 1; 0 for a row that fills a gap.
  std::vector<std::size_t> lines;
  TableForm form;  ///< Options given for the file, and the time columns found.
  std::vector<std::string>
      understood;                  ///< How the file was read, in words; most informative first.
  std::vector<std::string> notes;  ///< Likely misreadings and what to do about them, a line each.

  std::size_t rows() const {
    return columns.empty() ? times.size() : columns.front().values.size();
  }

  /// The column of that name, or nullptr.
  const Column* find(std::string_view name) const;
  /// The column of that name. Throws Error(data) that lists the columns.
  const Column& at(std::string_view name) const;

  /// The time of a row, which may lie after the last. Throws Error(data) without times, or if the
  /// row lies after the end and the step is unknown.
  Timestamp time_at(std::size_t row) const;
  /// time_at(row) in the file's time format.
  std::string time_text(std::size_t row) const;
  /// time_at(row) as wall-clock time.
  Timestamp wall_at(std::size_t row) const { return clock.wall(time_at(row)); }
  /// "file:line" for a message; the file alone for a row that fills a gap.
  std::string where(std::size_t row) const;
};

struct TableOptions {
  TableForm form = {};
  bool sort = false;                        ///< Sort the rows by time instead of requiring it.
  std::vector<std::int64_t> holidays = {};  ///< Days since 1970 without rows.
  /// What a model remembers of its training data, or empty. A remembered step is used if the times
  /// lie on its grid.
  std::string remembered_form = {};  ///< Decides between time formats that the file leaves open.
  std::string remembered_clock = {};
  TimeStep remembered_step = {};
};

/// Throws Error(data): the file has no column `name`; suggests the nearest of `names`.
[[noreturn]] void throw_no_column(const std::string& path, std::string_view name,
                                  const std::vector<std::string>& names);

/// Name given to an unnamed first column.
inline constexpr const char* kUnnamed = "index";

/// Reads a file of separated values with a header line, see docs/tables.md. Gaps of whole steps
/// between times become rows of missing values. Throws Error(file) if the file cannot be read and
/// Error(data), naming line and column, for content that cannot be used.
Table read_table(const std::string& path, const TableOptions& options = {});
/// Reads from an open source; `name` is for messages.
Table read_table(std::unique_ptr<ByteSource> source, const std::string& name,
                 const TableOptions& options);

/// Reads a file of one ISO date a line as days since 1970; empty lines and lines that begin with #
/// are skipped. Throws Error(data), naming the line.
std::vector<std::int64_t> read_holidays(const std::string& path);

}  // namespace sluice::data
