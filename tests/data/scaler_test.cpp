// From units to the model's and back.
#include "data/scaler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(Scaler, MakesMeanZeroAndDeviationOneOfWhatItSaw) {
  const std::vector<double> values = {3, 5, kNone, 11, 13};
  const Scaler scaler = fit_scaler(values, LogChoice::off);
  EXPECT_DOUBLE_EQ(scaler.mean, 8.0);
  EXPECT_DOUBLE_EQ(scaler.deviation, std::sqrt((25.0 + 9 + 9 + 25) / 4));
  EXPECT_DOUBLE_EQ(scaler.to_model(8.0), 0.0);
  EXPECT_DOUBLE_EQ(scaler.to_units(scaler.to_model(17.0)), 17.0);
  EXPECT_TRUE(std::isnan(scaler.to_model(kNone)));
}

TEST(Scaler, AConstantBecomesZeroAndComesBack) {
  const std::vector<double> values(7, 0.1);
  const Scaler scaler = fit_scaler(values, LogChoice::automatic);
  EXPECT_EQ(scaler.deviation, 0.0);
  EXPECT_EQ(scaler.to_model(0.1), 0.0);
  EXPECT_EQ(scaler.to_model(99.0), 0.0);
  EXPECT_DOUBLE_EQ(scaler.to_units(0.0), 0.1);
}

TEST(Scaler, OfNoValueAtAllIsHarmless) {
  const std::vector<double> values(3, kNone);
  const Scaler scaler = fit_scaler(values, LogChoice::automatic);
  EXPECT_EQ(scaler.to_model(5.0), 0.0);
  EXPECT_EQ(fit_scaler({}, LogChoice::on).to_model(5.0), 0.0);
}

TEST(Scaler, TakesTheLogarithmOfSkewedPositiveValuesByItself) {
  std::vector<double> skewed;
  for (int i = -10; i <= 10; ++i) skewed.push_back(std::exp(0.4 * i));
  const Scaler scaler = fit_scaler(skewed, LogChoice::automatic);
  EXPECT_TRUE(scaler.log);
  EXPECT_EQ(scaler.shift, 0.0);
  EXPECT_NEAR(scaler.mean, 0.0, 1e-12);
  EXPECT_NEAR(scaler.to_units(scaler.to_model(2.5)), 2.5, 1e-12);
  // Even on a scale far below what was seen, what comes back is positive.
  EXPECT_GT(scaler.to_units(-30.0), 0.0);
  EXPECT_FALSE(fit_scaler(skewed, LogChoice::off).log);
}

TEST(Scaler, ShiftsByOneWhereThereAreZeros) {
  std::vector<double> skewed = {0, 0};
  for (int i = 0; i <= 14; ++i) skewed.push_back(std::exp(0.4 * i));
  const Scaler scaler = fit_scaler(skewed, LogChoice::automatic);
  EXPECT_TRUE(scaler.log);
  EXPECT_EQ(scaler.shift, 1.0);
  EXPECT_NEAR(scaler.to_units(scaler.to_model(0.0)), 0.0, 1e-12);
}

TEST(Scaler, LeavesSymmetricAndNegativeValuesAsTheyAre) {
  const std::vector<double> symmetric = {1, 2, 3, 4, 5, 6, 7};
  EXPECT_FALSE(fit_scaler(symmetric, LogChoice::automatic).log);
  std::vector<double> mild;  // a skewness of 0.4
  for (int i = -10; i <= 10; ++i) mild.push_back(std::exp(0.08 * i));
  EXPECT_FALSE(fit_scaler(mild, LogChoice::automatic).log);
  const std::vector<double> negative = {-0.1, 1, 1, 1, 1, 1, 50};
  EXPECT_FALSE(fit_scaler(negative, LogChoice::automatic).log);
  EXPECT_THROW(fit_scaler(negative, LogChoice::on), Error);
}

TEST(Scaler, AValueBelowAllThatItSawHasALogarithmStill) {
  const std::vector<double> values = {2, 4, 8, 16, 32};
  const Scaler scaler = fit_scaler(values, LogChoice::on);
  ASSERT_TRUE(scaler.log);
  EXPECT_TRUE(std::isfinite(scaler.to_model(0.0)));
  EXPECT_TRUE(std::isfinite(scaler.to_model(-5.0)));
  EXPECT_LT(scaler.to_model(-5.0), scaler.to_model(2.0));
}

// Sums of squares of such values overflow, or vanish, unless they are scaled first.
TEST(Scaler, HugeAndTinyValuesAreScaledAsTheSameValuesOfUsualSize) {
  const std::vector<double> usual = {1, 2, 4, 8, 16, -3};
  const Scaler wanted = fit_scaler(usual, LogChoice::off);
  for (const double unit : {0x1p1000, 0x1p-1000}) {
    std::vector<double> values = usual;
    for (double& v : values) v *= unit;
    const Scaler scaler = fit_scaler(values, LogChoice::off);
    EXPECT_EQ(scaler.mean, unit * wanted.mean);
    EXPECT_EQ(scaler.deviation, unit * wanted.deviation);
    EXPECT_EQ(scaler.to_model(values[3]), wanted.to_model(usual[3]));
  }
  constexpr double kMost = std::numeric_limits<double>::max();
  const Scaler ends = fit_scaler(std::vector<double>{-kMost, kMost, 0.0}, LogChoice::automatic);
  EXPECT_TRUE(std::isfinite(ends.mean) && std::isfinite(ends.deviation));
}

}  // namespace
}  // namespace sluice::data
