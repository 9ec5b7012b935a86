// Periods of made series, and of the real ones where they lie beside the project.
#include "data/period.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "data/autocorrelation.hpp"

namespace sluice::data {
namespace {

const std::vector<std::size_t> kHourly = {168, 24};
constexpr double kTurn = 6.283185307179586;

class Noise {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / 4503599627370496.0 - 1.0;
  }

 private:
  std::uint64_t state_ = 23;
};

std::vector<double> wave(std::size_t rows, double period, double noise_size) {
  Noise noise;
  std::vector<double> series;
  for (std::size_t t = 0; t < rows; ++t) {
    series.push_back(std::sin(kTurn * static_cast<double>(t) / period) + noise_size * noise.next());
  }
  return series;
}

TEST(Period, FindsTheDayUnderNoiseAndTrend) {
  std::vector<double> series = wave(1201, 24.0, 0.5);
  for (std::size_t t = 0; t < series.size(); ++t) series[t] += 0.5 * static_cast<double>(t);
  EXPECT_EQ(find_period(series, kHourly), 24U);
}

TEST(Period, AWeekMustBeClearlyBetterThanADay) {
  std::vector<double> series = wave(2003, 24.0, 0.2);
  EXPECT_EQ(find_seasons(series, kHourly).strongest, 24U);
  for (std::size_t t = 0; t < series.size(); ++t) {
    if (t / 24 % 7 >= 5) series[t] *= 0.3;
  }
  EXPECT_EQ(find_seasons(series, kHourly).shortest, 24U);
  EXPECT_EQ(find_seasons(series, kHourly).strongest, 168U);
}

TEST(Period, FindsOneThatTheClockDoesNotSuggest) {
  EXPECT_EQ(find_period(wave(1009, 53.0, 0.1), kHourly), 53U);
  EXPECT_EQ(find_period(wave(1009, 53.0, 0.1), {}), 53U);
}

TEST(Period, ExactRepetitionIsItsPeriod) {
  std::vector<double> series;
  for (std::size_t t = 0; t < 70; ++t) series.push_back(static_cast<double>(t % 7 == 2));
  EXPECT_EQ(find_period(series, std::vector<std::size_t>{7}), 7U);
}

TEST(Period, NoiseAWalkALineAndAConstantHaveNone) {
  Noise noise;
  std::vector<double> white;
  std::vector<double> walk = {0.0};
  std::vector<double> line;
  for (std::size_t t = 0; t < 997; ++t) {
    white.push_back(noise.next());
    walk.push_back(walk.back() + noise.next());
    line.push_back(3.0 * static_cast<double>(t));
  }
  EXPECT_EQ(find_period(white, kHourly), 1U);
  EXPECT_EQ(find_period(walk, kHourly), 1U);
  EXPECT_EQ(find_period(line, kHourly), 1U);
  EXPECT_EQ(find_period(std::vector<double>(200, 5.0), kHourly), 1U);
}

TEST(Period, NeedsThreePeriodsAndSurvivesTinySeries) {
  EXPECT_EQ(find_period(wave(71, 24.0, 0.0), kHourly), 1U);
  EXPECT_EQ(find_period(wave(72, 24.0, 0.0), kHourly), 24U);
  for (std::size_t rows : {0, 1, 2, 3, 4, 5}) {
    EXPECT_EQ(find_period(wave(rows, 2.0, 1.0), std::vector<std::size_t>{0, 1, 2}), 1U) << rows;
  }
}

TEST(Period, ProductsByTransformsAreTheSumsThatTheyReplace) {
  for (const std::size_t most : {0, 1, 5, 63, 64, 211}) {
    const std::vector<double> series = wave(640, 19.0, 0.7);
    const std::vector<double> products = lagged_products(series, most);
    ASSERT_EQ(products.size(), most + 1);
    for (std::size_t lag = 0; lag <= most; ++lag) {
      double sum = 0.0;
      for (std::size_t t = lag; t < series.size(); ++t) sum += series[t] * series[t - lag];
      EXPECT_NEAR(products[lag], sum, 1e-11) << "lag " << lag << " of " << most;
    }
  }
  EXPECT_EQ(lagged_products({}, 3), std::vector<double>(4, 0.0));
}

// 700,000 training rows of a million; the season is none that the clock suggests, and those that it
// suggests are long: the most work that there is.
TEST(Period, AMillionRowsTakeLessThanTwoSecondsOfProcessorTime) {
  const std::vector<double> series = wave(700000, 53.0, 0.3);
  const std::clock_t before = std::clock();
  const std::size_t period = find_period(series, std::vector<std::size_t>{1440, 10080, 525600});
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  EXPECT_EQ(period % 53, 0U);
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
  EXPECT_LT(seconds, 2.0);
#else
  EXPECT_LT(seconds, 60.0);
#endif
}

TEST(Period, WhoIsCalledDuringTheSearchCanEndIt) {
  struct Enough {};
  const std::vector<double> series = wave(100000, 53.0, 0.3);
  int calls = 0;
  const auto pulse = [&] {
    if (++calls == 100) throw Enough{};
  };
  EXPECT_THROW(find_period(series, kHourly, pulse), Enough);
  EXPECT_EQ(calls, 100);
}

std::vector<double> last_column(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<double> values;
  while (std::getline(file, line)) values.push_back(std::stod(line.substr(line.rfind(',') + 1)));
  values.resize(values.size() * 7 / 10);
  return values;
}

TEST(Period, RealSeriesHaveThePeriodsThatPeopleKnow) {
  const std::string folder = std::string(SLUICE_SOURCE_DIR) + "/../shared/data/";
  const std::vector<double> taxi = last_column(folder + "nab/nyc_taxi.csv");
  const std::vector<double> oil = last_column(folder + "ett/ETTh1.csv");
  if (taxi.empty() || oil.empty()) GTEST_SKIP() << "no ../shared/data beside the project";
  const Seasons demand = find_seasons(taxi, std::vector<std::size_t>{48, 336});
  EXPECT_EQ(demand.shortest, 48U);
  EXPECT_EQ(demand.strongest, 336U);
  EXPECT_EQ(find_period(oil, kHourly), 24U);
}

}  // namespace
}  // namespace sluice::data
