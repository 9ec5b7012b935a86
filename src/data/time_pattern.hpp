// Parses and prints dates by directives such as %Y-%m-%d.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/calendar_time.hpp"

namespace sluice::data {

/// A text consumed from the front.
struct Cursor {
  std::string_view rest;

  bool take(char ch) {
    if (rest.empty() || rest.front() != ch) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool at_digit(std::size_t place = 0) const {
    return place < rest.size() && rest[place] >= '0' && rest[place] <= '9';
  }
  std::size_t digits() const {
    std::size_t count = 0;
    while (at_digit(count)) ++count;
    return count;
  }
  /// Takes `least` to `most` digits, as many as there are; nullopt if there are fewer.
  std::optional<int> take_number(std::size_t least, std::size_t most);
  void skip_blanks() {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  }
};

/// Fields that directives found in a text.
struct DateFields {
  int year = -1, month = 1, day = 1, day_of_year = 0, quarter = 0, week = 0, weekday = 0;
  int hour = 0, minute = 0, second = 0, microsecond = 0;
  int fraction_digits = 0;
  int half = -1;           ///< 0 AM, 1 PM; -1: not stated
  bool one_digit = false;  ///< A day or month has one digit.
  bool offset_stated = false;
  std::int64_t offset = 0;  ///< Microseconds ahead of UTC.
};

/// Consumes what the directives describe; false if the text does not begin so.
bool take_pattern(Cursor& cursor, std::string_view pattern, DateFields& fields);
/// Consumes Z, UTC, GMT, +02:00, +0200 or +02 after optional blanks; false if there is none.
bool take_offset(Cursor& cursor, std::int64_t& offset);
/// The wall-clock time; nullopt if the day or time does not exist.
std::optional<Timestamp> wall_of(const DateFields& fields);

/// Prints the wall-clock time. Without `padded`, days, months and hours of 1 to 12 are printed
/// without leading zeros.
std::string print_pattern(Timestamp wall, std::string_view pattern, bool padded);

/// The first invalid directive, or nullopt.
std::optional<std::string> unknown_directive(std::string_view pattern);

}  // namespace sluice::data
