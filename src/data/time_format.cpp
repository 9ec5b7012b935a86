// Reads and prints times in a known format: numbers by their unit, text by the date pattern
// (time_pattern.hpp) followed by a time of day and a UTC offset.
#include "data/time_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "data/time_pattern.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

struct UnitForm {
  TimeUnit unit;
  const char* name;
  const char* words;
};
constexpr std::array<UnitForm, 5> kUnits{
    {{TimeUnit::seconds, "unix", "seconds since 1970"},
     {TimeUnit::milliseconds, "unix-ms", "milliseconds since 1970"},
     {TimeUnit::microseconds, "unix-us", "microseconds since 1970"},
     {TimeUnit::nanoseconds, "unix-ns", "nanoseconds since 1970"},
     {TimeUnit::excel, "excel", "days since 1899-12-30"}}};

const UnitForm& unit_form(TimeUnit unit) {
  return *std::find_if(kUnits.begin(), kUnits.end(),
                       [unit](const UnitForm& one) { return one.unit == unit; });
}

constexpr std::int64_t kExcelZero = -25569 * kDay;
constexpr double kMostMicros = 4e17;  // the year 14,000

// A count of units as microseconds.
std::optional<Timestamp> unit_time(std::string_view cell, TimeUnit unit) {
  if (!cell.empty() && cell.front() == '+') cell.remove_prefix(1);
  std::int64_t whole = 0;
  const char* const end = cell.data() + cell.size();
  const auto as_whole = std::from_chars(cell.data(), end, whole);
  const bool is_whole = as_whole.ec == std::errc() && as_whole.ptr == end && !cell.empty();
  // Nanoseconds do not fit a double.
  if (is_whole && unit == TimeUnit::nanoseconds) return floor_divide(whole, 1000);
  double value = 0;
  const auto result = std::from_chars(cell.data(), end, value);
  if (cell.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  double micros = value;
  if (unit == TimeUnit::seconds) micros = value * 1e6;
  if (unit == TimeUnit::milliseconds) micros = value * 1e3;
  if (unit == TimeUnit::nanoseconds) micros = value / 1e3;
  if (unit == TimeUnit::excel) micros = value * static_cast<double>(kDay);
  if (!(std::abs(micros) < kMostMicros)) return std::nullopt;
  if (unit != TimeUnit::excel) return std::llround(micros);
  // Excel's double resolves about a microsecond within a day; people write whole seconds.
  return kExcelZero + std::llround(micros / 1e3) * 1000;
}

std::optional<CellTime> read_number(std::string_view cell, const TimeFormat& form) {
  const std::optional<Timestamp> time = unit_time(cell, form.unit);
  if (!time) return std::nullopt;
  CellTime read{*time, 0, form};
  const std::size_t point = cell.find('.'), last = cell.find_last_not_of('0');
  if (point != std::string_view::npos && last > point)
    read.form.fraction_digits = static_cast<int>(std::min<std::size_t>(6, last - point));
  return read;
}

// HH[:MM[:SS[.fff]]] or HHMM[SS], perhaps with AM or PM.
bool take_clock(Cursor& cursor, DateFields& fields, TimeFormat& form) {
  const std::size_t digits = cursor.digits();
  form.colons = digits <= 2;
  form.clock = ClockPrecision::hour;
  if (!form.colons) {
    if (digits != 4 && digits != 6) return false;
    form.clock = digits == 4 ? ClockPrecision::minute : ClockPrecision::second;
    if (!take_pattern(cursor, digits == 4 ? "%H%M" : "%H%M%S", fields)) return false;
  } else {
    if (!take_pattern(cursor, "%H", fields)) return false;
    if (cursor.take(':')) {
      form.clock = ClockPrecision::minute;
      if (cursor.digits() != 2 || !take_pattern(cursor, "%M", fields)) return false;
      if (cursor.take(':')) {
        form.clock = ClockPrecision::second;
        if (cursor.digits() != 2 || !take_pattern(cursor, "%S", fields)) return false;
      }
    }
  }
  if (form.clock == ClockPrecision::second && !cursor.rest.empty() &&
      (cursor.rest[0] == '.' || cursor.rest[0] == ',') && cursor.at_digit(1)) {
    cursor.rest.remove_prefix(1);
    if (!take_pattern(cursor, "%f", fields)) return false;
    form.fraction_digits = fields.fraction_digits;
  }
  if (cursor.rest.empty()) return true;
  Cursor ahead = cursor;
  DateFields half = fields;
  if (take_pattern(ahead, "%p", half)) {
    cursor = ahead;
    fields.half = half.half;
    form.twelve_hours = true;
  }
  return true;
}

// Parses what follows the date: time of day and offset.
bool take_tail(Cursor& cursor, DateFields& fields, CellTime& read) {
  if (cursor.rest.empty()) return true;
  const std::string_view behind = cursor.rest;
  constexpr std::string_view kSeparators = " T,_:t";
  const bool separated = kSeparators.find(cursor.rest[0]) != std::string_view::npos;
  if (separated) {
    read.form.separator = cursor.rest[0] == 'T' ? 'T' : ' ';
    cursor.rest.remove_prefix(1);
    cursor.skip_blanks();
    if (cursor.at_digit() && !take_clock(cursor, fields, read.form)) return false;
    if (read.form.clock == ClockPrecision::none) cursor.rest = behind;
    if (cursor.rest.empty()) return true;
  }
  const std::string_view zone = cursor.rest;
  // 2016-07-01 is not a month with an offset.
  if (read.form.clock == ClockPrecision::none && zone.front() == '-') return false;
  if (!take_offset(cursor, fields.offset)) return false;
  fields.offset_stated = true;
  read.form.zone = zone.substr(0, zone.size() - cursor.rest.size());
  return cursor.rest.empty();
}

std::string clock_pattern(const TimeFormat& form) {
  std::string text = form.clock == ClockPrecision::none ? "" : std::string(1, form.separator);
  const char* const colon = form.colons ? ":" : "";
  if (form.clock >= ClockPrecision::hour) text += form.twelve_hours ? "%I" : "%H";
  if (form.clock >= ClockPrecision::minute) text += fmt::format("{}%M", colon);
  if (form.clock >= ClockPrecision::second) text += fmt::format("{}%S", colon);
  if (form.fraction_digits > 0) text += ".%f";
  if (form.twelve_hours) text += " %p";
  return text;
}

std::string offset_text(std::int64_t offset) {
  const std::int64_t minutes = std::abs(offset) / kMinute;
  return fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string unit_text(Timestamp time, const TimeFormat& form) {
  const auto value = static_cast<double>(time);
  switch (form.unit) {
    case TimeUnit::seconds:
      if (form.fraction_digits == 0 && time % kSecond == 0)
        return fmt::format("{}", time / kSecond);
      return fmt::format("{:.{}f}", value / 1e6, std::max(1, form.fraction_digits));
    case TimeUnit::milliseconds:
      return time % 1000 == 0 ? fmt::format("{}", time / 1000) : fmt::format("{:.3f}", value / 1e3);
    case TimeUnit::nanoseconds:
      return fmt::format("{}", time * 1000);
    case TimeUnit::excel:
      return fmt::format("{:.10g}",
                         static_cast<double>(time - kExcelZero) / static_cast<double>(kDay));
    case TimeUnit::none:
    case TimeUnit::microseconds:
      break;
  }
  return fmt::format("{}", time);
}

}  // namespace

std::optional<CellTime> read_time(std::string_view cell, const TimeFormat& form) {
  if (form.unit != TimeUnit::none) return read_number(cell, form);
  CellTime read{0, 0, {.date = form.date, .whole = form.whole}};
  DateFields fields;
  Cursor cursor{cell};
  if (!take_pattern(cursor, form.date, fields)) return std::nullopt;
  if (form.whole ? !cursor.rest.empty() : !take_tail(cursor, fields, read)) return std::nullopt;
  const std::optional<Timestamp> wall = wall_of(fields);
  if (!wall) return std::nullopt;
  read.wall = *wall;
  read.offset = fields.offset;
  read.form.padded = !fields.one_digit;
  if (form.whole) read.form.fraction_digits = fields.fraction_digits;
  if (form.whole && fields.offset_stated) read.form.zone = offset_text(fields.offset);
  return read;
}

std::optional<CellTime> read_clock(std::string_view cell) {
  Cursor cursor{cell};
  DateFields fields{.year = 1970};
  CellTime read;
  if (!take_clock(cursor, fields, read.form)) return std::nullopt;
  if (!cursor.rest.empty()) {
    const std::string_view zone = cursor.rest;
    if (!take_offset(cursor, read.offset) || !cursor.rest.empty()) return std::nullopt;
    read.form.zone = zone;
  }
  const std::optional<Timestamp> wall = wall_of(fields);
  if (!wall) return std::nullopt;
  read.wall = *wall;
  return read;
}

void widen(TimeFormat& form, const TimeFormat& other) {
  if (form.clock == ClockPrecision::none) {
    form.separator = other.separator;
    form.colons = other.colons;
  }
  form.clock = std::max(form.clock, other.clock);
  form.fraction_digits = std::max(form.fraction_digits, other.fraction_digits);
  form.twelve_hours = form.twelve_hours || other.twelve_hours;
  form.padded = form.padded && other.padded;
}

std::string format_time(Timestamp time, const TimeFormat& form, const Clock& clock) {
  if (form.unit != TimeUnit::none) return unit_text(time, form);
  const Timestamp wall = clock.wall(time);
  std::string text = print_pattern(wall, form.date, form.padded);
  if (form.whole) {
    if (form.date.find("%z") != std::string::npos) text += offset_text(wall - time);
    return text;
  }
  std::string tail = print_pattern(wall, clock_pattern(form), form.padded);
  if (form.fraction_digits > 0) {
    const std::size_t point = tail.find('.');
    tail.erase(point + 1 + static_cast<std::size_t>(form.fraction_digits),
               static_cast<std::size_t>(6 - form.fraction_digits));
  }
  const bool zoned = clock.zone() != nullptr && !form.zone.empty();
  return text + tail + (zoned ? offset_text(wall - time) : form.zone);
}

std::string describe(const TimeFormat& form) {
  if (form.unit != TimeUnit::none) return unit_form(form.unit).words;
  if (form.whole) return form.date;
  return form.date + clock_pattern(form) + (form.zone.empty() ? "" : "%z");
}

TimeFormat print_form(const TimeFormat& form) {
  const std::string first = form.date.substr(0, 2);
  if (form.unit != TimeUnit::none || first == "%Y" || first == "%G") return form;
  const auto says = [&form](const char* directive) {
    return form.date.find(directive) != std::string::npos;
  };
  TimeFormat iso = form;
  iso.date = says("%q") ? "%Y-Q%q" : says("%d") || says("%j") ? "%Y-%m-%d" : "%Y-%m";
  iso.padded = true;
  iso.twelve_hours = false;
  if (!form.whole) return iso;
  iso.whole = false;
  if (says("%H") || says("%I"))
    iso.clock = says("%S") ? ClockPrecision::second : ClockPrecision::minute;
  return iso;
}

TimeFormat time_format_named(const std::string& text) {
  for (const UnitForm& one : kUnits) {
    if (text == one.name) return {.date = "", .unit = one.unit};
  }
  const auto refuse = [](const std::string& what, const std::string& got) {
    throw Error(ErrorCode::usage, {.where = "--time-format",
                                   .what = what,
                                   .expected = "directives such as %d.%m.%Y %H:%M, or one of unix, "
                                               "unix-ms, unix-us, unix-ns, excel",
                                   .got = got,
                                   .hint = ""});
  };
  const std::optional<std::string> unknown = unknown_directive(text);
  if (unknown) refuse("an unknown directive", *unknown);
  if (text.find("%Y") == std::string::npos && text.find("%y") == std::string::npos &&
      text.find("%G") == std::string::npos) {
    refuse("a format without a year", "'" + text + "'");
  }
  return {.date = text, .whole = true};
}

std::string name_of(const TimeFormat& form) {
  return form.unit != TimeUnit::none ? unit_form(form.unit).name : form.date;
}

}  // namespace sluice::data
