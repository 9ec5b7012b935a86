// Steps counted forward and back, over months, days of the week, holidays and sessions.
#include "data/time_step.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/random.hpp"
#include "data/time_forms.hpp"

namespace sluice::data {
namespace {

Timestamp at(const char* iso) { return *stored_time(iso); }
std::string after(const char* start, std::int64_t count, const TimeStep& step,
                  const Clock& clock = {}) {
  return iso_text(add_steps(at(start), count, step, clock));
}

constexpr unsigned kWeekdays = 0x1f;

TEST(TimeStep, CountsElapsedTime) {
  const TimeStep step{.micros = 30 * kMinute};
  EXPECT_EQ(after("2016-07-01 12:00", 48, step), "2016-07-02 12:00");
  EXPECT_EQ(after("2016-07-01 12:00", -25, step), "2016-06-30 23:30");
  EXPECT_EQ(after("2016-07-01 12:00", 3, {.micros = 100'000}), "2016-07-01 12:00:00.3");
}

TEST(TimeStep, CountsMonths) {
  EXPECT_EQ(after("2015-11-30 06:00", 1, {.months = 1, .day = 30}), "2015-12-30 06:00");
  EXPECT_EQ(after("2015-11-30 06:00", 3, {.months = 1, .day = 30}), "2016-02-29 06:00");
  EXPECT_EQ(after("2016-02-29 06:00", 1, {.months = 1, .day = 30}), "2016-03-30 06:00");
  EXPECT_EQ(after("2015-11-30", 5, {.months = 3, .day = 30}), "2017-02-28 00:00");
  EXPECT_EQ(after("2015-11-30", -11, {.months = 1, .day = 30}), "2014-12-30 00:00");
  EXPECT_EQ(after("2015-11-30", 4, {.months = 1, .month_day = MonthDay::last}), "2016-03-31 00:00");
  EXPECT_EQ(after("2015-10-30", 1, {.months = 1, .month_day = MonthDay::last_weekday}),
            "2015-11-30 00:00");
  EXPECT_EQ(after("2015-10-30", 3, {.months = 1, .month_day = MonthDay::last_weekday}),
            "2016-01-29 00:00");
  EXPECT_EQ(after("2015-10-01", 1, {.months = 1, .month_day = MonthDay::first_weekday}),
            "2015-11-02 00:00");
  EXPECT_EQ(after("2015-11-30 06:00", 400, {.months = 12, .day = 30}), "2415-11-30 06:00");
}

TEST(TimeStep, CountsDaysAndMonthsOnTheClock) {
  const Clock berlin = Clock::named("Europe/Berlin");
  EXPECT_EQ(after("2016-03-25 23:00", 1, {.micros = kDay}, berlin), "2016-03-26 23:00");
  EXPECT_EQ(after("2016-03-25 23:00", 2, {.micros = kDay}, berlin), "2016-03-27 22:00");
  EXPECT_EQ(after("2016-02-29 23:00", 1, {.months = 1, .day = 1}, berlin), "2016-03-31 22:00");
  EXPECT_EQ(after("2016-03-26 22:00", 5, {.micros = kHour}, berlin), "2016-03-27 03:00");
}

TEST(TimeStep, GoesFromFridayToMonday) {
  const TimeStep step{.micros = kDay, .weekdays = kWeekdays};
  EXPECT_EQ(after("2023-09-29", 1, step), "2023-10-02 00:00");
  EXPECT_EQ(after("2023-09-29", 5, step), "2023-10-06 00:00");
  EXPECT_EQ(after("2023-10-02", -1, step), "2023-09-29 00:00");
  EXPECT_EQ(after("1969-12-31", 3, step), "1970-01-05 00:00");
  EXPECT_EQ(steps_between(at("2023-09-29"), at("2023-09-30"), step, {}), std::nullopt);
}

TEST(TimeStep, GoesOverHolidays) {
  const TimeStep step{.micros = kDay,
                      .weekdays = kWeekdays,
                      .holidays = {day_of(at("2023-12-25")), day_of(at("2023-12-26")),
                                   day_of(at("2023-12-30"))}};  // a Saturday
  EXPECT_EQ(after("2023-12-22", 1, step), "2023-12-27 00:00");
  EXPECT_EQ(after("2023-12-22", 4, step), "2024-01-01 00:00");
  EXPECT_EQ(after("2024-01-01", -4, step), "2023-12-22 00:00");
}

TEST(TimeStep, GoesFromTheCloseToTheNextOpening) {
  const TimeStep step{.micros = 30 * kMinute,
                      .weekdays = kWeekdays,
                      .sessions = {{9 * kHour + 30 * kMinute, 11 * kHour + 30 * kMinute},
                                   {13 * kHour, 15 * kHour}}};
  EXPECT_EQ(after("2023-09-29 11:30", 1, step), "2023-09-29 13:00");
  EXPECT_EQ(after("2023-09-29 15:00", 1, step), "2023-10-02 09:30");
  EXPECT_EQ(after("2023-10-02 09:30", -1, step), "2023-09-29 15:00");
  EXPECT_EQ(after("2023-09-29 09:30", 10, step), "2023-10-02 09:30");
}

// Over random calendars: adding and counting are inverse, and steps are single.
TEST(TimeStep, AddingAndCountingAreInverse) {
  Random random(7);
  const auto draw = [&random](int most) { return static_cast<int>(random.uniform(0, most)); };
  for (int i = 0; i < 400; ++i) {
    TimeStep step{.micros = kDay, .weekdays = static_cast<unsigned>(1 + draw(127))};
    if (i % 2 == 1) {
      step.micros = kHour;
      const int begin = draw(10), end = begin + draw(10);
      step.sessions = {{begin * kHour, end * kHour}};
    }
    for (int n = draw(5); n > 0; --n) step.holidays.push_back(17'000 + draw(600));
    std::sort(step.holidays.begin(), step.holidays.end());
    step.holidays.erase(std::unique(step.holidays.begin(), step.holidays.end()),
                        step.holidays.end());
    if (!step.has_calendar()) continue;
    // The first time that the calendar has.
    Timestamp start = (17'000 + draw(300)) * kDay;
    while (!steps_between(start, start, step, {})) start += kHour;
    for (const std::int64_t count : {1, 2, 7, 40, 333, -1, -5, -41}) {
      const Timestamp there = add_steps(start, count, step, {});
      ASSERT_EQ(steps_between(start, there, step, {}), count) << i;
      ASSERT_EQ(add_steps(there, -count, step, {}), start) << i;
      ASSERT_EQ(add_steps(add_steps(start, count - 1, step, {}), 1, step, {}), there) << i;
    }
  }
}

TEST(TimeStep, SaysItInWords) {
  EXPECT_EQ(describe({.micros = kSecond}), "1 second");
  EXPECT_EQ(describe({.micros = 90 * kSecond}), "90 seconds");
  EXPECT_EQ(describe({.micros = 100'000}), "0.1 seconds");
  EXPECT_EQ(describe({.micros = kHour}), "1 hour");
  EXPECT_EQ(describe({.micros = 5 * kDay}), "5 days");
  EXPECT_EQ(describe({.micros = 7 * kDay}), "1 week");
  EXPECT_EQ(describe({.months = 3, .day = 1}), "3 months");
  EXPECT_EQ(describe({.months = 12, .day = 1}), "1 year");
  EXPECT_EQ(describe(TimeStep{}), "unknown");
  EXPECT_EQ(step_in_words({.micros = kDay, .weekdays = kWeekdays}), "1 day (Monday to Friday)");
  EXPECT_EQ(step_in_words({.micros = kDay, .weekdays = 0x4f}), "1 day (Sunday to Thursday)");
  EXPECT_EQ(step_in_words({.micros = kDay, .weekdays = 0x15}), "1 day (Monday, Wednesday, Friday)");
  EXPECT_EQ(step_in_words({.months = 1, .month_day = MonthDay::last_weekday}),
            "1 month (last business day)");
  EXPECT_EQ(step_in_words({.micros = 5 * kMinute,
                           .weekdays = kWeekdays,
                           .sessions = {{9 * kHour + 30 * kMinute, 16 * kHour}}}),
            "5 minutes (09:30 to 16:00, Monday to Friday)");
}

}  // namespace
}  // namespace sluice::data
