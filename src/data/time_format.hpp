// How a file writes times: reading a cell in a known form and printing times in it. Which form a
// cell has is time_forms.hpp's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/calendar_time.hpp"
#include "data/clock.hpp"

namespace sluice::data {

/// What a number means that stands for a time.
enum class TimeUnit { none, seconds, milliseconds, microseconds, nanoseconds, excel };

/// How finely the time of day is written; a later one says more.
enum class ClockPrecision { none, hour, minute, second };

/// The form of a file's times: a date by `date`, behind it a time of day in any common form and an
/// offset from UTC. The other members are how to print it.
struct TimeFormat {
  /// Directives as strftime's: %Y %y %m %d %j %b %B %a %A %H %I %M %S %f %p %z %G %V %u, and %q for
  /// the quarter.
  std::string date = "%Y-%m-%d";
  bool whole = false;              ///< `date` is the form of the whole cell.
  TimeUnit unit = TimeUnit::none;  ///< Not none: cells are numbers, `date` is not read.
  bool padded = true;              ///< Days and months have two digits.
  ClockPrecision clock = ClockPrecision::none;
  char separator = ' ';       ///< Between date and time of day: ' ' or 'T'.
  bool colons = true;         ///< 13:30, not 1330.
  bool twelve_hours = false;  ///< 1:30 PM
  int fraction_digits = 0;    ///< Behind the point of the seconds, at most 6.
  std::string zone = {};      ///< As written: "Z", " UTC", "+02:00"; empty: none is stated.
};

/// What a cell says.
struct CellTime {
  Timestamp wall = 0;       ///< On the clock that it states; an instant for numbers.
  std::int64_t offset = 0;  ///< Microseconds ahead of UTC that it states.
  TimeFormat form;          ///< Its own form, for printing.
};

/// Reads a cell in that form; nothing where it is anything else, such as a day that no calendar
/// has.
std::optional<CellTime> read_time(std::string_view cell, const TimeFormat& form);

/// Reads a time of day such as 13:30, 13:30:05.25, 1330 or 1:30 PM, in microseconds since midnight,
/// 24:00 included; nothing where the cell is anything else.
std::optional<CellTime> read_clock(std::string_view cell);

/// Extends `form` so that it prints times written as `other` too.
void widen(TimeFormat& form, const TimeFormat& other);

/// The time as the form writes it, on that clock. A fixed clock that the form states no offset of
/// is printed without.
std::string format_time(Timestamp time, const TimeFormat& form, const Clock& clock);

/// The form in directives, for people: "%d.%m.%Y %H:%M", "seconds since 1970".
std::string describe(const TimeFormat& form);

/// The form to print times in: ISO 8601, as finely, where the form does not begin with the year and
/// its times would neither sort nor be read alike everywhere.
TimeFormat print_form(const TimeFormat& form);

/// The form that --time-format names: directives, or unix, unix-ms, unix-us, unix-ns, excel. Throws
/// Error(usage) where a directive is not known or no date can be read by it.
TimeFormat time_format_named(const std::string& text);
/// The text from which time_format_named gives the form again, as far as reading goes.
std::string name_of(const TimeFormat& form);

}  // namespace sluice::data
