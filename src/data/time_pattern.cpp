// An interpreter of strftime-like directives, for reading and for printing, with English names only
// and independent of the locale.
#include "data/time_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::data {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

char lower(char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch; }

bool take_word(Cursor& cursor, std::string_view word) {
  if (cursor.rest.size() < word.size()) return false;
  for (std::size_t n = 0; n < word.size(); ++n) {
    if (lower(cursor.rest[n]) != lower(word[n])) return false;
  }
  cursor.rest.remove_prefix(word.size());
  return true;
}

bool at_letter(const Cursor& cursor) {
  return !cursor.rest.empty() && lower(cursor.rest[0]) >= 'a' && lower(cursor.rest[0]) <= 'z';
}

// Index of the name in the list, from 0, matched in full or by its first three letters ("Sept"
// too).
template <std::size_t N>
int take_name(Cursor& cursor, const std::array<std::string_view, N>& names, bool whole) {
  for (std::size_t n = 0; n < N; ++n) {
    Cursor ahead = cursor;
    const bool taken = whole ? take_word(ahead, names[n])
                             : (names[n] == "September" && take_word(ahead, "Sept")) ||
                                   take_word(ahead, names[n].substr(0, 3));
    if (!taken || at_letter(ahead)) continue;
    ahead.take('.');
    cursor = ahead;
    return static_cast<int>(n);
  }
  return -1;
}

bool take_fraction(Cursor& cursor, DateFields& fields) {
  const std::size_t digits = cursor.digits();
  if (digits == 0 || digits > 9) return false;
  int value = 0;
  for (std::size_t n = 0; n < 6; ++n) value = value * 10 + (n < digits ? cursor.rest[n] - '0' : 0);
  fields.microsecond = value;
  fields.fraction_digits = static_cast<int>(std::min<std::size_t>(digits, 6));
  cursor.rest.remove_prefix(digits);
  return true;
}

bool take_half(Cursor& cursor, DateFields& fields) {
  cursor.skip_blanks();
  for (const auto& [word, half] : {std::pair("a.m.", 0), {"p.m.", 1}, {"am", 0}, {"pm", 1}}) {
    if (!take_word(cursor, word)) continue;
    fields.half = half;
    return !at_letter(cursor);
  }
  return false;
}

// Parses one directive. `joined`: its neighbour is a directive too, so widths are fixed.
bool take_directive(Cursor& cursor, char directive, bool joined, DateFields& fields) {
  const auto number = [&](int& to, std::size_t width, int least, int most) {
    const auto value = cursor.take_number(joined ? width : 1, width);
    if (!value || *value < least || *value > most) return false;
    to = *value;
    return true;
  };
  const auto day_or_month = [&](int& to, int most) {
    if (cursor.digits() == 1) fields.one_digit = true;
    return number(to, 2, 1, most);
  };
  switch (directive) {
    case 'Y':
    case 'G': {
      if (!joined && cursor.digits() != 4) return false;
      const auto year = cursor.take_number(4, 4);
      fields.year = year.value_or(-1);
      return year.has_value();
    }
    case 'y': {
      if (!joined && cursor.digits() != 2) return false;
      const auto year = cursor.take_number(2, 2);
      if (!year) return false;
      fields.year = *year + (*year < 69 ? 2000 : 1900);
      return true;
    }
    case 'm':
      return day_or_month(fields.month, 12);
    case 'd':
      return day_or_month(fields.day, 31);
    case 'j': {
      const auto day = cursor.take_number(3, 3);
      fields.day_of_year = day.value_or(0);
      return day.has_value() && *day >= 1 && *day <= 366;
    }
    case 'b':
    case 'B':
      fields.month = take_name(cursor, kMonths, directive == 'B') + 1;
      return fields.month > 0;
    case 'a':
    case 'A':
      fields.weekday = take_name(cursor, kWeekdays, directive == 'A') + 1;
      return fields.weekday > 0;
    case 'q':
      return number(fields.quarter, 1, 1, 4);
    case 'V': {
      const auto week = cursor.take_number(2, 2);
      fields.week = week.value_or(0);
      return week.has_value() && *week >= 1 && *week <= 53;
    }
    case 'u':
      return number(fields.weekday, 1, 1, 7);
    case 'H':
      return number(fields.hour, 2, 0, 24);
    case 'I':
      return number(fields.hour, 2, 1, 12);
    case 'M':
      return number(fields.minute, 2, 0, 59);
    case 'S':
      return number(fields.second, 2, 0, 59);
    case 'f':
      return take_fraction(cursor, fields);
    case 'p':
      return take_half(cursor, fields);
    case 'z':
      fields.offset_stated = take_offset(cursor, fields.offset);
      return fields.offset_stated;
    default:
      return cursor.take('%');
  }
}

std::optional<std::int64_t> day_number(const DateFields& at) {
  if (at.week > 0) {
    // Week 1 is the week with 4 January.
    const std::optional<std::int64_t> fourth = day_of_date(at.year, 1, 4);
    if (!fourth) return std::nullopt;
    const std::int64_t monday = *fourth - weekday_of(*fourth) + (at.week - 1) * 7;
    // Week 53 exists if its Thursday lies in the year.
    if (calendar_time((monday + 3) * kDay).year != at.year) return std::nullopt;
    return monday + std::max(0, at.weekday - 1);
  }
  if (at.day_of_year > 0) {
    const std::optional<std::int64_t> first = day_of_date(at.year, 1, 1);
    if (!first || at.day_of_year > 365 + (days_in_month(at.year, 2) == 29 ? 1 : 0))
      return std::nullopt;
    return *first + at.day_of_year - 1;
  }
  const int month = at.quarter > 0 ? 3 * at.quarter - 2 : at.month;
  const std::optional<std::int64_t> day = day_of_date(at.year, month, at.day);
  if (day && at.weekday > 0 && weekday_of(*day) != at.weekday - 1) return std::nullopt;
  return day;
}

}  // namespace

std::optional<int> Cursor::take_number(std::size_t least, std::size_t most) {
  const std::size_t count = std::min(digits(), most);
  if (count < least || count == 0) return std::nullopt;
  int value = 0;
  for (std::size_t n = 0; n < count; ++n) value = value * 10 + (rest[n] - '0');
  rest.remove_prefix(count);
  return value;
}

bool take_offset(Cursor& cursor, std::int64_t& offset) {
  cursor.skip_blanks();
  offset = 0;
  for (const std::string_view word : {"UTC", "GMT", "Z"}) {
    if (take_word(cursor, word)) return !at_letter(cursor);
  }
  const bool west = cursor.take('-');
  if (!west && !cursor.take('+')) return false;
  const std::optional<int> hours = cursor.take_number(2, 2);
  if (!hours || *hours > 23) return false;
  int minutes = 0;
  if (cursor.take(':') || cursor.at_digit()) {
    const std::optional<int> stated = cursor.take_number(2, 2);
    if (!stated || *stated > 59) return false;
    minutes = *stated;
  }
  offset = *hours * kHour + minutes * kMinute;
  if (west) offset = -offset;
  return true;
}

bool take_pattern(Cursor& cursor, std::string_view pattern, DateFields& fields) {
  for (std::size_t n = 0; n < pattern.size(); ++n) {
    if (pattern[n] != '%' || n + 1 == pattern.size()) {
      if (pattern[n] == ' ' && !cursor.rest.empty() && cursor.rest.front() == ' ') {
        cursor.skip_blanks();
      } else if (cursor.rest.empty() || lower(cursor.rest.front()) != lower(pattern[n])) {
        return false;
      } else {
        cursor.rest.remove_prefix(1);
      }
      continue;
    }
    const bool joined =
        (n >= 2 && pattern[n - 2] == '%') || (n + 2 < pattern.size() && pattern[n + 2] == '%');
    if (!take_directive(cursor, pattern[++n], joined, fields)) return false;
  }
  return true;
}

std::optional<Timestamp> wall_of(const DateFields& at) {
  if (at.year < 0) return std::nullopt;
  const std::optional<std::int64_t> day = day_number(at);
  if (!day) return std::nullopt;
  int hour = at.hour;
  if (at.half >= 0) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + 12 * at.half;
  }
  if (hour == 24 && (at.minute > 0 || at.second > 0 || at.microsecond > 0)) return std::nullopt;
  return *day * kDay + hour * kHour + at.minute * kMinute + at.second * kSecond + at.microsecond;
}

std::string print_pattern(Timestamp wall, std::string_view pattern, bool padded) {
  const CalendarTime at = calendar_time(wall);
  const auto two = [padded](int value) {
    return padded ? fmt::format("{:02}", value) : fmt::format("{}", value);
  };
  const int half_hour = at.hour % 12 == 0 ? 12 : at.hour % 12;
  // The ISO week belongs to the year of its Thursday.
  const CalendarTime thursday = calendar_time(wall + (3 - at.weekday) * kDay);
  std::string text;
  for (std::size_t n = 0; n < pattern.size(); ++n) {
    if (pattern[n] != '%' || n + 1 == pattern.size()) {
      text += pattern[n];
      continue;
    }
    const auto month = static_cast<std::size_t>(at.month - 1);
    const auto weekday = static_cast<std::size_t>(at.weekday);
    switch (pattern[++n]) {
      case 'Y':
        text += fmt::format("{:04}", at.year);
        break;
      case 'G':
        text += fmt::format("{:04}", thursday.year);
        break;
      case 'y':
        text += fmt::format("{:02}", at.year % 100);
        break;
      case 'm':
        text += two(at.month);
        break;
      case 'd':
        text += two(at.day);
        break;
      case 'j':
        text += fmt::format("{:03}", at.day_of_year + 1);
        break;
      case 'b':
        text += kMonths[month].substr(0, 3);
        break;
      case 'B':
        text += kMonths[month];
        break;
      case 'a':
        text += kWeekdays[weekday].substr(0, 3);
        break;
      case 'A':
        text += kWeekdays[weekday];
        break;
      case 'q':
        text += fmt::format("{}", (at.month + 2) / 3);
        break;
      case 'V':
        text += fmt::format("{:02}", thursday.day_of_year / 7 + 1);
        break;
      case 'u':
        text += fmt::format("{}", at.weekday + 1);
        break;
      case 'H':
        text += fmt::format("{:02}", at.hour);
        break;
      case 'I':
        text += two(half_hour);
        break;
      case 'M':
        text += fmt::format("{:02}", at.minute);
        break;
      case 'S':
        text += fmt::format("{:02}", at.second);
        break;
      case 'f':
        text += fmt::format("{:06}", at.microsecond);
        break;
      case 'p':
        text += at.hour < 12 ? "AM" : "PM";
        break;
      default:
        break;  // %z: the caller adds the offset
    }
  }
  return text;
}

std::optional<std::string> unknown_directive(std::string_view pattern) {
  constexpr std::string_view kKnown = "YymdjbBaAqGVuHIMSfpz%";
  for (std::size_t n = 0; n < pattern.size(); ++n) {
    if (pattern[n] != '%') continue;
    if (n + 1 == pattern.size()) return "%";
    if (kKnown.find(pattern[++n]) == std::string_view::npos)
      return "%" + std::string(1, pattern[n]);
  }
  return std::nullopt;
}

}  // namespace sluice::data
