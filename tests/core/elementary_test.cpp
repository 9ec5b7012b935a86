// Elementary functions against the C library in long double, and against bits recorded once: they
// must be the same on every processor and from every compiler.
#include "core/elementary.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "core/random.hpp"

namespace sluice {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The difference in units in the last place of `exact`.
double ulps(double value, long double exact) {
  const auto size = std::abs(static_cast<double>(exact));
  const long double ulp = std::nextafter(size, kInfinity) - size;
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / ulp);
}

TEST(Elementary, ExponentialIsWithinOneUlp) {
  Random random(1);
  double worst = 0.0;
  for (int n = 0; n < 200000; ++n) {
    const double x = n % 2 == 0 ? random.uniform(-708.0, 709.0) : random.uniform(-1.0, 1.0);
    worst = std::max(worst, ulps(exponential(x), std::exp(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(exponential(0.0), 1.0);
  EXPECT_EQ(exponential(-1000.0), 0.0);
  EXPECT_EQ(exponential(-kInfinity), 0.0);
  EXPECT_EQ(exponential(1000.0), kInfinity);
  EXPECT_GT(exponential(-744.0), 0.0);
  EXPECT_LT(exponential(709.7), kInfinity);
  EXPECT_TRUE(std::isnan(exponential(std::nan(""))));
}

TEST(Elementary, LogarithmIsWithinOneUlp) {
  Random random(2);
  double worst = 0.0;
  for (int n = 0; n < 200000; ++n) {
    const double x =
        n % 2 == 0 ? exponential(random.uniform(-700.0, 700.0)) : random.uniform(0.5, 2.0);
    worst = std::max(worst, ulps(logarithm(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(logarithm(1.0), 0.0);
  EXPECT_EQ(logarithm(0.0), -kInfinity);
  EXPECT_EQ(logarithm(kInfinity), kInfinity);
  EXPECT_NEAR(logarithm(0x1p-1074), -1074 * std::numbers::ln2, 1e-12);
  EXPECT_TRUE(std::isnan(logarithm(-1.0)));
  EXPECT_TRUE(std::isnan(logarithm(std::nan(""))));
}

TEST(Elementary, SineAndCosineOfTurnsAreThoseOfTheAngle) {
  Random random(3);
  constexpr long double kTurn = 2.0L * std::numbers::pi_v<long double>;
  for (int n = 0; n < 200000; ++n) {
    // Small ones too: a sum with a whole turn would lose their last bits.
    const double turns =
        n % 2 == 0 ? random.uniform(-2.0, 2.0) : -0.3 * exponential(-random.uniform(0.0, 30.0));
    ASSERT_NEAR(sine_of_turns(turns), static_cast<double>(std::sin(kTurn * turns)), 4e-16) << turns;
    ASSERT_NEAR(cosine_of_turns(turns), static_cast<double>(std::cos(kTurn * turns)), 4e-16)
        << turns;
  }
  // Whole quarters are exact, however many turns lie before them.
  EXPECT_EQ(sine_of_turns(12345678.25), 1.0);
  EXPECT_EQ(cosine_of_turns(-7.5), -1.0);
  EXPECT_EQ(sine_of_turns(0.5), 0.0);
  EXPECT_EQ(cosine_of_turns(0.75), 0.0);
  EXPECT_TRUE(std::isnan(sine_of_turns(kInfinity)));
  EXPECT_TRUE(std::isnan(cosine_of_turns(std::nan(""))));
  EXPECT_NEAR(sine_of_turns(-1e-20), -2.0 * std::numbers::pi * 1e-20, 1e-16);
}

TEST(Elementary, PowersOfWholeExponents) {
  EXPECT_EQ(power(3.0, 0), 1.0);
  EXPECT_EQ(power(-3.0, 5), -243.0);
  EXPECT_NEAR(power(0.99999, 1000000) / std::pow(0.99999, 1e6), 1.0, 1e-10);
}

TEST(Elementary, BitsAreTheRecordedOnes) {
  Random random(4);
  std::uint64_t hash = 0;
  const auto add = [&](double value) { hash = mix64(hash ^ std::bit_cast<std::uint64_t>(value)); };
  for (int n = 0; n < 20000; ++n) {
    add(exponential(random.uniform(-50.0, 50.0)));
    add(logarithm(random.uniform(0.0, 100.0)));
    const double turns = random.uniform(-3.0, 3.0);
    add(sine_of_turns(turns));
    add(cosine_of_turns(turns));
    add(random.normal());
  }
  EXPECT_EQ(hash, 14880840060802149917u);
}

}  // namespace
}  // namespace sluice
