// Points in time and calendar dates, and conversions between microseconds and dates. See
// time_format.hpp for times in files, clock.hpp for time zones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::data {

/// Microseconds since 1970-01-01 00:00:00: UTC if the file says so, else the file's own clock.
using Timestamp = std::int64_t;

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

/// Division rounded toward minus infinity; `b` > 0.
constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// A wall-clock time on the Gregorian calendar.
struct CalendarTime {
  int year;
  int month;        ///< 1 .. 12
  int day;          ///< 1 .. 31
  int hour;         ///< 0 .. 23
  int minute;       ///< 0 .. 59
  int second;       ///< 0 .. 59
  int microsecond;  ///< 0 .. 999999
  int weekday;      ///< 0 Monday .. 6 Sunday
  int day_of_year;  ///< 0 .. 365
  bool month_end;   ///< The last day of its month.
};
CalendarTime calendar_time(Timestamp wall);

/// Whole days since 1970-01-01.
constexpr std::int64_t day_of(Timestamp wall) { return floor_divide(wall, kDay); }
/// 0 Monday .. 6 Sunday.
constexpr int weekday_of(std::int64_t day) {
  return static_cast<int>(day + 3 - floor_divide(day + 3, 7) * 7);
}
int days_in_month(int year, int month);

/// Days since 1970-01-01; nullopt if the date does not exist.
std::optional<std::int64_t> day_of_date(int year, int month, int day);

/// "2016-07-01 13:30"; seconds and a fraction only if nonzero.
std::string iso_text(Timestamp wall);

}  // namespace sluice::data
