#include "data/calendar_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace sluice::data {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// A text that is read from its front.
struct Cursor {
  std::string_view rest;

  bool take(char ch) {
    if (rest.empty() || rest.front() != ch) return false;
    rest.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits as a number of at most `most`; -1 where there are none.
  int take_number(std::size_t count, int most) {
    if (rest.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return -1;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value <= most ? value : -1;
  }
};

std::chrono::year_month_day make_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  return {std::chrono::year(static_cast<int>(year)),
          std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

std::int64_t days_since_1970(const std::chrono::year_month_day& date) {
  const std::chrono::sys_days days = date;
  return days.time_since_epoch().count();
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// YYYY-MM or YYYY-MM-DD.
bool take_date(Cursor& cursor, ParsedTime& parsed) {
  const int year = cursor.take_number(4, 9999);
  if (year < 0 || !cursor.take('-')) return false;
  const int month = cursor.take_number(2, 12);
  if (month < 1) return false;
  int day = 1;
  parsed.format.kind = TimeKind::month;
  if (cursor.take('-')) {
    day = cursor.take_number(2, 31);
    parsed.format.kind = TimeKind::date;
  }
  const std::chrono::year_month_day date = make_date(year, month, std::max(day, 0));
  if (!date.ok()) return false;
  parsed.time = days_since_1970(date) * kDay;
  return true;
}

// The digits behind the point of the seconds.
bool take_fraction(Cursor& cursor, ParsedTime& parsed) {
  while (!cursor.rest.empty() && cursor.rest.front() >= '0' && cursor.rest.front() <= '9') {
    if (cursor.rest.front() != '0') parsed.whole_seconds = false;
    cursor.rest.remove_prefix(1);
    ++parsed.format.fraction_digits;
  }
  return parsed.format.fraction_digits > 0;
}

// HH:MM, HH:MM:SS or HH:MM:SS.fff.
bool take_clock(Cursor& cursor, ParsedTime& parsed) {
  const int hour = cursor.take_number(2, 23);
  if (hour < 0 || !cursor.take(':')) return false;
  const int minute = cursor.take_number(2, 59);
  if (minute < 0) return false;
  parsed.format.kind = TimeKind::minute;
  parsed.time += hour * kHour + minute * kMinute;
  if (!cursor.take(':')) return true;
  const int second = cursor.take_number(2, 59);
  if (second < 0) return false;
  parsed.format.kind = TimeKind::second;
  parsed.time += second;
  return !cursor.take('.') || take_fraction(cursor, parsed);
}

// Z, +HH:MM, +HHMM or +HH, or nothing.
bool take_zone(Cursor& cursor, ParsedTime& parsed) {
  parsed.format.zone = cursor.rest;
  if (cursor.rest.empty() || cursor.take('Z')) return true;
  const bool west = cursor.take('-');
  if (!west && !cursor.take('+')) return false;
  const int hours = cursor.take_number(2, 23);
  if (hours < 0) return false;
  int minutes = 0;
  if (!cursor.rest.empty()) {
    cursor.take(':');
    minutes = cursor.take_number(2, 59);
    if (minutes < 0) return false;
  }
  const std::int64_t offset = hours * kHour + minutes * kMinute;
  parsed.format.offset = west ? -offset : offset;
  parsed.time -= parsed.format.offset;
  return true;
}

}  // namespace

std::optional<ParsedTime> parse_time(std::string_view text) {
  ParsedTime parsed{.time = 0, .format = {}, .whole_seconds = true};
  Cursor cursor{text};
  if (!take_date(cursor, parsed)) return std::nullopt;
  if (cursor.rest.empty()) return parsed;
  if (parsed.format.kind != TimeKind::date) return std::nullopt;
  parsed.format.separator = cursor.rest.front();
  if (!cursor.take(' ') && !cursor.take('T')) return std::nullopt;
  if (!take_clock(cursor, parsed) || !take_zone(cursor, parsed) || !cursor.rest.empty())
    return std::nullopt;
  return parsed;
}

bool widen(TimeFormat& format, const TimeFormat& other) {
  if (format.zone.empty() != other.zone.empty()) return false;
  if (format.kind < TimeKind::minute) format.separator = other.separator;
  format.kind = std::max(format.kind, other.kind);
  format.fraction_digits = std::max(format.fraction_digits, other.fraction_digits);
  if (format.offset != other.offset) {
    format.zone = "+00:00";
    format.offset = 0;
    format.offsets_differ = true;
  }
  return true;
}

std::string format_time(Timestamp time, const TimeFormat& format) {
  if (format.kind == TimeKind::epoch) return fmt::format("{}", time);
  const CalendarTime at = calendar_time(time + format.offset);
  std::string text = fmt::format("{:04}-{:02}", at.year, at.month);
  if (format.kind >= TimeKind::date) text += fmt::format("-{:02}", at.day);
  if (format.kind >= TimeKind::minute) {
    text += fmt::format("{}{:02}:{:02}", format.separator, at.hour, at.minute);
  }
  if (format.kind >= TimeKind::second) text += fmt::format(":{:02}", at.second);
  if (format.fraction_digits > 0) text += fmt::format(".{:0>{}}", 0, format.fraction_digits);
  return text + format.zone;
}

CalendarTime calendar_time(Timestamp time) {
  const std::int64_t days = floor_divide(time, kDay);
  const std::int64_t seconds = time - days * kDay;
  const std::chrono::sys_days day{std::chrono::days(days)};
  const std::chrono::year_month_day date(day);
  const int year = static_cast<int>(date.year());
  return {.year = year,
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = static_cast<int>(seconds / kHour),
          .minute = static_cast<int>(seconds % kHour / kMinute),
          .second = static_cast<int>(seconds % kMinute),
          .weekday = static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1,
          .day_of_year = static_cast<int>(days - days_since_1970(make_date(year, 1, 1))),
          .month_end = date.day() == (date.year() / date.month() / std::chrono::last).day()};
}

Timestamp add_steps(Timestamp start, std::int64_t count, const TimeStep& step,
                    std::int64_t offset) {
  if (step.months == 0) return start + count * step.seconds;
  const Timestamp local = start + offset;
  const CalendarTime from = calendar_time(local);
  const std::int64_t months = std::int64_t{from.year} * 12 + from.month - 1 + count * step.months;
  const std::int64_t year = floor_divide(months, 12);
  const std::chrono::year_month_day first = make_date(year, months - year * 12 + 1, 1);
  const auto last = static_cast<int>(
      static_cast<unsigned>((first.year() / first.month() / std::chrono::last).day()));
  const int day = step.month_end ? last : std::min(from.day, last);
  const std::int64_t clock = local - floor_divide(local, kDay) * kDay;
  return (days_since_1970(first) + day - 1) * kDay + clock - offset;
}

std::string describe(const TimeStep& step) {
  struct Unit {
    std::int64_t size;
    const char* name;
  };
  constexpr std::array<Unit, 5> kSeconds{
      {{7 * kDay, "week"}, {kDay, "day"}, {kHour, "hour"}, {kMinute, "minute"}, {1, "second"}}};
  constexpr std::array<Unit, 2> kMonths{{{12, "year"}, {1, "month"}}};
  const auto in_words = [](std::int64_t size, const auto& units) {
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [size](const Unit& u) { return size % u.size == 0; });
    const std::int64_t count = size / unit->size;
    return fmt::format("{} {}{}", count, unit->name, count == 1 ? "" : "s");
  };
  if (!step.known()) return "unknown";
  return step.months > 0 ? in_words(step.months, kMonths) : in_words(step.seconds, kSeconds);
}

}  // namespace sluice::data
