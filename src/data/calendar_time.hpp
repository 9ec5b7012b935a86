// Points in time of a data file: reading them, printing them in the style in which they were read,
// stepping by whole seconds or whole months. Knows no names of time zones and no leap seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::data {

/// Seconds since 1970-01-01 00:00:00: UTC where the file states offsets, else on the file's own
/// clock.
using Timestamp = std::int64_t;

/// How finely a time is written; a later one says more.
enum class TimeKind {
  month,   ///< 2016-07
  date,    ///< 2016-07-01
  minute,  ///< 2016-07-01 13:30
  second,  ///< 2016-07-01 13:30:00
  epoch,   ///< 1467379800, seconds since 1970 in UTC
};

/// How the times of a file are written.
struct TimeFormat {
  TimeKind kind = TimeKind::date;
  char separator = ' ';         ///< Between date and time: ' ' or 'T'.
  int fraction_digits = 0;      ///< Zeros behind the point of the seconds.
  std::string zone = {};        ///< As written: "Z", "+02:00"; empty where times state no offset.
  std::int64_t offset = 0;      ///< Seconds east of UTC that `zone` states; 0 where there is none.
  bool offsets_differ = false;  ///< Rows state several offsets (summer time): times print in UTC.
};

struct ParsedTime {
  Timestamp time;
  TimeFormat format;
  bool whole_seconds;  ///< False where a fraction of a second was dropped.
};

/// Reads ISO 8601 as people write it: `YYYY-MM`, `YYYY-MM-DD`, and with ` ` or `T` behind it
/// `HH:MM[:SS[.fff]]` and then `Z` or an offset (`+02:00`, `+0200`, `+02`). Nothing where the text
/// is anything else, such as a day that no calendar has. Seconds since 1970 are not read here: only
/// the column tells them from a number.
std::optional<ParsedTime> parse_time(std::string_view text);

/// Extends `format` so that it prints times written as `other` too; false where only one of the two
/// states an offset, so that they cannot be compared.
bool widen(TimeFormat& format, const TimeFormat& other);

/// The time as `format` writes it.
std::string format_time(Timestamp time, const TimeFormat& format);

/// A time on the calendar. For the file's local clock pass `time + format.offset`.
struct CalendarTime {
  int year;
  int month;        ///< 1 .. 12
  int day;          ///< 1 .. 31
  int hour;         ///< 0 .. 23
  int minute;       ///< 0 .. 59
  int second;       ///< 0 .. 59
  int weekday;      ///< 0 Monday .. 6 Sunday
  int day_of_year;  ///< 0 .. 365
  bool month_end;   ///< The last day of its month.
};
CalendarTime calendar_time(Timestamp time);

/// The distance between neighbours on a grid of times: `seconds` or `months` is positive, not both.
/// Both are 0 where no step is known (a single row).
struct TimeStep {
  std::int64_t seconds = 0;
  std::int64_t months = 0;
  bool month_end = false;  ///< With months: always the last day of the month.

  bool known() const { return seconds > 0 || months > 0; }
  friend bool operator==(const TimeStep&, const TimeStep&) = default;
};

/// The time that is `count` steps behind `start`, `count` may be negative. Months are counted on
/// the clock that is `offset` seconds east of UTC; a day that the month lacks becomes its last.
Timestamp add_steps(Timestamp start, std::int64_t count, const TimeStep& step,
                    std::int64_t offset = 0);

/// The step in words: "1 hour", "30 minutes", "3 months", "1 year".
std::string describe(const TimeStep& step);

}  // namespace sluice::data
