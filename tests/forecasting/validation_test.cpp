// Choosing and judging kept apart: an origin's error never comes from the LSTM that was chosen by
// it.
#include "forecasting/validation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRows = 140, kHorizon = 3;

struct Case {
  ForecastModel model;
  data::Frame frame;
  std::vector<std::vector<double>> linear;
};

// A target that is the row's number, a linear part that is always 2 too high: its errors are 2
// everywhere.
Case straight_line() {
  Case c;
  c.model.features.targets = {{"y", {}, false}};
  c.model.horizon = kHorizon;
  c.model.quantiles = {0.1, 0.5, 0.9};
  c.model.split = {98, 112};
  c.frame.rows = kRows;
  c.frame.target.emplace_back();
  c.frame.observed.emplace_back(kRows, 1);
  c.linear.emplace_back();
  for (std::size_t row = 0; row < kRows; ++row) {
    c.frame.target[0].push_back(static_cast<double>(row));
    for (std::size_t h = 1; h <= kHorizon; ++h)
      c.linear[0].push_back(static_cast<double>(row + h) + 2.0);
  }
  return c;
}

TEST(Validation, MeasuresTheLinearPartOnValidationTargetsAlone) {
  const Case c = straight_line();
  const Validation validation(c.model, c.frame, c.linear);
  EXPECT_EQ(validation.first(), 97u);
  EXPECT_EQ(validation.count(), 112u - 3 - 97);  // the last target is row 111
  EXPECT_DOUBLE_EQ(validation.linear_mae(), 2.0);
  for (const double error : validation.linear_errors()) EXPECT_DOUBLE_EQ(error, 1.0);
}

TEST(CrossFit, JudgesEachHalfByTheLstmThatWasBestOnTheOther) {
  const Case c = straight_line();
  const Validation validation(c.model, c.frame, c.linear);
  const std::size_t count = validation.count(), middle = count / 2;
  CrossFit judge(validation, 1);
  // The first LSTM is very good on the first half and bad on the second; the second the other way
  // round.
  std::vector<double> first(count, 0.1), second(count, 9.0);
  for (std::size_t origin = middle; origin < count; ++origin)
    first[origin] = 7.0, second[origin] = 0.2;
  judge.observe({first});
  judge.observe({second});
  const std::vector<double> errors = judge.errors()[0];
  for (std::size_t origin = 0; origin < count; ++origin) {
    if (origin >= middle) {
      EXPECT_DOUBLE_EQ(errors[origin], 7.0) << origin;
    } else if (origin + kHorizon <= middle) {
      EXPECT_DOUBLE_EQ(errors[origin], 9.0) << origin;
    } else {
      EXPECT_TRUE(std::isnan(errors[origin])) << origin;
    }
  }
}

TEST(CrossFit, KeepsTheLinearPartWhereNoLstmIsBetter) {
  const Case c = straight_line();
  const Validation validation(c.model, c.frame, c.linear);
  CrossFit judge(validation, 2);
  judge.observe(
      {std::vector<double>(validation.count(), 1.5), std::vector<double>(validation.count(), 3.0)});
  EXPECT_DOUBLE_EQ(judge.errors()[1].back(), 1.0);
}

}  // namespace
}  // namespace sluice::forecasting
