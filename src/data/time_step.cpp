// Counts steps: months by month numbers, calendar steps by numbering the rows of all days
// (RowCount), other steps by division.
#include "data/time_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace sluice::data {
namespace {

bool is_business_day(std::int64_t day, const TimeStep& step) {
  return weekday_of(day) < 5 &&
         !std::binary_search(step.holidays.begin(), step.holidays.end(), day);
}

}  // namespace

std::int64_t row_day(int year, int month, const TimeStep& step) {
  const std::int64_t first = *day_of_date(year, month, 1);
  const int length = days_in_month(year, month);
  std::int64_t day = first + length - 1;
  switch (step.month_day) {
    case MonthDay::same:
      return first + std::min(step.day, length) - 1;
    case MonthDay::last:
      return day;
    case MonthDay::first_weekday:
      for (day = first; !is_business_day(day, step);) ++day;
      return day;
    case MonthDay::last_weekday:
      while (!is_business_day(day, step)) --day;
      return day;
  }
  return day;
}

namespace {

std::int64_t month_number(const CalendarTime& at) {
  return std::int64_t{at.year} * 12 + at.month - 1;
}

Timestamp add_months(Timestamp wall, std::int64_t months, const TimeStep& step) {
  const std::int64_t month = month_number(calendar_time(wall)) + months;
  const std::int64_t year = floor_divide(month, 12);
  const std::int64_t day =
      row_day(static_cast<int>(year), static_cast<int>(month - year * 12 + 1), step);
  return day * kDay + (wall - day_of(wall) * kDay);
}

// Numbers the rows of a calendar of days and sessions.
class RowCount {
 public:
  explicit RowCount(const TimeStep& step) : step_(step) {
    for (const Session& session : step.sessions)
      slots_ += (session.end - session.begin) / step.micros + 1;
    if (step.sessions.empty()) slots_ = std::max<std::int64_t>(1, kDay / step.micros);
  }

  /// nullopt if the calendar has no row at that time.
  std::optional<std::int64_t> number_of(Timestamp wall, std::int64_t phase) const {
    const std::int64_t day = day_of(wall);
    const std::optional<std::int64_t> slot = slot_of(wall - day * kDay, phase);
    if (!slot || !has_rows(day)) return std::nullopt;
    return days_before(day) * slots_ + *slot;
  }
  Timestamp wall_of(std::int64_t number, std::int64_t phase) const {
    const std::int64_t ordinal = floor_divide(number, slots_);
    return day_at(ordinal) * kDay + time_of(number - ordinal * slots_, phase);
  }

 private:
  bool has_rows(std::int64_t day) const {
    return (step_.weekdays >> weekday_of(day) & 1) != 0 &&
           !std::binary_search(step_.holidays.begin(), step_.holidays.end(), day);
  }

  // Days with rows before that day, counted from 1970-01-05, a Monday.
  std::int64_t days_before(std::int64_t day) const {
    constexpr std::int64_t kMonday = 4;
    const std::int64_t week = floor_divide(day - kMonday, 7);
    const auto in_week = static_cast<int>(day - kMonday - week * 7);
    std::int64_t days = week * std::popcount(step_.weekdays) +
                        std::popcount(step_.weekdays & ((1U << in_week) - 1));
    for (const std::int64_t holiday : step_.holidays) {
      if (holiday >= day) break;
      if ((step_.weekdays >> weekday_of(holiday) & 1) != 0) --days;
    }
    return days;
  }
  std::int64_t day_at(std::int64_t ordinal) const {
    // A day with days_before(day) <= ordinal, at most a few weeks early; holidays only move the
    // answer later.
    std::int64_t day = floor_divide(ordinal, std::popcount(step_.weekdays)) * 7 - 7;
    for (std::int64_t before = days_before(day); before < ordinal;) {
      const std::int64_t lacking = ordinal - before;
      day += lacking > 7 ? lacking : 1;
      before = days_before(day);
    }
    while (days_before(day) > ordinal) --day;
    while (!has_rows(day)) ++day;
    return day;
  }

  std::optional<std::int64_t> slot_of(std::int64_t time, std::int64_t phase) const {
    if (step_.sessions.empty()) {
      if (time < phase || (time - phase) % step_.micros != 0) return std::nullopt;
      return (time - phase) / step_.micros;
    }
    std::int64_t slots = 0;
    for (const Session& session : step_.sessions) {
      if (time < session.begin) return std::nullopt;
      if (time <= session.end) {
        if ((time - session.begin) % step_.micros != 0) return std::nullopt;
        return slots + (time - session.begin) / step_.micros;
      }
      slots += (session.end - session.begin) / step_.micros + 1;
    }
    return std::nullopt;
  }
  std::int64_t time_of(std::int64_t slot, std::int64_t phase) const {
    for (const Session& session : step_.sessions) {
      const std::int64_t count = (session.end - session.begin) / step_.micros + 1;
      if (slot < count) return session.begin + slot * step_.micros;
      slot -= count;
    }
    return phase + slot * step_.micros;
  }

  const TimeStep& step_;
  std::int64_t slots_ = 0;  // rows per day
};

// The time of day of a day's first row, on the grid of that row.
std::int64_t phase_of(Timestamp wall, const TimeStep& step) {
  const std::int64_t time = wall - day_of(wall) * kDay;
  return step.micros < kDay ? time % step.micros : time;
}

std::string in_words(std::int64_t size, std::int64_t unit, const char* name) {
  const std::int64_t count = size / unit;
  return fmt::format("{} {}{}", count, name, count == 1 ? "" : "s");
}

std::string clock_text(std::int64_t time) {
  const CalendarTime at = calendar_time(time);
  std::string text = fmt::format("{:02}:{:02}", at.hour, at.minute);
  return at.second == 0 ? text : text + fmt::format(":{:02}", at.second);
}

std::string days_in_words(unsigned weekdays) {
  constexpr std::array<const char*, 7> kNames{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                              "Friday", "Saturday", "Sunday"};
  const int count = std::popcount(weekdays);
  // Look for one run of consecutive weekdays, which may wrap around the week's end.
  for (int first = 0; first < 7 && count > 2; ++first) {
    unsigned run = 0;
    for (int n = 0; n < count; ++n) run |= 1U << (first + n) % 7;
    if (run == weekdays)
      return fmt::format("{} to {}", kNames[static_cast<std::size_t>(first)],
                         kNames[static_cast<std::size_t>((first + count - 1) % 7)]);
  }
  std::string text;
  for (std::size_t day = 0; day < 7; ++day) {
    if ((weekdays >> day & 1) != 0) text += (text.empty() ? "" : ", ") + std::string(kNames[day]);
  }
  return text;
}

}  // namespace

Timestamp add_steps(Timestamp start, std::int64_t count, const TimeStep& step, const Clock& clock) {
  if (count == 0) return start;
  if (!step.on_wall_clock()) return start + count * step.micros;
  const Timestamp wall = clock.wall(start);
  if (step.months > 0) return clock.time_of(add_months(wall, count * step.months, step));
  if (!step.has_calendar()) return clock.time_of(wall + count * step.micros);
  const RowCount rows(step);
  const std::int64_t phase = phase_of(wall, step);
  const std::optional<std::int64_t> number = rows.number_of(wall, phase);
  if (!number) return clock.time_of(wall + count * step.micros);
  return clock.time_of(rows.wall_of(*number + count, phase));
}

std::optional<std::int64_t> steps_between(Timestamp from, Timestamp to, const TimeStep& step,
                                          const Clock& clock) {
  if (!step.on_wall_clock()) {
    if ((to - from) % step.micros != 0) return std::nullopt;
    return (to - from) / step.micros;
  }
  const Timestamp first = clock.wall(from), last = clock.wall(to);
  if (step.months > 0) {
    const std::int64_t months =
        month_number(calendar_time(last)) - month_number(calendar_time(first));
    if (months % step.months != 0 || add_months(first, months, step) != last) return std::nullopt;
    return months / step.months;
  }
  if (!step.has_calendar()) {
    if ((last - first) % step.micros != 0) return std::nullopt;
    return (last - first) / step.micros;
  }
  const RowCount rows(step);
  const std::int64_t phase = phase_of(first, step);
  const std::optional<std::int64_t> a = rows.number_of(first, phase),
                                    b = rows.number_of(last, phase);
  if (!a || !b) return std::nullopt;
  return *b - *a;
}

std::string describe(const TimeStep& step) {
  if (!step.known()) return "unknown";
  if (step.months > 0) {
    return step.months % 12 == 0 ? in_words(step.months, 12, "year")
                                 : in_words(step.months, 1, "month");
  }
  struct Unit {
    std::int64_t size;
    const char* name;
  };
  constexpr std::array<Unit, 5> kUnits{{{7 * kDay, "week"},
                                        {kDay, "day"},
                                        {kHour, "hour"},
                                        {kMinute, "minute"},
                                        {kSecond, "second"}}};
  for (const Unit& unit : kUnits) {
    if (step.micros % unit.size == 0) return in_words(step.micros, unit.size, unit.name);
  }
  return fmt::format("{:g} seconds",
                     static_cast<double>(step.micros) / static_cast<double>(kSecond));
}

std::string describe_calendar(const TimeStep& step) {
  std::string text;
  const auto add = [&text](const std::string& words) {
    text += (text.empty() ? "" : ", ") + words;
  };
  if (step.months % 12 != 0 && step.month_day == MonthDay::last) add("month end");
  if (step.months > 0 && step.month_day == MonthDay::first_weekday) add("first business day");
  if (step.months > 0 && step.month_day == MonthDay::last_weekday) add("last business day");
  std::string sessions;
  for (const Session& session : step.sessions) {
    sessions += fmt::format("{}{} to {}", sessions.empty() ? "" : ", ", clock_text(session.begin),
                            clock_text(session.end));
  }
  if (!sessions.empty()) add(sessions);
  if (step.weekdays != kEveryDay) add(days_in_words(step.weekdays));
  return text;
}

std::string step_in_words(const TimeStep& step) {
  const std::string calendar = describe_calendar(step);
  return calendar.empty() ? describe(step) : fmt::format("{} ({})", describe(step), calendar);
}

}  // namespace sluice::data
