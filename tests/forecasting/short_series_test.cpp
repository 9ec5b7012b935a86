// What is chosen for series that are too short for a validation part.
#include "forecasting/short_series.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "forecasting/forecast_next.hpp"
#include "forecasting/series.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRows = 55, kHorizon = 4;

ForecastOptions options_of(std::size_t horizon) {
  ForecastOptions options;
  options.features.targets = {"y"};
  options.horizon = horizon;
  return options;
}

ForecastModel trained(const std::vector<double>& y, const ForecastOptions& options) {
  return train_forecast(table_of({{"y", y}}), options).model;
}

std::string chosen(const ForecastModel& model) {
  const std::string& text = model.provenance.choice;
  return text.substr(3, text.find(':') - 3);  // behind "y, "
}

std::vector<double> next(const ForecastModel& model, const std::vector<double>& y,
                         std::size_t quantile) {
  const Forecasts made = forecast_next(model, table_of({{"y", y}})).forecasts;
  std::vector<double> values;
  for (std::size_t h = 0; h < model.horizon; ++h) values.push_back(made.at(0, 0, h, quantile));
  return values;
}

std::vector<double> line(std::size_t rows, double slope, double noise_size) {
  std::vector<double> y = noise(rows, 11);
  for (std::size_t row = 0; row < rows; ++row)
    y[row] = -50.0 + slope * static_cast<double>(row) + noise_size * y[row];
  return y;
}

std::vector<double> seasons(std::size_t rows, double slope) {
  const double shape[] = {9, -4, 3, -7, 1, 12, -8};
  std::vector<double> y = noise(rows, 13);
  for (std::size_t row = 0; row < rows; ++row)
    y[row] = shape[row % 7] + slope * static_cast<double>(row) + 0.2 * y[row];
  return y;
}

TEST(ShortSeries, AWalkKeepsItsLastValue) {
  const std::vector<double> y = random_walk(kRows, 3);
  const ForecastModel model = trained(y, options_of(kHorizon));
  EXPECT_EQ(chosen(model), "naive") << model.provenance.choice;
  for (const double value : next(model, y, 1)) EXPECT_NEAR(value, y.back(), 1e-9);
  EXPECT_EQ(model.rows_needed(), 1u);
  EXPECT_EQ(model.provenance.fitted_rows, kRows);
  EXPECT_EQ(model.split.train_end, kRows);
  EXPECT_NE(model.provenance.alpha_reason.find("too few"), std::string::npos);
}

TEST(ShortSeries, ALineIsContinued) {
  const std::vector<double> y = line(kRows, 3.0, 0.0);
  const std::vector<double> forecast = next(trained(y, options_of(kHorizon)), y, 1);
  for (std::size_t h = 0; h < kHorizon; ++h)
    EXPECT_NEAR(forecast[h], y.back() + 3.0 * static_cast<double>(h + 1), 1e-6);
}

TEST(ShortSeries, SeasonsComeAgainAndGrow) {
  for (const double slope : {0.0, 0.5}) {
    const std::vector<double> y = seasons(kRows, slope);
    ForecastOptions options = options_of(11);
    options.period = 7;
    const ForecastModel model = trained(y, options);
    EXPECT_EQ(chosen(model), slope > 0 ? "seasonal naive with drift" : "seasonal naive")
        << model.provenance.choice;
    EXPECT_EQ(model.rows_needed(), 7u);
    const std::vector<double> forecast = next(model, y, 1), truth = seasons(kRows + 11, slope);
    for (std::size_t h = 0; h < 11; ++h) EXPECT_NEAR(forecast[h], truth[kRows + h], 1.5) << h;
  }
}

TEST(ShortSeries, RidgeWinsWhereItIsClearlyBetter) {
  std::vector<double> y(59, 1.0);
  const std::vector<double> shocks = noise(59, 17);
  for (std::size_t row = 2; row < 59; ++row)
    y[row] = 1.2 * y[row - 1] - 0.9 * y[row - 2] + 0.1 * shocks[row];
  EXPECT_EQ(chosen(trained(y, options_of(2))), "ridge");
}

TEST(ShortSeries, RidgeIsNotTakenForALuckyGain) {
  std::size_t ridge = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    ridge += chosen(trained(random_walk(45, seed), options_of(2))) == "ridge" ? 1 : 0;
  EXPECT_LE(ridge, 9u) << "of 60 walks, on which nothing beats the last value";
}

TEST(ShortSeries, ARollingForecastSeesNothingOfWhatComesAfterIt) {
  // Errors of the first origins do not change with the last row, whatever it is.
  std::vector<double> y = line(kRows, 1.0, 2.0);
  const double before = trained(y, options_of(kHorizon)).provenance.validation_mae;
  y.back() += 1e4;
  const ForecastModel model = trained(y, options_of(kHorizon));
  const double origins = static_cast<double>(kRows - kHorizon - kRows / 2 + 1);
  // One value of one origin is off by so much; the same value is no one's input.
  EXPECT_NEAR(model.provenance.validation_mae, before + 1e4 / (origins * kHorizon),
              0.5 * before + 1e4 / (origins * kHorizon) * 0.01);
}

TEST(ShortSeries, IntervalsHoldWhatTheyShouldAndWidenWithTheHorizon) {
  double inside = 0.0, all = 0.0, first = 0.0, last = 0.0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::vector<double> whole = random_walk(40 + 6, seed);
    const std::vector<double> y(whole.begin(), whole.begin() + 40);
    const ForecastModel model = trained(y, options_of(6));
    const std::vector<double> low = next(model, y, 0), high = next(model, y, 2);
    for (std::size_t h = 0; h < 6; ++h) {
      inside += whole[40 + h] >= low[h] && whole[40 + h] <= high[h] ? 1.0 : 0.0;
      all += 1.0;
    }
    first += high[0] - low[0];
    last += high[5] - low[5];
  }
  RecordProperty("inside", std::to_string(inside / all));
  EXPECT_GT(inside / all, 0.68);
  EXPECT_LT(inside / all, 0.92);
  EXPECT_GT(last, 1.7 * first);
}

TEST(ShortSeries, AFileOfItSaysAgainWhatWasChosen) {
  const std::vector<double> y = seasons(kRows, 0.5);
  const ForecastModel model = trained(y, options_of(kHorizon));
  const std::string path = testing::TempDir() + "short.safetensors";
  formats::save_model(path, model);
  const formats::StoredModel stored = formats::load_model(path);
  EXPECT_EQ(stored.forecast->provenance.choice, model.provenance.choice);
  EXPECT_EQ(next(*stored.forecast, y, 0), next(model, y, 0));
}

TEST(ShortSeries, LagsThatAreAskedForAreKept) {
  ForecastOptions options = options_of(kHorizon);
  options.lags = 3;
  const ForecastModel model = trained(random_walk(kRows, 3), options);
  EXPECT_EQ(chosen(model), "ridge");
  EXPECT_EQ(model.linear[0].lags, 3u);
}

TEST(ShortSeries, MissingValuesAndOtherColumnsDoNoHarm) {
  std::vector<double> y = seasons(kRows, 0.5);
  for (std::size_t row = 2; row < kRows; row += 9) y[row] = kMissing;
  y[0] = kMissing;
  const data::Table table = table_of({{"y", y}, {"x", noise(kRows, 5)}});
  ForecastOptions options = options_of(kHorizon);
  options.period = 7;
  const ForecastModel model = train_forecast(table, options).model;
  const Forecasts made = forecast_next(model, table).forecasts;
  EXPECT_TRUE(std::all_of(made.values.begin(), made.values.end(),
                          [](double v) { return std::isfinite(v); }));
}

TEST(ShortSeries, TenRowsAreTheFewestAndAnLstmIsNotLeftOutWithoutAWord) {
  EXPECT_NO_THROW(trained(random_walk(10, 3), options_of(3)));
  EXPECT_THROW(trained(random_walk(9, 3), options_of(3)), Error);
  EXPECT_THROW(trained(random_walk(20, 3), options_of(7)), Error);
  ForecastOptions options = options_of(3);
  options.hidden = 8;
  EXPECT_THROW(trained(random_walk(59, 3), options), Error);
}

}  // namespace
}  // namespace sluice::forecasting
