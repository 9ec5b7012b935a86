// The scores against sums written out by hand.
#include "forecasting/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

const double kNan = std::nan("");

TEST(Metrics, PointScoresPerHorizonAndInAll) {
  PointScores scores(2, 4.0);
  scores.add(std::vector<double>{10.0, 20.0}, std::vector<double>{13.0, 19.0});
  scores.add(std::vector<double>{-6.0, kNan}, std::vector<double>{2.0, 5.0});
  const PointScore first = scores.at(0);
  EXPECT_EQ(first.count, 2U);
  EXPECT_DOUBLE_EQ(first.mae, 5.5);
  EXPECT_DOUBLE_EQ(first.rmse, std::sqrt((9.0 + 64.0) / 2.0));
  EXPECT_DOUBLE_EQ(first.smape, (200.0 * 3.0 / 23.0 + 200.0) / 2.0);
  EXPECT_DOUBLE_EQ(first.mase, 5.5 / 4.0);
  const PointScore second = scores.at(1);
  EXPECT_EQ(second.count, 1U);
  EXPECT_DOUBLE_EQ(second.mae, 1.0);
  EXPECT_DOUBLE_EQ(second.smape, 200.0 / 39.0);
  const PointScore all = scores.all();  // 3 values, not the mean of two horizons
  EXPECT_EQ(all.count, 3U);
  EXPECT_DOUBLE_EQ(all.mae, 4.0);
  EXPECT_DOUBLE_EQ(all.rmse, std::sqrt(74.0 / 3.0));
}

TEST(Metrics, SmapeIsNoneForTwoZeroes) {
  PointScores scores(1, 1.0);
  scores.add(std::vector<double>{0.0}, std::vector<double>{0.0});
  EXPECT_EQ(scores.all().smape, 0.0);
}

TEST(Metrics, NothingScoredIsNan) {
  PointScores scores(1, 1.0);
  scores.add(std::vector<double>{kNan}, std::vector<double>{3.0});
  EXPECT_EQ(scores.all().count, 0U);
  EXPECT_TRUE(std::isnan(scores.all().mae));
  EXPECT_TRUE(std::isnan(scores.at(0).rmse));
  EXPECT_TRUE(std::isnan(scores.at(0).smape));
}

TEST(Metrics, ANanForecastIsNotSkipped) {
  PointScores scores(2, 1.0);
  scores.add(std::vector<double>{1.0, 1.0}, std::vector<double>{kNan, 2.0});
  EXPECT_TRUE(std::isnan(scores.all().mae));
  EXPECT_EQ(scores.at(1).mae, 1.0);
  QuantileScores quantiles(1, {0.2, 0.7});
  quantiles.add(std::vector<double>{1.0}, std::vector<double>{kNan, 2.0});
  EXPECT_TRUE(std::isnan(quantiles.all().mean_pinball));
  EXPECT_TRUE(std::isnan(quantiles.all().coverage));
}

TEST(Metrics, MaseScaleIsTheSeasonalNaiveErrorOfTheTrainingPart) {
  const std::vector<double> series = {1.0, 5.0, 2.0, 9.0, kNan, 11.0, 7.0};
  EXPECT_DOUBLE_EQ(mase_scale(series, 2), (1.0 + 4.0 + 2.0) / 3.0);
  EXPECT_DOUBLE_EQ(mase_scale(series, 1), (4.0 + 3.0 + 7.0 + 4.0) / 4.0);
  EXPECT_TRUE(std::isnan(mase_scale(series, 7)));
  EXPECT_EQ(mase_scale(std::vector<double>{3.0, 4.0, 3.0, 4.0, 3.0}, 2), 0.0);
}

TEST(Metrics, MaseOfAScaleOfZeroIsNan) {
  PointScores scores(1, 0.0);
  scores.add(std::vector<double>{1.0}, std::vector<double>{3.0});
  EXPECT_TRUE(std::isnan(scores.all().mase));
  EXPECT_EQ(scores.all().mae, 2.0);
}

TEST(Metrics, PinballAndCoverage) {
  QuantileScores scores(2, {0.1, 0.5, 0.8});
  scores.add(std::vector<double>{10.0, 4.0}, std::vector<double>{8.0, 11.0, 13.0, 5.0, 6.0, 9.0});
  scores.add(std::vector<double>{3.0, kNan}, std::vector<double>{0.0, 1.0, 3.0, 0.0, 0.0, 0.0});
  const QuantileScore first = scores.at(0);
  EXPECT_EQ(first.count, 2U);
  EXPECT_DOUBLE_EQ(first.pinball[0], (0.1 * 2.0 + 0.1 * 3.0) / 2.0);
  EXPECT_DOUBLE_EQ(first.pinball[1], (0.5 * 1.0 + 0.5 * 2.0) / 2.0);
  EXPECT_DOUBLE_EQ(first.pinball[2], (0.2 * 3.0 + 0.0) / 2.0);
  EXPECT_DOUBLE_EQ(first.coverage, 1.0);  // an end counts as inside
  const QuantileScore second = scores.at(1);
  EXPECT_DOUBLE_EQ(second.pinball[0], 0.9);
  EXPECT_DOUBLE_EQ(second.pinball[1], 1.0);
  EXPECT_DOUBLE_EQ(second.pinball[2], 0.2 * 5.0);
  EXPECT_DOUBLE_EQ(second.mean_pinball, (0.9 + 1.0 + 1.0) / 3.0);
  EXPECT_EQ(second.coverage, 0.0);
  EXPECT_EQ(scores.all().count, 3U);
  EXPECT_DOUBLE_EQ(scores.all().coverage, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(scores.all().pinball[1], (0.5 + 1.0 + 1.0) / 3.0);
  EXPECT_DOUBLE_EQ(scores.nominal_coverage(), 0.7);
}

TEST(Metrics, BothEndsOfTheIntervalAreInside) {
  QuantileScores scores(3, {0.1, 0.9});
  scores.add(std::vector<double>{2.0, 5.0, 5.1}, std::vector<double>{2.0, 5.0, 2.0, 5.0, 2.0, 5.0});
  EXPECT_DOUBLE_EQ(scores.all().coverage, 2.0 / 3.0);
}

TEST(Metrics, QuantilesOfNothingAreNan) {
  const QuantileScores scores(1, {0.5});
  EXPECT_TRUE(std::isnan(scores.all().mean_pinball));
  EXPECT_TRUE(std::isnan(scores.at(0).coverage));
}

TEST(Metrics, RefusesLevelsAndSizesThatDoNotFit) {
  using Levels = std::vector<double>;
  for (const Levels& levels : {Levels{}, Levels{0.0, 0.5}, Levels{0.5, 1.0}, Levels{0.5, 0.5},
                               Levels{0.6, 0.4}, Levels{0.1, kNan, 0.9}}) {
    EXPECT_THROW(QuantileScores(1, levels), Error);
  }
  PointScores scores(2, 1.0);
  EXPECT_THROW(scores.add(std::vector<double>{1.0}, std::vector<double>{1.0, 2.0}), Error);
}

}  // namespace
}  // namespace sluice::forecasting
