// Times against the C library's calendar.
#include "data/calendar_time.hpp"

#include <gtest/gtest.h>

#include <ctime>

#include "core/random.hpp"

namespace sluice::data {
namespace {

TEST(CalendarTime, AgreesWithTheCLibrary) {
  Random random(5);
  for (int i = 0; i < 20'011; ++i) {
    const auto seconds = static_cast<std::int64_t>(random.uniform(-2e10, 1e11));
    const auto micros = static_cast<std::int64_t>(random.uniform(0, 1e6));
    const Timestamp time = seconds * kSecond + micros;
    const time_t c_time = seconds;
    struct tm expected {};
    ASSERT_NE(::gmtime_r(&c_time, &expected), nullptr);
    const CalendarTime at = calendar_time(time);
    EXPECT_EQ(at.year, expected.tm_year + 1900);
    EXPECT_EQ(at.month, expected.tm_mon + 1);
    EXPECT_EQ(at.day, expected.tm_mday);
    EXPECT_EQ(at.hour, expected.tm_hour);
    EXPECT_EQ(at.minute, expected.tm_min);
    EXPECT_EQ(at.second, expected.tm_sec);
    EXPECT_EQ(at.microsecond, micros);
    EXPECT_EQ(at.weekday, (expected.tm_wday + 6) % 7);
    EXPECT_EQ(at.day_of_year, expected.tm_yday);
    EXPECT_EQ(at.month_end, calendar_time(time + kDay).month != at.month);
    EXPECT_EQ(day_of_date(at.year, at.month, at.day), day_of(time));
    EXPECT_LE(at.day, days_in_month(at.year, at.month));
  }
}

TEST(CalendarTime, KnowsWhichDaysThereAre) {
  EXPECT_TRUE(day_of_date(2016, 2, 29));
  EXPECT_FALSE(day_of_date(2015, 2, 29));
  EXPECT_FALSE(day_of_date(1900, 2, 29));
  EXPECT_FALSE(day_of_date(2016, 13, 1));
  EXPECT_FALSE(day_of_date(2016, 0, 1));
  EXPECT_FALSE(day_of_date(2016, 4, 31));
}

TEST(CalendarTime, WritesIsoAsShortAsSaysAll) {
  const Timestamp noon = *day_of_date(2016, 7, 1) * kDay + 12 * kHour;
  EXPECT_EQ(iso_text(noon), "2016-07-01 12:00");
  EXPECT_EQ(iso_text(noon + 7 * kSecond), "2016-07-01 12:00:07");
  EXPECT_EQ(iso_text(noon + 250'000), "2016-07-01 12:00:00.25");
  EXPECT_EQ(iso_text(-1), "1969-12-31 23:59:59.999999");
}

}  // namespace
}  // namespace sluice::data
