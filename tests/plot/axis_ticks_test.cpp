// Ticks of both axes: round numbers that hold the range, labels that differ, times that do not
// overlap.
#include "plot/axis_ticks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>

namespace sluice::plot {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> out;
  for (const double tick : axis.ticks()) out.push_back(axis.label(tick));
  return out;
}

using Labels = std::vector<std::string>;

TEST(FitAxis, PutsTicksOnRoundNumbers) {
  EXPECT_EQ(labels(fit_axis(31.7, 174.0)), (Labels{"0", "50", "100", "150"}));
  EXPECT_EQ(labels(fit_axis(101.3, 109.2)), (Labels{"102", "104", "106", "108"}));
  EXPECT_EQ(labels(fit_axis(-0.31, 0.24)), (Labels{"-0.2", "0", "0.2"}));
  EXPECT_EQ(labels(fit_axis(8000, 31000)), (Labels{"0", "10,000", "20,000", "30,000"}));
}

TEST(FitAxis, WritesNegativeThousandsAndDecimals) {
  EXPECT_EQ(labels(fit_axis(-123456, -119000)),
            (Labels{"-123,000", "-122,000", "-121,000", "-120,000", "-119,000"}));
  EXPECT_EQ((Axis{0, 3, 0.5}).label(12345.5), "12,345.5");
  EXPECT_EQ((Axis{0, 3, 0.5}).label(-1234.5), "-1234.5");
  EXPECT_EQ((Axis{0, 5e8, 1e8}).label(3e8), "3e+08");
  EXPECT_EQ((Axis{0, 2e10, 5e8}).label(-1.25e10), "-1.25e+10");
  EXPECT_EQ((Axis{0, 2e-7, 5e-8}).label(1.5e-7), "1.5e-07");
}

// Every range of the list: the values are inside, there are 3 to 9 ticks, and no two labels are
// equal.
TEST(FitAxis, HoldsEveryRangeWithDistinctLabels) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  const double ranges[][2] = {
      {0, 1},         {-7, 13},       {5, 5},         {0, 0},           {-3, -3},
      {tiny, tiny},   {0, tiny},      {1e-12, 3e-12}, {1e15, 1e15 + 4}, {-1e300, 1e300},
      {0.1, 0.30001}, {17, 18e6},     {1e5, 1.003e5}, {-1e-3, 0},       {1e12, 1.0000001e12},
      {-2e9, -1e9},   {99.99, 100.01}};
  for (const auto& [low, high] : ranges) {
    const Axis axis = fit_axis(low, high);
    const Labels text = labels(axis);
    EXPECT_LE(axis.low, low) << low << " .. " << high;
    EXPECT_GE(axis.high, high) << low << " .. " << high;
    EXPECT_GE(text.size(), 3u) << low << " .. " << high;
    EXPECT_LE(text.size(), 9u) << low << " .. " << high;
    EXPECT_EQ(std::set<std::string>(text.begin(), text.end()).size(), text.size())
        << low << " .. " << high;
  }
  EXPECT_LT(fit_axis(-huge, huge).low, fit_axis(-huge, huge).high);
}

TEST(FitAxis, DoesNotCrossZeroWhereTheValuesDoNot) {
  EXPECT_EQ(fit_axis(0.01, 7).low, 0);
  EXPECT_EQ(fit_axis(-7, -0.01).high, 0);
  EXPECT_GT(fit_axis(50, 61).low, 48);
  EXPECT_LT(fit_axis(-0.01, 7).low, -0.01);
}

TEST(FitAxis, WithoutAnyValueIsZeroToOne) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Axis axis = fit_axis(infinity, -infinity);
  EXPECT_EQ(axis.low, 0);
  EXPECT_EQ(axis.high, 1);
  EXPECT_EQ(axis.ticks().size(), 6u);
}

using Rows = std::vector<std::size_t>;

TEST(TimeTicks, KeepTheRhythmOfMonths) {
  EXPECT_EQ(time_ticks(61, 47, 9.0, 100), (Rows{11, 23, 35, 47, 59}));
  EXPECT_EQ(time_ticks(7, 4, 50.0, 100), (Rows{0, 2, 4, 6}));
  EXPECT_EQ(time_ticks(7, 4, 40.0, 100), (Rows{1, 4}));
}

TEST(TimeTicks, AreNeverNearerThanALabelAndAlwaysHoldTheAnchor) {
  for (const std::size_t rows : {1u, 2u, 5u, 29u, 499u, 100003u}) {
    for (const std::size_t anchor : {std::size_t{0}, rows / 3, rows - 1}) {
      const double row_px = 900.0 / static_cast<double>(rows);
      const Rows ticks = time_ticks(rows, anchor, row_px, 131);
      EXPECT_EQ(std::count(ticks.begin(), ticks.end(), anchor), 1)
          << rows << " rows, anchor " << anchor;
      EXPECT_LE(ticks.size(), 8u);
      for (std::size_t i = 1; i < ticks.size(); ++i) {
        EXPECT_GE(static_cast<double>(ticks[i] - ticks[i - 1]) * row_px, 131);
      }
    }
  }
}

TEST(TimeTicks, OfNoRowsAreNone) { EXPECT_TRUE(time_ticks(0, 0, 0, 100).empty()); }

}  // namespace
}  // namespace sluice::plot
