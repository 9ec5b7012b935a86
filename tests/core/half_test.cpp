#include "core/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace sluice {
namespace {

TEST(Half, EveryOneComesBack) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if (std::isnan(from_half(half))) {
      EXPECT_TRUE(std::isnan(from_half(to_half(from_half(half))))) << bits;
    } else {
      EXPECT_EQ(to_half(from_half(half)), half) << bits;
    }
  }
}

TEST(Half, EveryNeighbourhoodIsRoundedToTheNearestAndTheEvenOneOfTwo) {
  for (std::uint16_t low = 0; low < 0x7bff; ++low) {
    const auto high = static_cast<std::uint16_t>(low + 1);
    const float middle = (from_half(low) + from_half(high)) / 2;  // exact in float
    const std::uint16_t even = low % 2 == 0 ? low : high;
    EXPECT_EQ(to_half(middle), even) << low;
    EXPECT_EQ(to_half(std::nextafter(middle, 0.0f)), low) << low;
    EXPECT_EQ(to_half(std::nextafter(middle, 1e9f)), high) << low;
    EXPECT_EQ(to_half(-middle), even | 0x8000) << low;
  }
}

TEST(Half, WhatIsTooLargeIsInfinite) {
  EXPECT_EQ(to_half(65519.996f), 0x7bff);
  EXPECT_EQ(to_half(65520.0f), 0x7c00);
  EXPECT_EQ(to_half(-std::numeric_limits<float>::max()), 0xfc00);
  EXPECT_EQ(to_half(std::numeric_limits<float>::infinity()), 0x7c00);
  EXPECT_EQ(from_half(0x7c00), std::numeric_limits<float>::infinity());
}

TEST(Half, ValuesThatAreKnown) {
  EXPECT_EQ(from_half(0x3c00), 1.0f);
  EXPECT_EQ(from_half(0xc100), -2.5f);
  EXPECT_EQ(from_half(0x0001), 0x1p-24f);
  EXPECT_EQ(from_half(0x03ff), 1023 * 0x1p-24f);
  EXPECT_EQ(to_half(1e-30f), 0);
}

}  // namespace
}  // namespace sluice
