// Times against the C library's calendar, and the forms in which people write them.
#include "data/calendar_time.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

#include "core/random.hpp"

namespace sluice::data {
namespace {

constexpr Timestamp kNoon = 1467374400;  // 2016-07-01 12:00:00 UTC

Timestamp read(const std::string& text) {
  const auto parsed = parse_time(text);
  EXPECT_TRUE(parsed && parsed->whole_seconds) << text;
  return parsed ? parsed->time : -1;
}

TEST(CalendarTime, ReadsEveryFormOfATime) {
  EXPECT_EQ(read("2016-07-01 12:00"), kNoon);
  EXPECT_EQ(read("2016-07-01 12:00:07"), kNoon + 7);
  EXPECT_EQ(read("2016-07-01T12:00:07"), kNoon + 7);
  EXPECT_EQ(read("2016-07-01T12:00:07Z"), kNoon + 7);
  EXPECT_EQ(read("2016-07-01 12:00:07.000"), kNoon + 7);
  EXPECT_EQ(read("2016-07-01 14:30+02:30"), kNoon);
  EXPECT_EQ(read("2016-07-01T14:30:00.0+0230"), kNoon);
  EXPECT_EQ(read("2016-07-01T07:00:00-05"), kNoon);
  EXPECT_EQ(read("2016-07-01"), kNoon - 12 * 3600);
  EXPECT_EQ(read("2016-07"), kNoon - 12 * 3600);
  EXPECT_EQ(read("1969-12-31 23:59:58"), -2);
  EXPECT_EQ(read("1749-01"), -6974035200);
}

TEST(CalendarTime, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2016",
                           "2016-",
                           "2016-7-1",
                           "16-07-01",
                           "2016-13",
                           "2016-00",
                           "2016-02-30",
                           "2015-02-29",
                           "1900-02-29",
                           "2016-07-32",
                           "2016-07-00",
                           "2016-07-01 ",
                           "2016-07-01T",
                           "2016-07-01 24:00",
                           "2016-07-01 12",
                           "2016-07-01 12:60",
                           "2016-07-01 12:00:60",
                           "2016-07-01 12:00:00.",
                           "2016-07-01x12:00",
                           "2016-07-01 12:00 Z",
                           "2016-07-01 12:00+",
                           "2016-07-01 12:00+2",
                           "2016-07-01 12:00+02:",
                           "2016-07-01 12:00+24:00",
                           "2016-07-01Z",
                           "2016-07 12:00",
                           "2016/07/01",
                           "01.07.2016",
                           "1467374400",
                           "2016-07-01 12:00:00Zx",
                           "2016-07-01 1a:00"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(CalendarTime, SaysWhereAFractionWasDropped) {
  EXPECT_TRUE(parse_time("2016-07-01 12:00:00.000")->whole_seconds);
  EXPECT_FALSE(parse_time("2016-07-01 12:00:00.010")->whole_seconds);
}

TEST(CalendarTime, PrintsATimeAsItWasWritten) {
  for (const char* text :
       {"2016-07", "1749-01", "2016-02-29", "1931-12-31", "2016-07-01 12:05", "2016-07-01T12:05",
        "2016-07-01 12:05:09", "2016-07-01T12:05:09.000Z", "2016-07-01T00:05:09+05:30",
        "2016-07-01 23:05:09.0-0930", "2016-07-01T12:05+02"}) {
    const auto parsed = parse_time(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(format_time(parsed->time, parsed->format), text);
  }
  TimeFormat epoch;
  epoch.kind = TimeKind::epoch;
  EXPECT_EQ(format_time(kNoon, epoch), "1467374400");
}

TEST(CalendarTime, AgreesWithTheCLibrary) {
  TimeFormat format;
  format.kind = TimeKind::second;
  Random random(5);
  for (int i = 0; i < 20'011; ++i) {
    const auto time = static_cast<Timestamp>(random.uniform(-2e10, 1e11));
    const time_t c_time = time;
    struct tm expected {};
    ASSERT_NE(::gmtime_r(&c_time, &expected), nullptr);
    const CalendarTime at = calendar_time(time);
    EXPECT_EQ(at.year, expected.tm_year + 1900);
    EXPECT_EQ(at.month, expected.tm_mon + 1);
    EXPECT_EQ(at.day, expected.tm_mday);
    EXPECT_EQ(at.hour, expected.tm_hour);
    EXPECT_EQ(at.minute, expected.tm_min);
    EXPECT_EQ(at.second, expected.tm_sec);
    EXPECT_EQ(at.weekday, (expected.tm_wday + 6) % 7);
    EXPECT_EQ(at.day_of_year, expected.tm_yday);
    EXPECT_EQ(at.month_end, calendar_time(time + 86400).month != at.month);
    EXPECT_EQ(read(format_time(time, format)), time);
  }
}

TEST(CalendarTime, WidensAFormatToTheFinestThatARowNeeds) {
  TimeFormat format = parse_time("2016-07-01")->format;
  EXPECT_TRUE(widen(format, parse_time("2016-07-01T12:00")->format));
  EXPECT_TRUE(widen(format, parse_time("2016-07-02")->format));
  EXPECT_EQ(format_time(kNoon, format), "2016-07-01T12:00");
  EXPECT_TRUE(widen(format, parse_time("2016-07-01T12:00:00.00")->format));
  EXPECT_EQ(format_time(kNoon, format), "2016-07-01T12:00:00.00");
  EXPECT_FALSE(widen(format, parse_time("2016-07-01T12:00Z")->format));
}

TEST(CalendarTime, PrintsInUtcWhereOffsetsDiffer) {
  TimeFormat format = parse_time("2016-03-27 01:00+01:00")->format;
  EXPECT_TRUE(widen(format, parse_time("2016-03-27 02:00+01:00")->format));
  EXPECT_FALSE(format.offsets_differ);
  EXPECT_TRUE(widen(format, parse_time("2016-03-27 03:00+02:00")->format));
  EXPECT_TRUE(format.offsets_differ);
  EXPECT_EQ(format_time(kNoon, format), "2016-07-01 12:00+00:00");
}

TEST(CalendarTime, StepsBySeconds) {
  const TimeStep step{.seconds = 1800};
  EXPECT_EQ(add_steps(kNoon, 48, step), read("2016-07-02 12:00"));
  EXPECT_EQ(add_steps(kNoon, -25, step), read("2016-06-30 23:30"));
}

TEST(CalendarTime, StepsByMonths) {
  const Timestamp start = read("2015-11-30 06:00");
  EXPECT_EQ(add_steps(start, 1, {.months = 1}), read("2015-12-30 06:00"));
  EXPECT_EQ(add_steps(start, 3, {.months = 1}), read("2016-02-29 06:00"));
  EXPECT_EQ(add_steps(start, 4, {.months = 1}), read("2016-03-30 06:00"));
  EXPECT_EQ(add_steps(start, 5, {.months = 3}), read("2017-02-28 06:00"));
  EXPECT_EQ(add_steps(start, -11, {.months = 1}), read("2014-12-30 06:00"));
  EXPECT_EQ(add_steps(start, 4, {.months = 1, .month_end = true}), read("2016-03-31 06:00"));
  EXPECT_EQ(add_steps(start, 400, {.months = 12}), read("2415-11-30 06:00"));
}

TEST(CalendarTime, CountsMonthsOnTheClockOfTheOffset) {
  const Timestamp start = read("2016-01-01T00:00:00+02:00");  // still December in UTC
  EXPECT_EQ(add_steps(start, 2, {.months = 1}, 7200), read("2016-03-01T00:00:00+02:00"));
}

TEST(CalendarTime, SaysAStepInWords) {
  EXPECT_EQ(describe({.seconds = 1}), "1 second");
  EXPECT_EQ(describe({.seconds = 90}), "90 seconds");
  EXPECT_EQ(describe({.seconds = 1800}), "30 minutes");
  EXPECT_EQ(describe({.seconds = 3600}), "1 hour");
  EXPECT_EQ(describe({.seconds = 5 * 86400}), "5 days");
  EXPECT_EQ(describe({.seconds = 7 * 86400}), "1 week");
  EXPECT_EQ(describe({.months = 1}), "1 month");
  EXPECT_EQ(describe({.months = 3}), "3 months");
  EXPECT_EQ(describe({.months = 12}), "1 year");
  EXPECT_EQ(describe({}), "unknown");
}

}  // namespace
}  // namespace sluice::data
