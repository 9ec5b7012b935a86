// The rule by which the LSTM earns its share.
#include "forecasting/alpha.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"

namespace sluice::forecasting {
namespace {

using Errors = std::vector<double>;

// The errors of alpha = 0.1 .. 1 where each unit of alpha changes an origin's error by `slope`.
std::vector<Errors> mixed(const Errors& linear, double slope) {
  std::vector<Errors> all(10, linear);
  for (std::size_t a = 0; a < 10; ++a) {
    for (double& error : all[a]) error += slope * static_cast<double>(a + 1) / 10;
  }
  return all;
}

Errors noisy(std::size_t count) {
  Random random(3);
  Errors errors(count);
  for (double& error : errors) error = random.uniform(0.5, 1.5);
  return errors;
}

TEST(Alpha, IsZeroWithFewerThanEightBlocksWhateverTheGain) {
  const Errors linear = noisy(7 * 24 + 23);  // seven blocks of a horizon of 24, and a rest
  const Alpha alpha = choose_alpha(linear, mixed(linear, -0.4), 24);
  EXPECT_EQ(alpha.value, 0.0);
  EXPECT_NE(alpha.reason.find("7 blocks of 24 rows"), std::string::npos) << alpha.reason;
  const Errors enough = noisy(8 * 24);
  EXPECT_EQ(choose_alpha(enough, mixed(enough, -0.4), 24).value, 1.0);
}

TEST(Alpha, IsOneWhereTheWholeCorrectionClearlyHelps) {
  const Errors linear(400, 1.0);
  const Alpha alpha = choose_alpha(linear, mixed(linear, -0.3), 12);
  EXPECT_EQ(alpha.value, 1.0);
  EXPECT_NE(alpha.reason.find("-30.0 %"), std::string::npos) << alpha.reason;
}

TEST(Alpha, IsZeroWhereNothingHelps) {
  const Errors linear = noisy(400);
  EXPECT_EQ(choose_alpha(linear, mixed(linear, 0.1), 12).value, 0.0);
  EXPECT_EQ(choose_alpha(linear, mixed(linear, 0.0), 12).value, 0.0);
}

TEST(Alpha, IsTheShareThatHelpsMost) {
  const Errors linear = noisy(400);
  std::vector<Errors> all(10, linear);
  for (std::size_t a = 0; a < 10; ++a) {
    const double alpha = static_cast<double>(a + 1) / 10;
    for (double& error : all[a]) error += (alpha - 0.6) * alpha;  // lowest at 0.3
  }
  EXPECT_DOUBLE_EQ(choose_alpha(linear, all, 12).value, 0.3);
}

TEST(Alpha, IsZeroWhereTheGainIsWithinAStandardError) {
  // Ten of twenty blocks gain 0.5, ten lose 0.4: the mean gain of 0.05 is half a standard error.
  const Errors linear(400, 1.0);
  std::vector<Errors> all(10, linear);
  for (std::size_t a = 0; a < 10; ++a) {
    for (std::size_t origin = 0; origin < 400; ++origin) {
      const double change = origin / 20 % 2 == 0 ? -0.5 : 0.4;
      all[a][origin] += change * static_cast<double>(a + 1) / 10;
    }
  }
  EXPECT_EQ(choose_alpha(linear, all, 12).value, 0.0);
}

TEST(Alpha, LeavesOutOriginsWithoutATarget) {
  Errors linear = noisy(400);
  std::vector<Errors> all = mixed(linear, -0.3);
  for (std::size_t origin = 0; origin < 400; origin += 3) {
    linear[origin] = std::numeric_limits<double>::quiet_NaN();
    for (Errors& errors : all) errors[origin] = linear[origin];
  }
  // A whole block without a target.
  for (std::size_t origin = 40; origin < 60; ++origin)
    linear[origin] = all[0][origin] = std::nan("");
  EXPECT_EQ(choose_alpha(linear, all, 12).value, 1.0);
}

TEST(Alpha, IsZeroWhereNoTargetIsThere) {
  const Errors linear(400, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(choose_alpha(linear, std::vector<Errors>(10, linear), 12).value, 0.0);
  EXPECT_EQ(choose_alpha({}, std::vector<Errors>(10), 12).value, 0.0);
}

}  // namespace
}  // namespace sluice::forecasting
