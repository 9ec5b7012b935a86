#include "data/calendar_time.hpp"

#include <fmt/format.h>

#include <chrono>

namespace sluice::data {
namespace {

std::chrono::year_month_day date_of(int year, int month, int day) {
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

std::int64_t days_since_1970(const std::chrono::year_month_day& date) {
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

}  // namespace

CalendarTime calendar_time(Timestamp wall) {
  const std::int64_t days = day_of(wall);
  const std::int64_t within = wall - days * kDay;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days(days)}};
  const int year = static_cast<int>(date.year());
  return {.year = year,
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .hour = static_cast<int>(within / kHour),
          .minute = static_cast<int>(within % kHour / kMinute),
          .second = static_cast<int>(within % kMinute / kSecond),
          .microsecond = static_cast<int>(within % kSecond),
          .weekday = weekday_of(days),
          .day_of_year = static_cast<int>(days - days_since_1970(date_of(year, 1, 1))),
          .month_end = date.day() == (date.year() / date.month() / std::chrono::last).day()};
}

int days_in_month(int year, int month) {
  const std::chrono::year_month_day first = date_of(year, month, 1);
  return static_cast<int>(
      static_cast<unsigned>((first.year() / first.month() / std::chrono::last).day()));
}

std::optional<std::int64_t> day_of_date(int year, int month, int day) {
  if (month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date = date_of(year, month, day);
  if (!date.ok()) return std::nullopt;
  return days_since_1970(date);
}

std::string iso_text(Timestamp wall) {
  const CalendarTime at = calendar_time(wall);
  std::string text =
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute);
  if (at.second != 0 || at.microsecond != 0) text += fmt::format(":{:02}", at.second);
  if (at.microsecond == 0) return text;
  text += fmt::format(".{:06}", at.microsecond);
  return text.substr(0, text.find_last_not_of('0') + 1);
}

}  // namespace sluice::data
