// Which origins are scored, and with what bounds.
#include "forecasting/backtest.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "forecasting/series.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kHorizon = 3;

forecasting::ForecastModel trained(const std::vector<double>& y, std::size_t lags,
                                   std::optional<data::Bounds> bounds = {}) {
  forecasting::ForecastOptions options = forecasting::small_options(kHorizon);
  options.hidden = 0;
  options.lags = lags;
  options.features.bounds = bounds;
  return forecasting::train_forecast(forecasting::table_of({{"y", y}}), options).model;
}

std::string refusal(const forecasting::ForecastModel& model, const data::Table& table) {
  try {
    backtest(model, table, {.all_rows = true});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Backtest, OriginsWithLessHistoryThanTheModelLooksBackOnAreLeftOutAndCounted) {
  const forecasting::ForecastModel model = trained(forecasting::wave(400, 3), 12);
  std::vector<double> fresh = forecasting::wave(37, 5);
  fresh[0] = fresh[1] = forecasting::kMissing;
  const data::Table table = forecasting::table_of({{"y", fresh}});
  const Backtest scored = backtest(model, table, {.all_rows = true});
  EXPECT_EQ(scored.without_history, 2u + 11u);
  EXPECT_EQ(scored.origins, 37u - kHorizon - 13u);
  EXPECT_EQ(scored.first_origin, "14");
  const Backtest all = backtest(model, table, {.all_rows = true, .allow_short = true});
  EXPECT_EQ(all.origins, 37u - kHorizon);
  EXPECT_EQ(all.without_history, 13u);
  EXPECT_GT(all.targets[0].model.all.mae, scored.targets[0].model.all.mae);
}

TEST(Backtest, NoOriginWithHistoryIsAnError) {
  const forecasting::ForecastModel model = trained(forecasting::wave(400, 3), 12);
  const std::vector<double> fresh = forecasting::wave(14, 5);
  const std::string text = refusal(model, forecasting::table_of({{"y", fresh}}));
  for (const char* part : {"at least 12 rows", "got 11", "--allow-short"})
    EXPECT_NE(text.find(part), std::string::npos) << part << ": " << text;
  EXPECT_EQ(refusal(model, forecasting::table_of({{"y", forecasting::wave(15, 5)}})), "");
}

TEST(Backtest, TheModelItsLinearPartAndTheRidgeBaselineHaveTheSameBounds) {
  std::vector<double> y = forecasting::noise(500, 3);
  for (std::size_t row = 0; row < y.size(); ++row)
    y[row] = row % 5 == 0 ? std::abs(y[row]) * 10 : 0.0;
  forecasting::ForecastModel model = trained(y, 1, data::Bounds{});
  const data::Table table = forecasting::table_of({{"y", y}});
  const auto scores = [&] {
    const Backtest scored = backtest(model, table);
    const TargetBacktest& target = scored.targets[0];
    EXPECT_EQ(target.baselines.back().name, "ridge");
    return std::vector<double>{target.baselines.back().all.mae, target.linear.all.mae,
                               target.model.all.mae};
  };
  for (const double mae : scores()) EXPECT_LT(mae, 3.0);
  // Most values are 0, and now no forecast comes nearer to them than 5.
  model.features.targets[0].bounds = {.low = 5.0, .high = 5.5};
  for (const double mae : scores()) EXPECT_GT(mae, 4.0);
}

TEST(Backtest, WithoutTimesRowsInFrontMoveWhatTheModelHasSeen) {
  const std::vector<double> y = forecasting::wave(400, 3);
  const forecasting::ForecastModel model = trained(y, 12);
  const Backtest plain = backtest(model, forecasting::table_of({{"y", y}}));
  EXPECT_EQ(plain.seen_rows, 320u);
  EXPECT_EQ(plain.first_origin, "320");
  std::vector<double> longer = forecasting::wave(150, 9);
  longer.insert(longer.end(), y.begin(), y.end());
  const Backtest moved = backtest(model, forecasting::table_of({{"y", longer}}));
  EXPECT_EQ(moved.seen_rows, 470u);
  EXPECT_EQ(moved.first_origin, "470");
  EXPECT_EQ(moved.origins, plain.origins);
  const std::vector<double> shorter(y.begin() + 270, y.end());
  const Backtest cut = backtest(model, forecasting::table_of({{"y", shorter}}));
  EXPECT_EQ(cut.seen_rows, 50u);
  EXPECT_EQ(cut.origins, plain.origins);
  EXPECT_EQ(cut.targets[0].model.all.mae, plain.targets[0].model.all.mae);
}

TEST(Backtest, WithoutTimesRowsThatAreNotThoseOfTheTrainingAreRefused) {
  std::vector<double> y = forecasting::wave(400, 3);
  y[305] = forecasting::kMissing;
  forecasting::ForecastModel model = trained(y, 12);
  std::vector<double> other = y;
  other[310] += 0.001;
  const data::Table table = forecasting::table_of({{"y", other}});
  try {
    backtest(model, table);
    ADD_FAILURE() << "scored";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"made.csv", "cannot be told", "the last 32 rows", "--all"})
      EXPECT_NE(text.find(part), std::string::npos) << part << ": " << text;
  }
  EXPECT_NO_THROW(backtest(model, table, {.all_rows = true}));
  EXPECT_NO_THROW(backtest(model, forecasting::table_of({{"y", y}})));
  model.last_rows.clear();  // as older models are
  EXPECT_EQ(backtest(model, table).seen_rows, 320u);
}

TEST(Backtest, WithoutTimesTheLastOfSeveralPlacesCounts) {
  const std::vector<double> y = forecasting::wave(400, 3);
  const forecasting::ForecastModel model = trained(y, 12);
  std::vector<double> twice(y.begin() + 100, y.begin() + 350);
  twice.insert(twice.end(), y.begin() + 200, y.end());
  EXPECT_EQ(backtest(model, forecasting::table_of({{"y", twice}})).seen_rows, 250u + 120u);
}

TEST(Backtest, AModelOfFewRowsSaysThatItHasSeenThemAll) {
  forecasting::ForecastOptions options;
  options.features.targets = {"y"};
  const data::Table table = forecasting::table_of({{"y", forecasting::random_walk(40, 3)}});
  const forecasting::ForecastModel model = forecasting::train_forecast(table, options).model;
  try {
    backtest(model, table);
    FAIL() << "not refused";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"fitted on all", "rolling origins", "--all"})
      EXPECT_NE(text.find(part), std::string::npos) << part << ": " << text;
  }
  EXPECT_GT(backtest(model, table, {.all_rows = true}).origins, 30u);
}

}  // namespace
}  // namespace sluice::forecasting
