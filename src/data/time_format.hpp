// Time formats: reading a cell in a known format and printing times in it. See time_forms.hpp for
// detecting a cell's format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/calendar_time.hpp"
#include "data/clock.hpp"

namespace sluice::data {

/// What a number means as a time.
enum class TimeUnit { none, seconds, milliseconds, microseconds, nanoseconds, excel };

/// Resolution of the time of day, from coarse to fine.
enum class ClockPrecision { none, hour, minute, second };

/// The format of a file's times: a date by `date`, then a time of day in any common form and a UTC
/// offset. The other members say how to print it.
struct TimeFormat {
  /// strftime directives %Y %y %m %d %j %b %B %a %A %H %I %M %S %f %p %z %G %V %u, and %q for the
  /// quarter.
  std::string date = "%Y-%m-%d";
  bool whole = false;              ///< `date` is the format of the whole cell.
  TimeUnit unit = TimeUnit::none;  ///< If not none: cells are numbers and `date` is ignored.
  bool padded = true;              ///< Days and months have two digits.
  ClockPrecision clock = ClockPrecision::none;
  char separator = ' ';       ///< Between date and time of day: ' ' or 'T'.
  bool colons = true;         ///< 13:30, not 1330.
  bool twelve_hours = false;  ///< 1:30 PM
  int fraction_digits = 0;    ///< Digits of fractional seconds, at most 6.
  std::string zone = {};      ///< As written: "Z", " UTC", "+02:00"; empty: none.
};

/// A parsed cell.
struct CellTime {
  Timestamp wall = 0;       ///< On the clock that it states; an instant for numbers.
  std::int64_t offset = 0;  ///< The UTC offset that it states, in microseconds.
  TimeFormat form;          ///< Its own format, for printing.
};

/// Parses a cell in that format; nullopt for anything else, such as a date that does not exist.
std::optional<CellTime> read_time(std::string_view cell, const TimeFormat& form);

/// Parses a time of day such as 13:30, 13:30:05.25, 1330 or 1:30 PM, in microseconds since
/// midnight, 24:00 included; nullopt for anything else.
std::optional<CellTime> read_clock(std::string_view cell);

/// Extends `form` so that it can also print times written as `other`.
void widen(TimeFormat& form, const TimeFormat& other);

/// Prints the time in the format, on that clock. A fixed offset is omitted if the format has none.
std::string format_time(Timestamp time, const TimeFormat& form, const Clock& clock);

/// The format for people: "%d.%m.%Y %H:%M", "seconds since 1970".
std::string describe(const TimeFormat& form);

/// The format for printing: ISO 8601 at the same resolution, unless the format begins with the
/// year. Other orders neither sort nor read alike everywhere.
TimeFormat print_form(const TimeFormat& form);

/// Parses the value of --time-format: directives, or unix, unix-ms, unix-us, unix-ns, excel. Throws
/// Error(usage) for an unknown directive or a format without a date.
TimeFormat time_format_named(const std::string& text);
/// The inverse of time_format_named, as far as reading is concerned.
std::string name_of(const TimeFormat& form);

}  // namespace sluice::data
