#include "core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace sluice {
namespace {

// The first numbers of SplitMix64 from seed 0, as its authors' C code prints them.
TEST(Random, MixesAsSplitMix64) {
  constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15;
  EXPECT_EQ(mix64(0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(mix64(kGamma), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(mix64(2 * kGamma), 0x06c45d188009454fu);
}

// xoshiro256++ seeded through SplitMix64, worked out in Python with whole numbers of any size.
TEST(Random, IsXoshiro256PlusPlus) {
  Random from_zero(0);
  for (const std::uint64_t expected :
       {5987356902031041503u, 7051070477665621255u, 6633766593972829180u, 211316841551650330u}) {
    EXPECT_EQ(from_zero.next(), expected);
  }
  Random from_large(0xfedcba9876543210);
  for (const std::uint64_t expected : {16698940147307073088u, 17605918480471522535u,
                                       15814834050212209215u, 14069962780714282274u}) {
    EXPECT_EQ(from_large.next(), expected);
  }
}

TEST(Random, SeedsOfNeighboursAreUnrelated) {
  Random one(1);
  Random two(2);
  int equal_bits = 0;
  for (int i = 0; i < 100; ++i) equal_bits += 64 - std::popcount(one.next() ^ two.next());
  EXPECT_NEAR(equal_bits, 3200, 5 * std::sqrt(6400 / 4.0));
}

TEST(Random, UniformFillsItsRangeEvenly) {
  constexpr int kDraws = 100'000;
  constexpr int kBins = 13;
  Random random(3);
  std::array<int, kBins> bins{};
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    ++bins[static_cast<std::size_t>(u * kBins)];
  }
  constexpr double kMean = static_cast<double>(kDraws) / kBins;
  double chi_squared = 0;
  for (const int count : bins) chi_squared += (count - kMean) * (count - kMean) / kMean;
  EXPECT_LT(chi_squared, 32.9);  // 12 degrees of freedom, p = 0.001
}

TEST(Random, UniformBetweenBoundsStaysThereAndReachesBothEnds) {
  Random random(5);
  double low = 1e9;
  double high = -1e9;
  for (int i = 0; i < 10'000; ++i) {
    const double u = random.uniform(-3.0, 4.0);
    low = std::min(low, u);
    high = std::max(high, u);
  }
  EXPECT_GE(low, -3.0);
  EXPECT_LT(low, -2.99);
  EXPECT_LT(high, 4.0);
  EXPECT_GT(high, 3.99);
}

TEST(Random, NormalHasTheMomentsAndTailsOfANormal) {
  constexpr int kDraws = 200'000;
  Random random(7);
  double sum = 0;
  double squares = 0;
  double fourth = 0;
  int beyond_two = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.normal();
    ASSERT_TRUE(std::isfinite(z));
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    beyond_two += z > 2.0 ? 1 : 0;
  }
  // Five standard errors each: sqrt(1/n), sqrt(2/n), sqrt(96/n), sqrt(p(1-p)/n).
  EXPECT_NEAR(sum / kDraws, 0.0, 0.0112);
  EXPECT_NEAR(squares / kDraws, 1.0, 0.0158);
  EXPECT_NEAR(fourth / kDraws, 3.0, 0.11);
  EXPECT_NEAR(beyond_two / static_cast<double>(kDraws), 0.02275, 0.0017);
}

TEST(Random, BelowGivesEachNumberAlike) {
  constexpr std::size_t kCount = 7;
  constexpr int kDraws = 70'000;
  Random random(11);
  std::array<int, kCount> seen{};
  for (int i = 0; i < kDraws; ++i) {
    const std::size_t draw = random.below(kCount);
    ASSERT_LT(draw, kCount);
    ++seen[draw];
  }
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 5 * std::sqrt(10'000 * 6 / 7.0));
  EXPECT_EQ(random.below(1), 0u);
}

// With a bound of 3 * 2^62 a plain modulo would give the lowest third half of all draws.
TEST(Random, BelowHasNoModuloBias) {
  constexpr std::uint64_t kBound = std::uint64_t{3} << 62;
  constexpr int kDraws = 30'000;
  Random random(13);
  int lowest_third = 0;
  for (int i = 0; i < kDraws; ++i) lowest_third += random.below(kBound) < kBound / 3 ? 1 : 0;
  EXPECT_NEAR(lowest_third, kDraws / 3.0, 5 * std::sqrt(kDraws * 2 / 9.0));
}

}  // namespace
}  // namespace sluice
