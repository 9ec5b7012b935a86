// The times of a data file while its rows are read. Which column they are in is time_search.hpp's
// business, whether they make a regular grid time_grid.hpp's.
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
  std::string path;                ///< The file, for messages.
  std::string name;                ///< The column, for messages; two with a comma between them.
  std::vector<Timestamp> times;    ///< One per row.
  std::vector<std::size_t> lines;  ///< The line in the file of each row, from 1.
  TimeFormat format;
  Clock clock;
  /// Where the rows were sorted: the row in the file that each time is of. Else empty.
  std::vector<std::size_t> order = {};
  /// Where offsets from UTC change and no zone is given: the times as the file writes them.
  std::vector<Timestamp> written = {};

  std::string text(std::size_t row) const { return format_time(times[row], format, clock); }
  /// "file:line, column 'name'"
  std::string where(std::size_t row) const;
};

/// How the cells are to be read.
struct TimeReading {
  std::vector<TimeFormat> forms;  ///< Those that the first cells allow, at least one.
  std::string preferred = {};     ///< The date form that decides where the cells do not; or empty.
  std::shared_ptr<const Zone> zone =
      {};                     ///< Of times without an offset, and to show times on; or null.
  bool clock_column = false;  ///< The time of day is in a column of its own.
  bool hours = false;         ///< That column holds hours, 0 to 24.
  bool wall_clock = false;    ///< Offsets are left out: days are counted on the wall clock.
  bool sort = false;
};

class TimeReader {
 public:
  TimeReader(std::string path, std::string name, TimeReading reading);

  /// Reads the next row's cell, and that of the time of day where it is in a column of its own.
  /// Throws Error(data), naming line and column, where it is no time in any of the forms that the
  /// rows before allow, or states an offset from UTC and the cells before do not, or the other way
  /// round.
  void add(std::string_view cell, std::string_view clock_cell, std::size_t line);

  /// The times of all rows. Throws Error(data) where the rows leave several readings open, do not
  /// rise, or lie in an hour that the zone's clock skipped or repeated.
  TimeColumn finish();

  /// For rows without end: the time of the row just added. The form is decided by the first row
  /// and `preferred`; a time that occurs twice on the zone's clock is the first that follows the
  /// row before.
  Timestamp take_time();
  /// The clock of the rows so far.
  Clock clock() const;

 private:
  // A form, and the rows read by it.
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
  std::vector<std::int64_t> offsets_;  // of the rows where they are stated
  bool states_offset_ = false, offsets_differ_ = false;
  std::int64_t first_offset_ = 0;
  std::string first_cell_;
  bool twice_ = false;  // rows in no order hold a time twice: which came first is not known
  bool has_last_ = false;
  Timestamp last_ = 0;  // that take_time() gave
};

}  // namespace sluice::data
