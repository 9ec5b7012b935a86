// Which ridge is chosen: its lags, base and strength, by rolling error on the validation rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "forecasting/ridge.hpp"
#include "forecasting/ridge_series.hpp"

namespace sluice::forecasting {
namespace {

TEST(RidgeChoice, ValidationErrorIsThatOfItsOwnForecastsInOriginalUnits) {
  Series s = make_series(311, 1, 1);
  for (double& value : s.target) value /= 20.0;
  s.observed[270] = s.observed[271] = 0;
  const auto units = [](double value) { return std::exp(value); };
  const LinearModel model = choose_ridge(
      s.inputs(),
      {.horizon = 3, .period = 7, .train_end = 241, .validation_end = 290, .to_units = units});
  double sum = 0.0;
  std::size_t count = 0;
  std::vector<double> out(3);
  for (std::size_t t = 240; t + 3 < 290; ++t) {
    predict(model, s.inputs(), t, out);
    for (std::size_t h = 0; h < 3; ++h) {
      if (!s.observed[t + 1 + h]) continue;
      sum += std::abs(units(out[h]) - units(s.target[t + 1 + h]));
      ++count;
    }
  }
  EXPECT_NEAR(model.validation_mae, sum / static_cast<double>(count), 1e-10);
}

TEST(RidgeChoice, ChoosesWhatIsFittedOnTheTrainingRows) {
  const Series s = make_series(331, 1, 0);
  const LinearModel chosen = choose_ridge(
      s.inputs(), {.horizon = 4, .period = 7, .train_end = 270, .validation_end = 331});
  const LinearModel again = refit_ridge(chosen, 7, s.inputs(), 270);
  ASSERT_EQ(again.weight.size(), chosen.weight.size());
  for (std::size_t i = 0; i < chosen.weight.size(); ++i) {
    EXPECT_NEAR(again.weight[i], chosen.weight[i], 1e-10);
  }
  EXPECT_EQ(again.validation_mae, chosen.validation_mae);
  EXPECT_NE(refit_ridge(chosen, 7, s.inputs(), 331).weight, chosen.weight);
}

TEST(RidgeChoice, PrefersThePenaltyThatNoiseAsksFor) {
  Noise noise(3);
  Series s;
  for (std::size_t t = 0; t < 200; ++t) s.target.push_back(noise.next());
  s.observed.assign(200, 1);
  const LinearModel model =
      choose_ridge(s.inputs(), {.horizon = 1, .lags = 40, .train_end = 120, .validation_end = 200});
  EXPECT_EQ(model.base, LinearBase::plain);
  EXPECT_GE(model.strength, 1.0);
}

TEST(RidgeChoice, TakesTheFewestLagsWhereMoreGainNothingSure) {
  Noise noise(41);
  Series s;
  for (std::size_t t = 0; t < 900; ++t) {
    s.target.push_back(noise.next() + (t == 0 ? 0.0 : 0.7 * s.target.back()));
  }
  s.observed.assign(900, 1);
  const LinearModel model =
      choose_ridge(s.inputs(), {.horizon = 2, .train_end = 700, .validation_end = 900});
  EXPECT_EQ(model.lags, 1U);
}

TEST(RidgeChoice, AStretchBeforeValidationHasASayToo) {
  // Noise, then rest: the two targets seen in the validation part alone would ask for the last
  // value.
  Noise noise(7);
  Series s;
  for (std::size_t t = 0; t < 400; ++t) s.target.push_back(t < 350 ? noise.next() : 0.9);
  s.observed.assign(400, 1);
  std::fill(s.observed.begin() + 350, s.observed.begin() + 398, std::uint8_t{0});
  const LinearModel model =
      choose_ridge(s.inputs(), {.horizon = 2, .lags = 7, .train_end = 350, .validation_end = 400});
  EXPECT_EQ(model.base, LinearBase::plain);
}

TEST(RidgeChoice, KeepsFixedLagsAndAllowsNone) {
  const Series s = make_series(211, 1, 1);
  RidgeOptions options{
      .horizon = 2, .period = 7, .lags = 0, .train_end = 150, .validation_end = 190};
  EXPECT_EQ(choose_ridge(s.inputs(), options).lags, 0U);
  EXPECT_EQ(choose_ridge(s.inputs(), options).regressors(), 3U);
  options.lags = 23;
  EXPECT_EQ(choose_ridge(s.inputs(), options).lags, 23U);
}

TEST(RidgeChoice, CandidateLagsAreWholePeriodsThatTheRowsCarry) {
  using Lags = std::vector<std::size_t>;
  EXPECT_EQ(candidate_lags(48, 7224), (Lags{48, 96, 336, 384, 672, 720}));
  EXPECT_EQ(candidate_lags(168, 7000), (Lags{1, 2, 4, 8, 16, 32, 64, 128, 168, 336}));
  EXPECT_EQ(candidate_lags(12, 100), (Lags{12}));
  EXPECT_EQ(candidate_lags(1, 1000), (Lags{1, 2, 4, 8, 16, 32, 64, 128}));
  EXPECT_EQ(candidate_lags(365, 400), (Lags{1, 2, 4, 8, 16, 32, 64}));
  EXPECT_EQ(candidate_lags(1, 3), (Lags{1}));
}

}  // namespace
}  // namespace sluice::forecasting
