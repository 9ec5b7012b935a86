// The baselines against values written out by hand.
#include "forecasting/baselines.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sluice::forecasting {
namespace {

const std::vector<double> kSeries = {2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0};

TEST(Baselines, NaiveRepeatsTheLastValue) {
  std::vector<double> out(3);
  naive(kSeries, 4, out);
  EXPECT_EQ(out, (std::vector<double>{11.0, 11.0, 11.0}));
}

TEST(Baselines, SeasonalNaiveRepeatsTheLastPeriod) {
  std::vector<double> out(7);
  seasonal_naive(kSeries, 5, 3, out);
  EXPECT_EQ(out, (std::vector<double>{7.0, 11.0, 13.0, 7.0, 11.0, 13.0, 7.0}));
  seasonal_naive(kSeries, 2, 3, out);
  EXPECT_EQ(out, (std::vector<double>{2.0, 3.0, 5.0, 2.0, 3.0, 5.0, 2.0}));
}

TEST(Baselines, SeasonalNaiveIsNaiveBeforeOnePeriodAndWithPeriodOne) {
  std::vector<double> out(2);
  seasonal_naive(kSeries, 1, 3, out);
  EXPECT_EQ(out, (std::vector<double>{3.0, 3.0}));
  seasonal_naive(kSeries, 6, 1, out);
  EXPECT_EQ(out, (std::vector<double>{17.0, 17.0}));
}

TEST(Baselines, DriftContinuesTheLineThroughFirstAndLast) {
  std::vector<double> out(3);
  drift(kSeries, 6, out);
  for (std::size_t h = 0; h < 3; ++h) {
    EXPECT_DOUBLE_EQ(out[h], 17.0 + 2.5 * static_cast<double>(h + 1));
  }
  drift(kSeries, 0, out);
  EXPECT_EQ(out, (std::vector<double>{2.0, 2.0, 2.0}));
}

TEST(Baselines, ReadNothingAfterTheOrigin) {
  std::vector<double> series = kSeries;
  series[5] = series[6] = std::nan("");
  std::vector<double> out(4);
  for (const auto& forecast :
       {+[](const std::vector<double>&s, std::span<double> o) { naive(s, 4, o); },
        +[](const std::vector<double>&s, std::span<double> o) { seasonal_naive(s, 4, 2, o); },
        +[](const std::vector<double>&s, std::span<double> o) { drift(s, 4, o); }}) {
    forecast(series, out);
    for (double value : out) EXPECT_FALSE(std::isnan(value));
  }
}

}  // namespace
}  // namespace sluice::forecasting
