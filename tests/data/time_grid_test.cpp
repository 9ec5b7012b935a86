// The step of a grid of times and the rows on it; what is refused names line and times.
#include "data/time_grid.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/data_files.hpp"
#include "data/time_forms.hpp"

namespace sluice::data {
namespace {

using Places = std::vector<std::size_t>;

TimeColumn column_of(const std::vector<std::string>& times) {
  TimeReader reader("d.csv", "when", {.forms = time_forms(times[0])});
  for (std::size_t i = 0; i < times.size(); ++i) reader.add(times[i], {}, i + 2);
  return reader.finish();
}

TimeGrid grid_of(const std::vector<std::string>& times) { return find_grid(column_of(times)); }

std::string refusal_of(const std::vector<std::string>& times) {
  return refusal([&] { grid_of(times); });
}

TEST(TimeGrid, TakesTheCommonestDifferenceAsTheStep) {
  const TimeGrid grid =
      grid_of({"2016-07-01 00:00", "2016-07-01 03:00", "2016-07-01 04:00", "2016-07-01 05:00",
               "2016-07-01 07:00", "2016-07-01 09:00", "2016-07-01 10:00"});
  EXPECT_EQ(grid.step, (TimeStep{.micros = kHour}));
  EXPECT_EQ(grid.row_of, (Places{0, 3, 4, 5, 7, 9, 10}));
}

TEST(TimeGrid, TakesTheSmallerOfTwoCommonDifferences) {
  const TimeGrid grid = grid_of({"2016-07-01", "2016-07-03", "2016-07-04"});
  EXPECT_EQ(grid.step, (TimeStep{.micros = kDay}));
  EXPECT_EQ(grid.row_of, (Places{0, 2, 3}));
}

TEST(TimeGrid, ASingleRowHasNoStep) {
  const TimeGrid grid = grid_of({"2016-07-01"});
  EXPECT_FALSE(grid.step.known());
  EXPECT_EQ(grid.row_of, (Places{0}));
}

TEST(TimeGrid, CountsMonthsWhereTheDayOfTheMonthIsTheSame) {
  const TimeGrid grid = grid_of({"1749-01", "1749-02", "1749-03", "1749-06", "1749-07"});
  EXPECT_EQ(grid.step, (TimeStep{.months = 1, .day = 1}));
  EXPECT_EQ(grid.row_of, (Places{0, 1, 2, 5, 6}));
  EXPECT_EQ(grid_of({"2016-01-15 06:30", "2016-04-15 06:30", "2016-07-15 06:30"}).step,
            (TimeStep{.months = 3, .day = 15}));
  EXPECT_EQ(grid_of({"2017-01-01", "2018-01-01", "2019-01-01"}).step,
            (TimeStep{.months = 12, .day = 1}));
  EXPECT_EQ(grid_of({"2015-12-30", "2016-01-30", "2016-03-30"}).row_of, (Places{0, 1, 3}));
}

TEST(TimeGrid, CountsMonthsWhereAllAreEndsOfMonths) {
  const TimeGrid grid = grid_of({"2015-12-31", "2016-01-31", "2016-02-29", "2016-04-30"});
  EXPECT_EQ(grid.step, (TimeStep{.months = 1, .month_day = MonthDay::last}));
  EXPECT_EQ(grid.row_of, (Places{0, 1, 2, 4}));
}

TEST(TimeGrid, CountsMonthsOnTheClockOfTheFile) {
  EXPECT_EQ(
      grid_of({"2016-01-01T00:00+02:00", "2016-02-01T00:00+02:00", "2016-03-01T00:00+02:00"}).step,
      (TimeStep{.months = 1, .day = 1}));
}

TEST(TimeGrid, DaysAreNotMonths) {
  EXPECT_EQ(grid_of({"2016-02-28", "2016-02-29", "2016-03-01"}).step, (TimeStep{.micros = kDay}));
  EXPECT_EQ(
      grid_of({"2016-01-30 00:00", "2016-01-31 00:00", "2016-01-31 12:00", "2016-02-01 00:00"})
          .step,
      (TimeStep{.micros = kDay / 2}));
}

TEST(TimeGrid, ReadsAChangeOfOffsetAsWhatItIs) {
  const TimeGrid grid =
      grid_of({"2016-03-27 01:00+01:00", "2016-03-27 03:00+02:00", "2016-03-27 04:00+02:00"});
  EXPECT_EQ(grid.step, (TimeStep{.micros = kHour}));
  EXPECT_EQ(grid.row_of, (Places{0, 1, 2}));
}

TEST(TimeGrid, RefusesARepeatedTime) {
  EXPECT_EQ(
      refusal_of({"2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 01:00"}),
      "d.csv:4, column 'when': repeated time: expected one row per time, got '2016-07-01 01:00' "
      "after '2016-07-01 01:00' in line 3 (several series in one file want a column each)");
}

TEST(TimeGrid, RefusesAnUnorderedTime) {
  EXPECT_EQ(refusal_of({"2016-07-01 00:00", "2016-07-01 02:00", "2016-07-01 01:00"}),
            "d.csv:4, column 'when': unordered time: expected rows from old to new, got "
            "'2016-07-01 01:00' after '2016-07-01 02:00' in line 3 (--sort sorts the rows by time; "
            "several series in one file want a column each)");
  EXPECT_NE(
      refusal_of({"2016-07-03", "2016-07-02", "2016-07-01"}).find("the rows run from new to old"),
      std::string::npos);
}

TEST(TimeGrid, RefusesATimeOffTheGrid) {
  EXPECT_EQ(
      refusal_of({"2016-07-01 00:00", "2016-07-01 01:00", "2016-07-01 02:00", "2016-07-01 02:45"}),
      "d.csv:5, column 'when': time off the grid: expected whole steps of 1 hour, as between most "
      "rows, got '2016-07-01 02:45' after '2016-07-01 02:00' in line 4 (leave a missing row out or "
      "write it with empty cells, but at its time on the grid; --time none takes the rows as "
      "equally "
      "spaced)");
  EXPECT_NE(
      refusal_of({"2016-01", "2016-04", "2016-07", "2016-08"}).find("whole steps of 3 months"),
      std::string::npos);
}

TEST(TimeGrid, CountsDaysOnTheWallClockWhereOffsetsChange) {
  const TimeGrid grid = grid_of({"2016-03-25T00:00+01:00", "2016-03-26T00:00+01:00",
                                 "2016-03-27T00:00+01:00", "2016-03-28T00:00+02:00"});
  EXPECT_EQ(grid.step, (TimeStep{.micros = kDay}));
  EXPECT_EQ(grid.row_of, (Places{0, 1, 2, 3}));
}

TEST(TimeGrid, RefusesAGapThatNoMemoryShouldFill) {
  EXPECT_EQ(refusal_of({"2016-07-01 00:00:00", "2016-07-01 00:00:01", "2016-07-01 00:00:02",
                        "9016-07-01 00:00:03"}),
            "d.csv:5, column 'when': gaps too wide to fill: expected at most 100000 rows, 1 second "
            "apart, "
            "once gaps are filled, got '9016-07-01 00:00:03' after '2016-07-01 00:00:02' in line 4 "
            "(correct this time, or start the file after the gap)");
}

TEST(TimeGrid, FillsUpToAHundredThousandRowsOrTenTimesAsMany) {
  TimeColumn column = column_of({"2016-07-01 00:00:00", "2016-07-01 00:00:01"});
  column.times.push_back(column.times[0] + 99'999 * kSecond);
  column.lines.push_back(4);
  EXPECT_EQ(find_grid(column).row_of.back(), 99'999u);
  column.times.back() += kSecond;
  EXPECT_THROW(find_grid(column), Error);

  constexpr std::size_t kRows = 20'011;
  TimeColumn longer{
      .path = "d.csv", .name = "when", .times = {}, .lines = {}, .format = {}, .clock = {}};
  for (std::size_t row = 0; row < kRows; ++row) {
    longer.times.push_back(static_cast<Timestamp>(row) * kSecond);
    longer.lines.push_back(row + 2);
  }
  longer.times.back() = (10 * kRows - 1) * kSecond;
  EXPECT_EQ(find_grid(longer).row_of.back(), 10 * kRows - 1);
  longer.times.back() += kSecond;
  EXPECT_THROW(find_grid(longer), Error);
}

// Rows of days from Monday 2023-01-02 for `days` days, those of the week in `weekdays`.
std::vector<std::string> daily(int days, unsigned weekdays) {
  std::vector<std::string> times;
  for (std::int64_t day = 0; day < days; ++day) {
    if ((weekdays >> day % 7 & 1) != 0)
      times.push_back(iso_text((19'359 + day) * kDay).substr(0, 10));
  }
  return times;
}

TEST(TimeGrid, FindsTheDaysOfTheWeekThatHaveRows) {
  EXPECT_EQ(grid_of(daily(40, 0x1f)).step, (TimeStep{.micros = kDay, .weekdays = 0x1f}));
  EXPECT_EQ(grid_of(daily(40, 0x15)).step, (TimeStep{.micros = kDay, .weekdays = 0x15}));
  EXPECT_EQ(grid_of(daily(40, 0x4f)).step, (TimeStep{.micros = kDay, .weekdays = 0x4f}));
  EXPECT_EQ(grid_of(daily(40, 0x01)).step, (TimeStep{.micros = 7 * kDay}));
  EXPECT_EQ(grid_of(daily(40, 0x7f)).step, (TimeStep{.micros = kDay}));
  // Two weekends may be missing by chance.
  EXPECT_EQ(grid_of(daily(12, 0x1f)).step, (TimeStep{.micros = kDay}));
}

TEST(TimeGrid, ADayMissingOnACalendarIsAGap) {
  std::vector<std::string> times = daily(40, 0x1f);
  times.erase(times.begin() + 7);
  const TimeGrid grid = grid_of(times);
  EXPECT_EQ(grid.step, (TimeStep{.micros = kDay, .weekdays = 0x1f}));
  EXPECT_EQ(grid.row_of[6], 6u);
  EXPECT_EQ(grid.row_of[7], 8u);
}

TEST(TimeGrid, FindsTheHoursThatHaveRows) {
  std::vector<std::string> times;
  for (std::int64_t day = 0; day < 12; ++day) {
    for (std::int64_t half = 19; day % 7 < 5 && half <= 32; ++half)
      times.push_back(iso_text((19'359 + day) * kDay + half * 30 * kMinute));
  }
  const TimeStep step{.micros = 30 * kMinute,
                      .weekdays = 0x1f,
                      .sessions = {{9 * kHour + 30 * kMinute, 16 * kHour}}};
  const TimeGrid grid = grid_of(times);
  // Two weekends have not been seen: only the hours are certain, and Saturday came once.
  EXPECT_EQ(grid.step.sessions, step.sessions);
  EXPECT_EQ(grid.row_of.back() + 1 >= times.size(), true);
}

TEST(TimeGrid, MovesTimesThatMissTheGridALittle) {
  const TimeGrid grid =
      grid_of({"2016-07-01 00:00:01", "2016-07-01 00:02:00", "2016-07-01 00:04:02",
               "2016-07-01 00:06:00", "2016-07-01 00:10:01"});
  EXPECT_EQ(grid.step, (TimeStep{.micros = 2 * kMinute}));
  EXPECT_EQ(grid.row_of, (Places{0, 1, 2, 3, 5}));
  EXPECT_EQ(grid.snapped, 3u);
  EXPECT_EQ(grid.farthest, 2 * kSecond);
  EXPECT_EQ(iso_text(grid.start), "2016-07-01 00:00");
}

TEST(TimeGrid, FindsBusinessMonths) {
  EXPECT_EQ(grid_of({"2015-10-30", "2015-11-30", "2015-12-31", "2016-01-29"}).step,
            (TimeStep{.months = 1, .month_day = MonthDay::last_weekday}));
  EXPECT_EQ(grid_of({"2015-10-01", "2015-11-02", "2015-12-01"}).step,
            (TimeStep{.months = 1, .month_day = MonthDay::first_weekday}));
  EXPECT_EQ(grid_of({"2016-01-30", "2016-02-29", "2016-03-30"}).step,
            (TimeStep{.months = 1, .day = 30}));
}

}  // namespace
}  // namespace sluice::data
