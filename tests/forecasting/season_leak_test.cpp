// The seasons of a model are those of its training rows: what comes after has others, and louder.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "forecasting/forecast_trainer.hpp"
#include "forecasting/series.hpp"

namespace sluice::forecasting {
namespace {

TEST(Leak, SeasonsAreThoseOfTheTrainingRows) {
  constexpr std::size_t kRows = 601;
  std::vector<double> y = wave(kRows, 3);
  for (std::size_t row = kRows * 7 / 10; row < kRows; ++row) {
    y[row] += 200.0 * std::sin(2.0 * 3.14159265358979 * static_cast<double>(row) / 7.0);
  }
  ForecastOptions options = small_options(3);
  options.hidden = 0;
  const ForecastModel model = train_forecast(table_of({{"y", y}}), options).model;
  EXPECT_EQ(model.period, 12u);
  EXPECT_EQ(model.season, 12u);
}

}  // namespace
}  // namespace sluice::forecasting
