// Losses: their values by hand, their slopes by central differences, and missing targets.
#include "training/losses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::training {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using Floats = std::vector<float>;

// The slope of `value`, which takes y, at every place of y. `step` is a power of two, so that y +-
// step is exact where y is a multiple of it.
template <class Value>
std::vector<double> slopes(const Floats& y, Value value, float step = 0x1p-10f) {
  std::vector<double> result;
  for (std::size_t j = 0; j < y.size(); ++j) {
    Floats up = y, down = y;
    up[j] += step;
    down[j] -= step;
    result.push_back((value(up) - value(down)) / (2.0 * step));
  }
  return result;
}

double loss_of(const Loss& loss, const Floats& y, const Floats& target) {
  Floats d_y(y.size());
  return add_loss(loss, y, target, d_y);
}

void expect_slopes(const Loss& loss, const Floats& y, const Floats& target) {
  Floats d_y(y.size(), kNan);
  add_loss(loss, y, target, d_y);
  const auto expected = slopes(y, [&](const Floats& at) { return loss_of(loss, at, target); });
  for (std::size_t j = 0; j < y.size(); ++j) {
    EXPECT_NEAR(d_y[j], expected[j], 1e-6) << name(loss.kind) << ", output " << j;
  }
}

// Errors 0.5, -2, 3 and -0.25: with delta 1.5 on both sides of the parabola and of the lines.
const Floats kY = {1.5f, -1.0f, 4.0f, 0.5f};
const Floats kTarget = {1.0f, 1.0f, 1.0f, 0.75f};

TEST(Losses, AreWhatTheirFormulasSay) {
  EXPECT_DOUBLE_EQ(loss_of({LossKind::squared}, kY, kTarget), (0.25 + 4 + 9 + 0.0625) / 2);
  EXPECT_DOUBLE_EQ(loss_of({LossKind::absolute}, kY, kTarget), 0.5 + 2 + 3 + 0.25);
  EXPECT_DOUBLE_EQ(loss_of({LossKind::huber, 1.5f}, kY, kTarget),
                   0.125 + 1.5 * (2 - 0.75) + 1.5 * (3 - 0.75) + 0.03125);
}

TEST(Losses, HaveTheSlopesOfTheirValues) {
  expect_slopes({LossKind::squared}, kY, kTarget);
  expect_slopes({LossKind::absolute}, kY, kTarget);
  expect_slopes({LossKind::huber, 1.5f}, kY, kTarget);
}

TEST(Losses, OfAPerfectOutputAreFlat) {
  for (const LossKind kind : {LossKind::squared, LossKind::absolute, LossKind::huber}) {
    Floats d_y(4, kNan);
    EXPECT_EQ(add_loss({kind}, kTarget, kTarget, d_y), 0.0);
    EXPECT_EQ(d_y, Floats(4, 0.0f));
  }
}

TEST(Losses, LeaveOutMissingTargets) {
  const Floats target = {1.0f, kNan, 1.0f, kNan};
  for (const LossKind kind : {LossKind::squared, LossKind::absolute, LossKind::huber}) {
    Floats d_y(4, kNan), pair(2);
    const double all = add_loss({kind}, kY, target, d_y);
    EXPECT_EQ(d_y[1], 0.0f);
    EXPECT_EQ(d_y[3], 0.0f);
    EXPECT_NE(d_y[0], 0.0f);
    EXPECT_DOUBLE_EQ(all, add_loss({kind}, Floats{kY[0], kY[2]}, Floats{1.0f, 1.0f}, pair));
  }
}

TEST(Losses, ShowAnOutputThatIsNan) {
  for (const LossKind kind : {LossKind::squared, LossKind::absolute, LossKind::huber}) {
    EXPECT_TRUE(std::isnan(loss_of({kind}, {1.0f, kNan}, {1.0f, 1.0f}))) << name(kind);
  }
  Floats d_y(2);
  EXPECT_TRUE(
      std::isnan(add_pinball(Floats{1.0f, kNan}, Floats{1.0f, 1.0f}, Floats{0.1f, 0.9f}, d_y)));
  EXPECT_TRUE(std::isnan(add_cross_entropy(Floats{1.0f, kNan}, 0, d_y)));
}

TEST(Losses, AreFoundByTheirNames) {
  for (const LossKind kind :
       {LossKind::squared, LossKind::absolute, LossKind::huber, LossKind::quantile}) {
    EXPECT_EQ(loss_named(name(kind)), kind);
  }
  try {
    loss_named("mse");
    FAIL() << "found a loss named mse";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_EQ(error.parts().got, "'mse'");
  }
}

const Floats kLevels = {0.125f, 0.5f, 0.875f};

double pinball(const Floats& y, float target) {
  Floats d_y(y.size());
  return add_pinball(y, Floats(y.size(), target), kLevels, d_y);
}

// Too low costs the level, too high its rest: a high quantile must not lie low.
TEST(Pinball, CostsWhatItsLevelSays) {
  EXPECT_DOUBLE_EQ(pinball({-1.0f, 1.0f, 1.0f}, 1.0f), 0.125 * 2);
  EXPECT_DOUBLE_EQ(pinball({3.0f, 1.0f, 1.0f}, 1.0f), 0.875 * 2);
  EXPECT_DOUBLE_EQ(pinball({1.0f, 1.0f, -1.0f}, 1.0f), 0.875 * 2);
  EXPECT_DOUBLE_EQ(pinball({1.0f, 1.0f, 3.0f}, 1.0f), 0.125 * 2);
  EXPECT_DOUBLE_EQ(pinball({1.0f, -3.0f, 1.0f}, 1.0f), 0.5 * 4);
}

TEST(Pinball, HasTheSlopesOfItsValue) {
  for (const float target : {-2.0f, 0.25f, 1.25f, 5.0f}) {
    const Floats y = {-0.5f, 0.75f, 2.0f};
    Floats d_y(3, kNan);
    add_pinball(y, Floats(3, target), kLevels, d_y);
    const auto expected = slopes(y, [&](const Floats& at) { return pinball(at, target); });
    for (std::size_t q = 0; q < 3; ++q) EXPECT_NEAR(d_y[q], expected[q], 1e-6) << target;
  }
}

TEST(Pinball, IsLowestAtTheQuantile) {
  Floats sample;
  for (int j = 1; j <= 1000; ++j) sample.push_back(static_cast<float>(j * j % 1009));
  const auto total = [&](float y) {
    double sum = 0.0;
    Floats d_y(1);
    for (const float target : sample)
      sum += add_pinball(Floats{y}, Floats{target}, Floats{0.9f}, d_y);
    return sum;
  };
  Floats sorted = sample;
  std::sort(sorted.begin(), sorted.end());
  const float quantile = sorted[899];
  EXPECT_LT(total(quantile), total(quantile - 20.0f));
  EXPECT_LT(total(quantile), total(quantile + 20.0f));
}

TEST(Pinball, LeavesOutAMissingTarget) {
  Floats d_y(3, kNan);
  EXPECT_EQ(add_pinball(Floats{1.0f, 2.0f, 3.0f}, Floats(3, kNan), kLevels, d_y), 0.0);
  EXPECT_EQ(d_y, Floats(3, 0.0f));
}

// However many there are: each by itself gives what all do, and the gradient may take their place.
TEST(Pinball, IsTheSumOfItsOutputs) {
  for (const std::size_t count : {1, 7, 8, 9, 36}) {
    Floats y, target, level;
    double sum = 0.0;
    Floats expected;
    for (std::size_t j = 0; j < count; ++j) {
      y.push_back(static_cast<float>(j * j % 7));
      target.push_back(j % 5 == 4 ? kNan : static_cast<float>(j % 3) + 0.5f);
      level.push_back(kLevels[j % 3]);
      Floats own(1, kNan);
      sum += add_pinball(Floats{y[j]}, Floats{target[j]}, Floats{level[j]}, own);
      expected.push_back(own[0]);
    }
    EXPECT_DOUBLE_EQ(add_pinball(y, target, level, y), sum) << count;
    EXPECT_EQ(y, expected) << count;
  }
}

double cross_entropy(const Floats& y, long target_class) {
  Floats d_y(y.size());
  return add_cross_entropy(y, target_class, d_y);
}

TEST(CrossEntropy, IsMinusTheLogOfTheProbability) {
  const Floats y = {0.5f, -1.25f, 2.0f};
  const double sum = std::exp(0.5) + std::exp(-1.25) + std::exp(2.0);
  EXPECT_NEAR(cross_entropy(y, 0), -std::log(std::exp(0.5) / sum), 1e-12);
  EXPECT_NEAR(cross_entropy(y, 1), -std::log(std::exp(-1.25) / sum), 1e-12);
  EXPECT_NEAR(cross_entropy({7.0f, 7.0f, 7.0f, 7.0f}, 2), std::log(4.0), 1e-12);
}

TEST(CrossEntropy, HasTheSlopesOfItsValue) {
  const Floats y = {0.5f, -1.25f, 2.0f, 0.0f};
  for (long target_class = 0; target_class < 4; ++target_class) {
    Floats d_y(4, kNan);
    add_cross_entropy(y, target_class, d_y);
    const auto expected =
        slopes(y, [&](const Floats& at) { return cross_entropy(at, target_class); });
    for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(d_y[j], expected[j], 1e-6) << target_class;
  }
}

TEST(CrossEntropy, StandsLargeLogits) {
  EXPECT_NEAR(cross_entropy({3e4f, -3e4f}, 0), 0.0, 1e-12);
  EXPECT_NEAR(cross_entropy({3e4f, -3e4f}, 1), 6e4, 1e-6);
}

TEST(CrossEntropy, LeavesOutANegativeClass) {
  Floats d_y(2, kNan);
  EXPECT_EQ(add_cross_entropy(Floats{1.0f, 2.0f}, -1, d_y), 0.0);
  EXPECT_EQ(d_y, Floats(2, 0.0f));
}

}  // namespace
}  // namespace sluice::training
