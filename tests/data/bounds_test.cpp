// Bounds: found, read, applied.
#include "data/bounds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "data/value_size.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

const double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(Bounds, AreZeroBelowWhereNoValueIsNegativeAndNoneWhereOneIs) {
  for (const std::vector<double>& values :
       {std::vector<double>{3.5, 0.0, kNone, 7.0}, std::vector<double>{2.0, 5.0, 11.0}}) {
    const Bounds bounds = find_bounds(values);
    EXPECT_EQ(bounds.low, 0.0);
    EXPECT_FALSE(bounds.high);
  }
  EXPECT_FALSE(find_bounds(std::vector<double>{3.5, -0.001, 7.0}).any());
}

TEST(Bounds, CutWhatLiesBeyondThemAndLeaveTheRest) {
  const Bounds both{.low = -2.0, .high = 5.0}, low{.low = 0.0, .high = {}};
  EXPECT_EQ(both.apply(-3.0), -2.0);
  EXPECT_EQ(both.apply(-1.0), -1.0);
  EXPECT_EQ(both.apply(7.0), 5.0);
  EXPECT_EQ(low.apply(-1e-9), 0.0);
  EXPECT_EQ(low.apply(1e9), 1e9);
  EXPECT_EQ(Bounds{}.apply(-7.0), -7.0);
  EXPECT_TRUE(std::isnan(both.apply(kNone)));
}

TEST(Bounds, AreReadFromAPairOfWhichOneMayBeEmpty) {
  EXPECT_EQ(bounds_from("0,").low, 0.0);
  EXPECT_FALSE(bounds_from("0,").high);
  EXPECT_EQ(bounds_from(",100").high, 100.0);
  EXPECT_FALSE(bounds_from(",100").low);
  EXPECT_EQ(bounds_from("-2.5,1e3").low, -2.5);
  EXPECT_EQ(bounds_from("-2.5,1e3").high, 1000.0);
  EXPECT_FALSE(bounds_from("none").any());
  for (const char* text : {"", ",", "3", "1,2,3", "2,1", "1,1", "a,2", "nan,2", "0,inf", "0, 1"})
    EXPECT_THROW(bounds_from(text), Error) << text;
}

TEST(Bounds, CountsAreWholeAndNotNegative) {
  EXPECT_TRUE(are_counts(std::vector<double>{3, 0, kNone, 12}));
  EXPECT_FALSE(are_counts(std::vector<double>{3, 0.5, 12}));
  EXPECT_FALSE(are_counts(std::vector<double>{3, -1, 12}));
}

TEST(Bounds, OfTargetsComeFromTheRowsBeforeTheEndOrFromTheUser) {
  Table table;
  table.path = "made.csv";
  table.columns = {{"a", {3, 0, 5, -1}}, {"b", {1.5, 2, 7, 9}}};
  table.lines.assign(4, 0);
  FeatureRequest request;
  request.targets = {"a", "b"};
  FeatureSpec spec = describe_features(table, request, 3);
  set_bounds(table, request, 3, spec);
  EXPECT_EQ(describe_bounds(spec.targets), "a at least 0 (counts), b at least 0");
  EXPECT_EQ(spec.targets[0].to_forecast(-100.0), 0.0);
  EXPECT_EQ(count_beyond(spec, table), 1u);
  set_bounds(table, request, 4, spec);
  EXPECT_EQ(describe_bounds(spec.targets), "b at least 0");
  EXPECT_EQ(count_beyond(spec, table), 0u);
  request.bounds = bounds_from("-1,9");
  set_bounds(table, request, 4, spec);
  EXPECT_EQ(describe_bounds(spec.targets), "a -1 to 9, b -1 to 9");
  request.bounds = bounds_from(",8");
  EXPECT_THROW(set_bounds(table, request, 4, spec), Error);
  EXPECT_NO_THROW(set_bounds(table, request, 3, spec));
}

}  // namespace
}  // namespace sluice::data
