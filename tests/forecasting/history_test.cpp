// How far a forecast looks back: what a model says of it, and that this is so.
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/network.hpp"
#include "forecasting/forecast_next.hpp"
#include "forecasting/series.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRows = 307;

// Two targets of which one begins late, and a past column.
data::Table table() {
  return table_of({{"y", wave(kRows, 3)}, {"z", random_walk(kRows, 7)}, {"x", noise(kRows, 5)}});
}

data::Table last_rows(const data::Table& table, std::size_t rows) {
  data::Table tail = table;
  for (data::Column& column : tail.columns)
    column.values.erase(column.values.begin(), column.values.end() - static_cast<long>(rows));
  tail.lines.resize(rows);
  return tail;
}

ForecastModel trained(std::size_t hidden, std::size_t lags, std::optional<std::size_t> window) {
  ForecastOptions options = small_options(3);
  options.features.targets = {"y", "z"};
  options.hidden = hidden;
  options.lags = lags;
  options.epochs = 1;
  if (window) {
    options.window = window;
    options.chunk.reset();
  }
  ForecastModel model = train_forecast(table(), options).model;
  if (model.network) {
    model.alpha = 0.5;  // whatever it earned: a forecast depends on every part
    model.network->set_parameters(initial_parameters(model.network->architecture(), {.seed = 5}));
  }
  return model;
}

// Whether the forecast of the last `rows` rows is that of all, to the bit.
bool as_from_all(const ForecastModel& model, std::size_t rows) {
  const std::vector<double> all = forecast_next(model, table()).forecasts.values;
  return forecast_next(model, last_rows(table(), rows), ShortHistory::allow).forecasts.values ==
         all;
}

TEST(History, ALinearModelNeedsItsLagsAndNoMore) {
  const ForecastModel model = trained(0, 7, {});
  EXPECT_EQ(model.rows_needed(), 7u);
  EXPECT_TRUE(as_from_all(model, 7));
  EXPECT_FALSE(as_from_all(model, 6));
  EXPECT_EQ(trained(0, 1, {}).rows_needed(), 1u);
  EXPECT_EQ(trained(0, 0, {}).rows_needed(), 1u);
  EXPECT_TRUE(as_from_all(trained(0, 0, {}), 1));
}

TEST(History, AWindowNeedsTheLagsOrTheSeasonBeforeItsFirstRow) {
  const ForecastModel model = trained(3, 5, 8);
  ASSERT_EQ(model.period, 12u);
  EXPECT_EQ(model.rows_needed(), 12u + 7u);
  EXPECT_TRUE(as_from_all(model, model.rows_needed()));
  EXPECT_FALSE(as_from_all(model, model.rows_needed() - 1));
  EXPECT_EQ(trained(3, 20, 8).rows_needed(), 20u + 7u);
}

TEST(History, ACarriedLstmNeedsToBeRunInWhereItHasASay) {
  ForecastModel model = trained(3, 5, {});
  EXPECT_EQ(model.rows_needed(), 12u + 16u);
  model.alpha = 0.0;
  EXPECT_EQ(model.rows_needed(), 5u);
}

TEST(History, IsCountedFromTheFirstRowByWhichEveryTargetHadAValue) {
  const ForecastModel model = trained(0, 7, {});
  data::Table late = last_rows(table(), 11);
  for (std::size_t row = 0; row < 3; ++row) late.columns[1].values[row] = kMissing;
  late.columns[0].values[0] = late.columns[0].values[9] = kMissing;
  data::Frame frame = data::make_frame(model.features, late);
  EXPECT_EQ(frame.history(10), 8u);
  EXPECT_EQ(frame.history(3), 1u);
  EXPECT_EQ(frame.history(2), 0u);
  EXPECT_FALSE(forecast_next(model, late).short_history);
  late.columns[1].values[3] = late.columns[1].values[4] = kMissing;
  frame = data::make_frame(model.features, late);
  EXPECT_EQ(frame.history(10), 6u);
  EXPECT_TRUE(forecast_next(model, late, ShortHistory::allow).short_history);
}

TEST(History, TooLittleIsRefusedWithFileRowsAndWhatToDo) {
  const ForecastModel model = trained(0, 7, {});
  EXPECT_FALSE(forecast_next(model, last_rows(table(), 7)).short_history);
  try {
    forecast_next(model, last_rows(table(), 6));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::data);
    const std::string text = error.what();
    for (const char* part : {"made.csv", "at least 7 rows", "got 6", "--allow-short"})
      EXPECT_NE(text.find(part), std::string::npos) << part << ": " << text;
  }
}

}  // namespace
}  // namespace sluice::forecasting
