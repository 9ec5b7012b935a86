// A forecasting model row by row against the forecasts from the rows of the whole table, to the
// last bit.
#include "forecasting/forecast_stream.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "forecasting/forecast_trainer.hpp"
#include "forecasting/series.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

using forecasting::ForecastModel;
using forecasting::Forecasts;

constexpr std::size_t kRows = 311;

// Two targets, one with a logarithm and gaps; a past column with gaps; hours of the day.
const data::Table& table() {
  static const data::Table made = [] {
    std::vector<double> skewed = forecasting::wave(kRows, 3), past = forecasting::noise(kRows, 5);
    for (double& value : skewed) value = std::exp(0.3 * (value - 20.0));
    for (std::size_t row = 3; row < kRows; row += 11) skewed[row] = forecasting::kMissing;
    for (std::size_t row = 0; row < 20; ++row) past[row] = forecasting::kMissing;
    return forecasting::hourly(forecasting::table_of(
        {{"load", skewed}, {"price", forecasting::random_walk(kRows, 7)}, {"wind", past}}));
  }();
  return made;
}

ForecastModel trained(std::size_t window) {
  forecasting::ForecastOptions options = forecasting::small_options(3);
  options.features.targets = {"load", "price"};
  options.hidden = 3;
  options.layers = 2;
  options.lags = 5;
  options.epochs = 2;
  if (window > 0) {
    options.window = window;
    options.chunk.reset();
  }
  ForecastModel model = forecasting::train_forecast(table(), options).model;
  model.alpha = 0.5;  // whatever the LSTM learnt and earned: a forecast depends on every part
  model.network->set_parameters(initial_parameters(model.network->architecture(), {.seed = 5}));
  return model;
}

std::vector<double> row_of(const ForecastStream& stream, std::size_t row) {
  std::vector<double> values;
  for (const std::string& name : stream.columns()) values.push_back(table().at(name).values[row]);
  return values;
}

const Forecasts& push(ForecastStream& stream, std::size_t row) {
  return stream.push(row_of(stream, row), RowTime{table().time_at(row)});
}

void expect_as_the_table(const ForecastModel& model, std::size_t saved_at) {
  const data::Frame frame = data::make_frame(model.features, table());
  const Forecasts whole = forecasting::forecast(model, frame, 0, frame.rows);
  const std::size_t values = whole.targets * whole.horizon * whole.quantiles;
  auto stream = std::make_unique<ForecastStream>(model);
  for (std::size_t row = 0; row < frame.rows; ++row) {
    if (row == saved_at) {
      const std::vector<std::byte> saved = stream->save();
      stream = std::make_unique<ForecastStream>(model);
      for (std::size_t other = 250; other < 277; ++other) push(*stream, other);
      stream->restore(saved);
    }
    const Forecasts& now = push(*stream, row);
    ASSERT_EQ(now.values.size(), values);
    for (std::size_t n = 0; n < values; ++n)
      ASSERT_EQ(now.values[n], whole.values[row * values + n]) << "row " << row << ", value " << n;
    for (std::size_t n = 0; n < now.linear.size(); ++n)
      ASSERT_EQ(now.linear[n], whole.linear[row * now.linear.size() + n]) << "row " << row;
  }
}

TEST(ForecastStream, GivesTheForecastsOfTheWholeTableToTheBit) {
  const ForecastModel carried = trained(0);
  ASSERT_TRUE(carried.features.targets[0].mask);
  ASSERT_TRUE(carried.features.past[0].mask);
  ASSERT_FALSE(carried.features.calendar.empty());
  ASSERT_TRUE(carried.features.targets[0].scaler.log);
  expect_as_the_table(carried, kRows);
}

TEST(ForecastStream, GivesThemFromWindowsToo) { expect_as_the_table(trained(6), kRows); }

TEST(ForecastStream, GoesOnWhereItWasSavedToTheBit) {
  for (const std::size_t window : {0, 6}) {
    for (const std::size_t at : {0, 2, 100}) expect_as_the_table(trained(window), at);
  }
}

TEST(ForecastStream, RunsTheLinearPartAloneWhereTheLstmHasNoSay) {
  ForecastModel model = trained(0);
  model.alpha = 0.0;
  expect_as_the_table(model, 40);
  model.network.reset();
  expect_as_the_table(model, 40);
}

// Hours of the day are those of the data's clock, seven hours east of UTC; in a gap too.
TEST(ForecastStream, ReadsTheCalendarOnTheClockOfTheData) {
  constexpr std::int64_t kEast = 7 * data::kHour;
  ForecastModel model = trained(0);
  model.features.clock = "+07:00";
  data::Table east = table();
  east.clock = data::Clock::fixed(kEast);
  for (data::Column& column : east.columns) column.values[25] = forecasting::kMissing;
  const Forecasts whole =
      forecasting::forecast(model, data::make_frame(model.features, east), 0, kRows);
  ForecastStream stream(model);
  for (std::size_t row = 0; row < 60; ++row) {
    if (row == 25) continue;
    const Forecasts& now = stream.push(row_of(stream, row), RowTime{east.time_at(row)});
    for (std::size_t n = 0; n < now.values.size(); ++n)
      ASSERT_EQ(now.values[n], whole.values[row * now.values.size() + n]) << "row " << row;
  }
}

// A gap in the times is rows of missing values.
TEST(ForecastStream, FillsAGapOfWholeStepsWithMissingRows) {
  const ForecastModel model = trained(0);
  ForecastStream with_gap(model), filled(model);
  const std::vector<double> nothing(3, forecasting::kMissing);
  for (std::size_t row = 0; row < 60; ++row) {
    const bool missing = row % 13 == 11 || row % 13 == 12;
    const Forecasts& expected =
        missing ? filled.push(nothing, RowTime{table().time_at(row)}) : push(filled, row);
    if (missing) continue;
    ASSERT_EQ(push(with_gap, row).values, expected.values) << "row " << row;
  }
}

TEST(ForecastStream, RefusesALongGapAndAHugeValueAndChangesNothing) {
  const ForecastModel model = trained(0);
  ForecastStream stream(model), untouched(model);
  for (std::size_t row = 0; row < 30; ++row) {
    push(stream, row);
    push(untouched, row);
  }
  const auto far = static_cast<std::int64_t>(stream.longest_gap()) + 2;
  std::vector<double> values = row_of(stream, 30);
  const RowTime late{data::add_steps(table().time_at(29), far, model.features.step, {})};
  EXPECT_THROW(stream.push(values, late), Error);
  values[0] = 1e200;
  EXPECT_THROW(stream.push(values, RowTime{table().time_at(30)}), Error);
  for (std::size_t row = 30; row < 40; ++row)
    ASSERT_EQ(push(stream, row).values, push(untouched, row).values) << "row " << row;
  const RowTime allowed{data::add_steps(table().time_at(39), far - 1, model.features.step, {})};
  EXPECT_EQ(stream.missing_before(allowed), stream.longest_gap());
  EXPECT_NO_THROW(stream.push(row_of(stream, 41), allowed));
}

TEST(ForecastStream, RefusesTimesThatDoNotRiseByWholeStepsAndChangesNothing) {
  const ForecastModel model = trained(0);
  ForecastStream stream(model), untouched(model);
  for (std::size_t row = 0; row < 30; ++row) {
    push(stream, row);
    push(untouched, row);
  }
  const std::vector<double> values = row_of(stream, 30);
  const data::Timestamp last = table().time_at(29);
  for (const data::Timestamp time : {last, last - data::kHour, last + data::kHour / 2,
                                     last + data::kHour * 7 / 6, last + 1000000 * data::kHour})
    EXPECT_THROW(stream.push(values, RowTime{time}), Error) << time - last;
  EXPECT_EQ(push(stream, 30).values, push(untouched, 30).values);
}

TEST(ForecastStream, TakesATimeThatMissesTheGridALittleForItsPlaceOnIt) {
  const ForecastModel model = trained(0);
  ForecastStream late(model), exact(model);
  for (std::size_t row = 0; row < 40; ++row) {
    const data::Timestamp miss = static_cast<data::Timestamp>(row % 3) * data::kHour / 20;
    EXPECT_EQ(
        late.push(row_of(late, row), RowTime{table().time_at(row) + (row == 0 ? 0 : miss)}).values,
        push(exact, row).values);
  }
}

// Models of before do not say which clock they are on: that of the first row counts.
TEST(ForecastStream, KeepsAnOlderModelOnTheClockOfItsFirstRow) {
  ForecastModel model = trained(0);
  model.features.clock.clear();
  ForecastStream stream(model);
  push(stream, 0);
  const data::Timestamp next = table().time_at(1);
  EXPECT_THROW(stream.push(row_of(stream, 1), RowTime{next, 2 * data::kHour}), Error);
  EXPECT_NO_THROW(stream.push(row_of(stream, 1), RowTime{next}));
}

TEST(ForecastStream, IsWarmWhenItHasTheRowsThatTheModelLooksBackOn) {
  const ForecastModel model = trained(6);
  const std::size_t needed = model.rows_needed();
  ASSERT_GT(needed, 12u);
  auto stream = std::make_unique<ForecastStream>(model);
  EXPECT_EQ(stream->rows_missing(), needed);
  const std::vector<double> nothing(3, forecasting::kMissing);
  for (std::size_t row = 0; row < 5; ++row) {
    stream->push(nothing, RowTime{table().time_at(row)});
    EXPECT_EQ(stream->rows_missing(), needed) << "no target has had a value yet";
  }
  for (std::size_t row = 5; row < 5 + 3 * needed; ++row) {
    if (row == 9) continue;  // a gap in the times is a row
    push(*stream, row);
    const std::size_t there = row - 5 + 1;
    EXPECT_EQ(stream->rows_missing(), there < needed ? needed - there : 0) << "row " << row;
    EXPECT_EQ(stream->warm(), there >= needed);
    const std::vector<std::byte> saved = stream->save();
    stream = std::make_unique<ForecastStream>(model);
    stream->restore(saved);
  }
}

TEST(ForecastStream, RefusesColumnsKnownAhead) {
  ForecastModel model = trained(0);
  model.features.known.push_back(model.features.past[0]);
  EXPECT_THROW(ForecastStream{model}, Error);
}

TEST(ForecastStream, RefusesWhatItDidNotSave) {
  const ForecastModel model = trained(0);
  ForecastModel other = model;
  other.linear[0].bias[1] += 1.0;
  ForecastStream stream(model), stranger(other);
  for (std::size_t row = 0; row < 30; ++row) push(stream, row);
  const std::vector<std::byte> good = stream.save();
  const auto refused = [&](const std::vector<std::byte>& bytes) {
    try {
      stream.restore(bytes);
    } catch (const Error& error) {
      return error.code() == ErrorCode::model;
    }
    return false;
  };
  EXPECT_TRUE(refused(stranger.save()));
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::vector<std::byte> damaged = good;
    damaged[at] ^= std::byte{16};
    ASSERT_TRUE(refused(damaged)) << "byte " << at;
    damaged.resize(at);
    ASSERT_TRUE(refused(damaged)) << "cut at " << at;
  }
  stream.restore(good);
}

}  // namespace
}  // namespace sluice::forecasting
