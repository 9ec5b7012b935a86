// The time column of a data file: telling it from other columns and reading its cells. Whether the
// times make a regular grid is the business of time_grid.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar_time.hpp"

namespace sluice::data {

/// The times of a file, as read.
struct TimeColumn {
  std::string path;                ///< The file, for messages.
  std::string name;                ///< The column, for messages.
  std::vector<Timestamp> times;    ///< One per row.
  std::vector<std::size_t> lines;  ///< The line in the file of each row, from 1.
  TimeFormat format;
};

/// Whether a column of that name is meant to hold times: time, timestamp, date, datetime or ds, in
/// any case of letters.
bool is_called_time(std::string_view name);

/// Whether the cell can only be seconds since 1970: a number of at least 1e8. (Smaller ones are
/// years, days or counters.) Finer units count too, so that reading them as times gives their
/// error.
bool is_epoch(std::string_view cell);

class TimeReader {
 public:
  /// `epoch`: every cell holds seconds since 1970; otherwise every cell is what parse_time reads.
  TimeReader(std::string path, std::string name, bool epoch);

  /// Reads the next row's cell. Throws Error(data), naming line and column, where it is no time or
  /// states an offset from UTC and the cells before do not, or the other way round.
  void add(std::string_view cell, std::size_t line);

  const TimeColumn& column() const noexcept { return column_; }

  /// For rows without end: the times and lines so far are dropped, how they are written is not.
  void forget_rows();

 private:
  void add_text(std::string_view cell);
  void add_epoch(std::string_view cell);
  [[noreturn]] void fail(std::string_view cell, std::string expected, std::string hint) const;

  TimeColumn column_;
  bool begun_ = false;
};

}  // namespace sluice::data
