// Collects the times of a data file while its rows are read. See time_search.hpp for finding the
// time column, time_grid.hpp for the regular grid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/clock.hpp"
#include "data/time_format.hpp"

namespace sluice::data {

/// The times of a file, as read.
struct TimeColumn {
  std::string path;              ///< The file name, for messages.
  std::string name;              ///< The column name, for messages; two with a comma between them.
  std::vector<Timestamp> times;  ///< One per row.
  std::vector<std::size_t> lines;  ///< Line number of each row, from 1.
  TimeFormat format;
  Clock clock;
  /// If the rows were sorted: the row in the file of each time. Else empty.
  std::vector<std::size_t> order = {};
  /// If UTC offsets change and no zone is given: the times as written in the file.
  std::vector<Timestamp> written = {};

  std::string text(std::size_t row) const { return format_time(times[row], format, clock); }
  /// "file:line, column 'name'"
  std::string where(std::size_t row) const;
};

/// How to read the cells.
struct TimeReading {
  std::vector<TimeFormat> forms;  ///< Formats that fit the first cells, at least one.
  std::string preferred = {};     ///< Date format that decides if the cells do not; or empty.
  /// Zone of times without an offset and for printing times; or null.
  std::shared_ptr<const Zone> zone = {};
  bool clock_column = false;  ///< The time of day has its own column.
  bool hours = false;         ///< That column holds hours, 0 to 24.
  bool wall_clock = false;    ///< Offsets are dropped: days are counted on the wall clock.
  bool sort = false;
};

class TimeReader {
 public:
  TimeReader(std::string path, std::string name, TimeReading reading);

  /// Reads the next row's cell, and the cell of the time of day if it has its own column. Throws
  /// Error(data), naming line and column, if it is not a time in any format that fits the rows
  /// before, or if some cells state a UTC offset and others do not.
  void add(std::string_view cell, std::string_view clock_cell, std::size_t line);

  /// The times of all rows. Throws Error(data) if the rows leave several readings open, do not
  /// rise, or lie in an hour that the zone's clock skipped or repeated.
  TimeColumn finish();

  /// For endless streams: the time of the row just added. The first row and `preferred` decide the
  /// format; a time that occurs twice on the zone's clock is the first instant after the row
  /// before.
  Timestamp take_time();
  /// The clock of the rows so far.
  Clock clock() const;

 private:
  // A format, and the rows read with it.
  struct Candidate {
    TimeFormat form;
    std::vector<Timestamp> walls;
  };

  void add_to(Candidate& candidate, const CellTime& read);
  void note_offset(std::string_view cell, bool stated, std::int64_t offset);
  bool join_clock(CellTime& read, std::string_view clock_cell) const;
  Candidate& choose();
  void drop_doubles();
  bool on_wall_clock(const TimeFormat& form, const std::vector<Timestamp>& walls) const;
  Clock clock_of(const TimeFormat& form) const;
  [[noreturn]] void fail(std::string_view cell, std::string expected, std::string hint) const;
  [[noreturn]] void fail_open(const Candidate& a, const Candidate& b) const;

  std::string path_, name_;
  TimeReading reading_;
  std::vector<Candidate> candidates_;
  std::vector<std::size_t> lines_;
  std::vector<std::int64_t> offsets_;  // UTC offsets of the rows that state one
  bool states_offset_ = false, offsets_differ_ = false;
  std::int64_t first_offset_ = 0;
  std::string first_cell_;
  bool twice_ = false;  // unsorted rows repeat a time: which came first is unknown
  bool has_last_ = false;
  Timestamp last_ = 0;  // last result of take_time()
};

}  // namespace sluice::data
