// Which inputs a model gets of a table, and the frame that they fill.
#include "data/features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "data/frame.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();

Table table_of(std::vector<Column> columns) {
  Table table;
  table.path = "made.csv";
  table.columns = std::move(columns);
  table.lines.assign(table.rows(), 0);
  return table;
}

// `rows` rows with times `step` apart, from Monday 2024-01-01 00:00; the target counts.
Table timed(std::size_t rows, TimeStep step) {
  std::vector<double> y(rows);
  for (std::size_t row = 0; row < rows; ++row) y[row] = static_cast<double>(row % 17);
  Table table = table_of({{"y", y}});
  table.time_name = "time";
  table.step = step;
  table.format.clock = ClockPrecision::minute;
  for (std::size_t row = 0; row < rows; ++row)
    table.times.push_back(
        add_steps(1704067200 * kSecond, static_cast<std::int64_t>(row), step, {}));
  return table;
}

std::string message(const Table& table, const FeatureRequest& request, std::size_t train_end) {
  try {
    describe_features(table, request, train_end);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Features, ScalersAndMasksComeFromTheTrainingRowsAlone) {
  const Table table = table_of({{"y", {1, 3, 5, 7, 1e9, kNone, 3}},
                                {"seen", {2, kNone, 4, 6, 0, 0, 0}},
                                {"whole", {0, 1, 0, 1, kNone, 1, 1}}});
  FeatureRequest request;
  request.targets = {"y"};
  const FeatureSpec spec = describe_features(table, request, 4);
  EXPECT_DOUBLE_EQ(spec.targets[0].scaler.mean, 4.0);
  EXPECT_FALSE(spec.targets[0].mask);
  ASSERT_EQ(spec.past.size(), 2u);
  EXPECT_DOUBLE_EQ(spec.past[0].scaler.mean, 4.0);
  EXPECT_TRUE(spec.past[0].mask);
  EXPECT_FALSE(spec.past[1].mask);
  EXPECT_EQ(spec.shared_width(), 3u);
}

TEST(Features, AMissingValueIsTheLastOneSeenAndAMaskSaysSo) {
  const Table table =
      table_of({{"y", {1, kNone, 3, 5, kNone, 7}}, {"x", {kNone, 10, kNone, kNone, 30, 20}}});
  FeatureRequest request;
  request.targets = {"y"};
  request.log = LogChoice::off;
  const FeatureSpec spec = describe_features(table, request, 6);
  const Frame frame = make_frame(spec, table);
  const Scaler &y = spec.targets[0].scaler, &x = spec.past[0].scaler;
  ASSERT_EQ(frame.rows, 6u);
  const std::vector<double> filled = {1, 1, 3, 5, 5, 7};
  for (std::size_t row = 0; row < 6; ++row)
    EXPECT_DOUBLE_EQ(frame.target[0][row], y.to_model(filled[row])) << row;
  EXPECT_EQ(frame.observed[0], (std::vector<std::uint8_t>{1, 0, 1, 1, 0, 1}));
  // x, then the masks of y and of x.
  ASSERT_EQ(spec.shared_width(), 3u);
  const double first = x.to_model(10), second = x.to_model(30), third = x.to_model(20);
  const std::vector<double> shared = {0,     0, 1, first,  1, 0, first, 0, 1,
                                      first, 0, 1, second, 1, 0, third, 0, 0};
  EXPECT_EQ(frame.shared, shared);
  EXPECT_EQ(frame.filled, 0u);
}

TEST(Features, CountsWhatItFillsWhereTheModelHasNoMask) {
  FeatureRequest request;
  request.targets = {"y"};
  const FeatureSpec spec =
      describe_features(table_of({{"y", {1, 3, 5, 7}}, {"x", {1, 2, 1, 2}}}), request, 4);
  const Frame frame =
      make_frame(spec, table_of({{"y", {1, kNone, 5, 7}}, {"x", {1, kNone, kNone, 2}}}));
  EXPECT_EQ(frame.filled, 3u);
}

TEST(Features, HistoryEndsWithTheLastTargetAndKnownColumnsGoOn) {
  const Table table = table_of({{"a", {1, 2, 3, 4, kNone, kNone, kNone}},
                                {"b", {2, 4, 2, 4, 2, kNone, kNone}},
                                {"k", {1, 0, 1, 0, 1, 0, 1}}});
  FeatureRequest request;
  request.targets = {"a", "b"};
  request.known = {"k"};
  const FeatureSpec spec = describe_features(table, request, 4);
  EXPECT_TRUE(spec.past.empty());
  const Frame frame = make_frame(spec, table);
  EXPECT_EQ(frame.rows, 5u);
  EXPECT_EQ(frame.future, 2u);
  ASSERT_EQ(frame.known.size(), 7u);
  EXPECT_DOUBLE_EQ(frame.known[6], spec.known[0].scaler.to_model(1));
  EXPECT_DOUBLE_EQ(frame.known[5], spec.known[0].scaler.to_model(0));
}

TEST(Features, AGapInTimeIsARowWithAMask) {
  Table table = timed(40, {.micros = 3600 * kSecond});
  table.columns[0].values[20] = kNone;  // as read_table fills a gap
  FeatureRequest request;
  request.targets = {"y"};
  const FeatureSpec spec = describe_features(table, request, 30);
  EXPECT_TRUE(spec.targets[0].mask);
  const Frame frame = make_frame(spec, table);
  const std::size_t width = spec.shared_width();
  EXPECT_EQ(frame.shared[20 * width + width - 1], 1.0);
  EXPECT_EQ(frame.shared[21 * width + width - 1], 0.0);
  EXPECT_EQ(frame.target[0][20], frame.target[0][19]);
}

TEST(Features, ACalendarInputNeedsAStepThatDividesItsCycleAndTwoCycles) {
  FeatureRequest request;
  request.targets = {"y"};
  const auto calendar = [&](std::size_t rows, TimeStep step) {
    return describe_features(timed(rows, step), request, rows).calendar;
  };
  using List = std::vector<Calendar>;
  EXPECT_EQ(calendar(47, {.micros = 3600 * kSecond}), List{});
  EXPECT_EQ(calendar(48, {.micros = 3600 * kSecond}), List{Calendar::hour});
  EXPECT_EQ(calendar(336, {.micros = 3600 * kSecond}), (List{Calendar::hour, Calendar::weekday}));
  EXPECT_EQ(calendar(400, {.micros = 43200 * kSecond}), (List{Calendar::hour, Calendar::weekday}));
  EXPECT_EQ(calendar(400, {.micros = 86400 * kSecond}), List{Calendar::weekday});
  EXPECT_EQ(calendar(731, {.micros = 86400 * kSecond}),
            (List{Calendar::weekday, Calendar::day_of_year}));
  EXPECT_EQ(calendar(24, {.months = 1, .day = 1}), List{Calendar::day_of_year});
  EXPECT_EQ(calendar(100, {.months = 12, .day = 1}), List{});
  EXPECT_EQ(calendar(500, {}), List{});
}

TEST(Features, CalendarInputsTurnWithTheClockOfTheFile) {
  Table table = timed(400, {.micros = 3600 * kSecond});
  table.clock = Clock::fixed(2 * kHour);  // written at +02:00: 02:00 where UTC has 00:00
  FeatureRequest request;
  request.targets = {"y"};
  const FeatureSpec spec = describe_features(table, request, 400);
  const Frame frame = make_frame(spec, table);
  ASSERT_EQ(spec.shared_width(), 4u);
  const double hour = 2 * std::numbers::pi * 5 / 24,
               week = 2 * std::numbers::pi * (1 + 5.0 / 24) / 7;
  const double* row = frame.shared.data() + 27 * 4;  // Tuesday 05:00 there
  EXPECT_NEAR(row[0], std::sin(hour), 1e-12);
  EXPECT_NEAR(row[1], std::cos(hour), 1e-12);
  EXPECT_NEAR(row[2], std::sin(week), 1e-12);
  EXPECT_NEAR(row[3], std::cos(week), 1e-12);
}

TEST(Features, CalendarPeriodsAreWholeNumbersOfSteps) {
  using List = std::vector<std::size_t>;
  EXPECT_EQ(calendar_periods({.micros = 1800 * kSecond}), (List{48, 336, 17520}));
  EXPECT_EQ(calendar_periods({.micros = 86400 * kSecond}), (List{7, 365}));
  EXPECT_EQ(calendar_periods({.micros = 7 * 86400 * kSecond}), List{});
  EXPECT_EQ(calendar_periods({.months = 1, .day = 1}), List{12});
  EXPECT_EQ(calendar_periods({.months = 3, .day = 1}), List{4});
  EXPECT_EQ(calendar_periods({.months = 12, .day = 1}), List{});
  EXPECT_EQ(calendar_periods({}), List{});
}

TEST(Features, RefusesATargetThatSaysNothingAndNamesIt) {
  const Table table = table_of({{"y", {1, 2, 3, 4, 5}},
                                {"constant", {7, 7, 7, 7, 8}},
                                {"empty", {kNone, kNone, kNone, kNone, 8}}});
  FeatureRequest request;
  request.targets = {"constant"};
  EXPECT_TRUE(has(message(table, request, 4), "'constant': the target is constant"));
  request.targets = {"empty"};
  EXPECT_TRUE(has(message(table, request, 4), "'empty': the target has no value"));
  request.targets = {"z"};
  EXPECT_TRUE(has(message(table, request, 4), "'z'"));
  request.targets = {"y", "y"};
  EXPECT_TRUE(has(message(table, request, 4), "'y' is named twice"));
  request.targets = {"y"};
  request.known = {"y"};
  EXPECT_TRUE(has(message(table, request, 4), "'y' is named twice"));
}

TEST(Features, RefusesATableThatIsNotLikeTheTrainingData) {
  FeatureRequest request;
  request.targets = {"y"};
  const FeatureSpec hours = describe_features(timed(60, {.micros = 3600 * kSecond}), request, 50);
  EXPECT_THROW(make_frame(hours, timed(60, {.micros = 1800 * kSecond})), Error);
  EXPECT_THROW(make_frame(hours, table_of({{"y", {1, 2, 3}}})), Error);
  EXPECT_THROW(make_frame(hours, table_of({{"z", {1, 2, 3}}})), Error);
  Table none = timed(3, {.micros = 3600 * kSecond});
  none.columns[0].values.assign(3, kNone);
  EXPECT_THROW(make_frame(hours, none), Error);
}

TEST(Features, RefusesTimesOnAnotherClock) {
  FeatureRequest request;
  request.targets = {"y"};
  Table table = timed(60, {.micros = kHour});
  const FeatureSpec local = describe_features(table, request, 50);
  table.clock = Clock::fixed(kHour);
  EXPECT_THROW(make_frame(local, table), Error);
  const FeatureSpec fixed = describe_features(table, request, 50);
  EXPECT_NO_THROW(make_frame(fixed, table));
  table.clock = Clock::fixed(0);  // instants all the same
  EXPECT_NO_THROW(make_frame(fixed, table));
  table.clock = {};
  EXPECT_THROW(make_frame(fixed, table), Error);
}

}  // namespace
}  // namespace sluice::data
