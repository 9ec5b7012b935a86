// The step between the rows of a table: a duration, months, or the days and hours of a calendar;
// counts steps between times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/clock.hpp"

namespace sluice::data {

/// The day of the month of a row.
enum class MonthDay {
  same,           ///< TimeStep::day, or the last day of a shorter month.
  last,           ///< 31 January, 28 or 29 February, ..
  first_weekday,  ///< The first of Monday to Friday that is not a holiday.
  last_weekday,   ///< The last such day.
};

/// A part of every day that has rows, on the wall clock, both ends included.
struct Session {
  std::int64_t begin = 0, end = 0;  ///< Microseconds since midnight.
  friend bool operator==(const Session&, const Session&) = default;
};

inline constexpr unsigned kEveryDay = 0x7f;

/// The distance between grid neighbours: one of `micros` and `months` is positive. Both are 0 if
/// the step is unknown (a single row).
struct TimeStep {
  std::int64_t micros = 0;
  std::int64_t months = 0;
  MonthDay month_day = MonthDay::same;      ///< Used with months.
  int day = 0;                              ///< With MonthDay::same: 1 .. 31.
  unsigned weekdays = kEveryDay;            ///< Days with rows: bit 0 Monday .. bit 6 Sunday.
  std::vector<Session> sessions = {};       ///< Of each day, ascending; empty: the whole day.
  std::vector<std::int64_t> holidays = {};  ///< Days since 1970 without rows, ascending.

  bool known() const { return micros > 0 || months > 0; }
  /// Whether some days or hours have no rows.
  bool has_calendar() const {
    return weekdays != kEveryDay || !sessions.empty() || (!holidays.empty() && micros > 0);
  }
  /// Whether steps are counted on the wall clock; shorter steps are elapsed time.
  bool on_wall_clock() const { return months > 0 || has_calendar() || micros % kDay == 0; }

  friend bool operator==(const TimeStep&, const TimeStep&) = default;
};

/// The day, since 1970, of the row in that month, for a step of months.
std::int64_t row_day(int year, int month, const TimeStep& step);

/// The time `count` steps after `start`, which is on the grid; `count` may be negative.
Timestamp add_steps(Timestamp start, std::int64_t count, const TimeStep& step, const Clock& clock);

/// The number of steps from one time to another, negative if it is earlier; nullopt if `to` is not
/// on the grid of `from`. `step` is known.
std::optional<std::int64_t> steps_between(Timestamp from, Timestamp to, const TimeStep& step,
                                          const Clock& clock);

/// The step in words: "1 hour", "30 minutes", "0.1 seconds", "3 months", "1 year".
std::string describe(const TimeStep& step);
/// Its days and hours in words: "Monday to Friday", "last business day", "09:30 to 16:00, Monday to
/// Friday"; empty if every step has a row.
std::string describe_calendar(const TimeStep& step);
/// Step and calendar: "1 day (Monday to Friday)".
std::string step_in_words(const TimeStep& step);

}  // namespace sluice::data
