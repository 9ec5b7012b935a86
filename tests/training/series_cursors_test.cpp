// The walk of a batch's cursors through the training rows, and the LSTM fit that follows it.
#include "training/series_cursors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/threads.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::training {
namespace {

TEST(SeriesCursors, GoOnWhereTheyWereUntilTheRowsEnd) {
  constexpr std::size_t kRows = 101, kChunk = 7;
  SeriesCursors cursors(5, kRows, kChunk, 3);
  for (std::size_t cursor = 0; cursor < cursors.count(); ++cursor)
    EXPECT_TRUE(cursors[cursor].fresh);
  std::size_t restarts = 0;
  for (int step = 0; step < 200; ++step) {
    const SeriesCursors before = cursors;
    cursors.advance();
    for (std::size_t cursor = 0; cursor < cursors.count(); ++cursor) {
      ASSERT_LE(cursors[cursor].row + kChunk, kRows);
      if (cursors[cursor].fresh) {
        // Only where the next chunk does not fit, and near the start.
        EXPECT_GT(before[cursor].row + 2 * kChunk, kRows);
        EXPECT_LT(cursors[cursor].row, kChunk);
        ++restarts;
      } else {
        EXPECT_EQ(cursors[cursor].row, before[cursor].row + kChunk);
      }
    }
  }
  EXPECT_GT(restarts, 50u);
}

TEST(SeriesCursors, SeeEveryRowAboutEquallyOften) {
  constexpr std::size_t kRows = 211, kChunk = 13;
  SeriesCursors cursors(11, kRows, kChunk, 17);
  std::vector<double> seen(kRows, 0.0);
  for (int step = 0; step < 4000; ++step) {
    for (std::size_t cursor = 0; cursor < cursors.count(); ++cursor) {
      for (std::size_t row = 0; row < kChunk; ++row) seen[cursors[cursor].row + row] += 1.0;
    }
    cursors.advance();
  }
  // A chunk's length from either end, where some laps begin later or end earlier, aside.
  const auto [low, high] =
      std::minmax_element(seen.begin() + kChunk, seen.end() - static_cast<std::ptrdiff_t>(kChunk));
  EXPECT_LT(*high, 1.1 * *low);
  EXPECT_GT(*std::min_element(seen.begin(), seen.end()), 0.0);
}

TEST(SeriesCursors, StartSpreadOverAllRows) {
  const SeriesCursors cursors(10, 1000, 8, 5);
  for (std::size_t cursor = 1; cursor < cursors.count(); ++cursor)
    EXPECT_GT(cursors[cursor].row, cursors[cursor - 1].row);
  EXPECT_LT(cursors[0].row, 100u);
  EXPECT_GE(cursors[9].row, 890u);
}

TEST(SeriesCursors, OfOneChunkStandStill) {
  SeriesCursors cursors(3, 16, 16, 1);
  for (int step = 0; step < 5; ++step) {
    for (std::size_t cursor = 0; cursor < 3; ++cursor) {
      EXPECT_EQ(cursors[cursor].row, 0u);
      EXPECT_TRUE(cursors[cursor].fresh);
    }
    cursors.advance();
  }
}

// A network whose head is zero answers 0, so the squared loss of a target t is t^2 / 2.
class FitOfZeros : public testing::Test {
 protected:
  static constexpr std::size_t kRows = 16;
  static constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

  FitOfZeros() {
    network.set_parameters(
        initial_parameters(network.architecture(), {.seed = 3, .zero_head = true}));
    data.inputs.assign(kRows * engine::row_stride(2), 0.3f);
    data.targets.assign(kRows * 2, kNone);
    data.offsets = {0.0f, 0.0f};
    data.levels = {0.5f};
    data.loss.kind = LossKind::squared;
    data.rows = kRows;
  }

  // Every cursor starts at row 0: the chunk is all there is.
  double step() {
    LstmFit fit(network, data,
                {.batch = 5,
                 .chunk = kRows,
                 .dropout = 0.0,
                 .clip = 1.0,
                 .seed = 7,
                 .optimizer = {.kind = OptimizerKind::sgd}},
                pool);
    return fit.step(0.1);
  }

  engine::Network network{{.input = 2, .hidden = {3}, .output = 2, .biases = 1}};
  FitData data;
  ThreadPool pool{2};
};

TEST_F(FitOfZeros, AMissingTargetCarriesNoLoss) {
  for (std::size_t row = 4; row < kRows; ++row) data.targets[row * 2] = 2.0f;
  data.targets[9 * 2 + 1] = 6.0f;
  // 12 targets of loss 2 and one of loss 18; the other 11 of that output are missing.
  EXPECT_DOUBLE_EQ(step(), (12 * 2.0 + 18.0) / 13);
}

TEST_F(FitOfZeros, WithNoTargetAtAllNothingIsLearnt) {
  const std::vector<float> before(network.parameters().begin(), network.parameters().end());
  EXPECT_EQ(step(), 0.0);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), network.parameters().begin()));
}

TEST_F(FitOfZeros, TheFirstQuarterAfterAZeroStateCarriesNoLoss) {
  for (std::size_t row = 0; row < 4; ++row) data.targets[row * 2] = 1000.0f;
  EXPECT_EQ(step(), 0.0);
  data.targets[4 * 2] = 4.0f;
  EXPECT_DOUBLE_EQ(step(), 8.0);
}

TEST_F(FitOfZeros, ATroubledStepLeavesTheParametersAlone) {
  data.targets[5 * 2] = std::numeric_limits<float>::infinity();
  const std::vector<float> before(network.parameters().begin(), network.parameters().end());
  LstmFit fit(network, data,
              {.batch = 5,
               .chunk = kRows,
               .dropout = 0.0,
               .clip = 1.0,
               .seed = 7,
               .optimizer = {.kind = OptimizerKind::sgd}},
              pool);
  fit.step(0.1);
  EXPECT_NE(fit.failure(), "");
  EXPECT_EQ(fit.steps(), 0u);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), network.parameters().begin()));
}

}  // namespace
}  // namespace sluice::training
