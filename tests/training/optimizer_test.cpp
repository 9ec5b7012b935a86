// Optimisers against their formulas in double precision, written here a second time; clipping; the
// schedules of the rate. That whole trainings equal PyTorch's is in gold_training_test.cpp.
#include "training/optimizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::training {
namespace {

using Floats = std::vector<float>;
constexpr std::size_t kCount = 23;

Floats random_floats(Random& random, double scale) {
  Floats values(kCount);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

// One parameter's way by the papers' formulas.
struct Truth {
  OptimizerOptions options;
  double p, first = 0.0, second = 0.0;
  int steps = 0;

  void step(double gradient, double rate) {
    ++steps;
    const double decay = options.weight_decay;
    double d = gradient;
    if (options.kind == OptimizerKind::adamw) {
      p -= rate * decay * p;
    } else {
      d += decay * p;
    }
    if (options.kind == OptimizerKind::sgd) {
      first = options.momentum * first + d;
      p -= rate * first;
      return;
    }
    first = options.beta1 * first + (1 - options.beta1) * d;
    second = options.beta2 * second + (1 - options.beta2) * d * d;
    const double mean = first / (1 - std::pow(options.beta1, steps));
    const double square = second / (1 - std::pow(options.beta2, steps));
    p -= rate * mean / (std::sqrt(square) + options.epsilon);
  }
};

void expect_same_way(const OptimizerOptions& options) {
  Random random(71);
  Floats parameters = random_floats(random, 1.0);
  std::vector<Truth> truth;
  for (const float p : parameters) truth.push_back({options, p});
  Optimizer optimizer(options, kCount);
  for (int step = 0; step < 50; ++step) {
    const Floats gradient = random_floats(random, 0.01 + 0.3 * (step % 7));
    const double rate = 0.03 / (1 + step % 3);
    optimizer.step(parameters, gradient, rate);
    for (std::size_t j = 0; j < kCount; ++j) {
      truth[j].step(gradient[j], rate);
      // A float's rounding in each of the steps so far, of parameters up to about 4.
      ASSERT_NEAR(parameters[j], truth[j].p, 4 * 0x1p-23 * (step + 1))
          << name(options.kind) << ", step " << step;
    }
  }
  EXPECT_EQ(optimizer.steps(), 50u);
}

TEST(Optimizer, SgdFollowsItsFormula) {
  expect_same_way({.kind = OptimizerKind::sgd});
  expect_same_way({.kind = OptimizerKind::sgd, .momentum = 0.9});
  expect_same_way({.kind = OptimizerKind::sgd, .momentum = 0.5, .weight_decay = 0.2});
}

TEST(Optimizer, AdamFollowsItsFormula) {
  expect_same_way({.kind = OptimizerKind::adam});
  expect_same_way({.kind = OptimizerKind::adam, .beta1 = 0.7, .beta2 = 0.95, .epsilon = 0.01});
  expect_same_way({.kind = OptimizerKind::adam, .weight_decay = 0.2});
}

TEST(Optimizer, AdamWShrinksParametersApartFromTheGradient) {
  expect_same_way({.kind = OptimizerKind::adamw});
  expect_same_way({.kind = OptimizerKind::adamw, .weight_decay = 0.3});
}

// The correction of the moments: without it the first step would be 0.1 / sqrt(0.001) rates.
TEST(Optimizer, AdamsFirstStepIsTheRateWhateverTheGradientsSize) {
  for (const float gradient : {1e-4f, -3.0f, 500.0f}) {
    Floats parameters = {2.0f};
    Optimizer optimizer({.kind = OptimizerKind::adam}, 1);
    optimizer.step(parameters, Floats{gradient}, 0.25);
    EXPECT_NEAR(parameters[0], 2.0 - std::copysign(0.25, gradient), 1e-4);
  }
}

TEST(Optimizer, IsFoundByItsName) {
  for (const OptimizerKind kind : {OptimizerKind::sgd, OptimizerKind::adam, OptimizerKind::adamw}) {
    EXPECT_EQ(optimizer_named(name(kind)), kind);
  }
  try {
    optimizer_named("lion");
    FAIL() << "found an optimizer named lion";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_EQ(error.parts().got, "'lion'");
  }
}

TEST(ClipByNorm, ScalesALongGradientToTheLimit) {
  Floats gradient = {3.0f, -4.0f, 12.0f};
  EXPECT_DOUBLE_EQ(clip_by_norm(gradient, 2.6), 13.0);
  EXPECT_NEAR(gradient[0], 0.6, 1e-6);
  EXPECT_NEAR(gradient[1], -0.8, 1e-6);
  EXPECT_NEAR(gradient[2], 2.4, 1e-6);
}

TEST(ClipByNorm, LeavesAShortGradientToTheBit) {
  const Floats before = {0.3f, -0.4f, 1.2f};
  Floats gradient = before;
  EXPECT_NEAR(clip_by_norm(gradient, 1.31), 1.3, 1e-7);
  EXPECT_EQ(gradient, before);
  EXPECT_NEAR(clip_by_norm(gradient, std::numeric_limits<double>::infinity()), 1.3, 1e-7);
  EXPECT_EQ(gradient, before);
}

// Squares of such floats overflow a float and the sum of many small ones is lost in one.
TEST(ClipByNorm, SumsInDouble) {
  Floats gradient = {3e30f, 4e30f};
  EXPECT_NEAR(clip_by_norm(gradient, 1.0) / 5e30, 1.0, 1e-6);
  Floats many(1 << 20, 1e-4f);
  many[0] = 10.0f;
  EXPECT_NEAR(clip_by_norm(many, 100.0), std::sqrt(100.0 + (many.size() - 1) * 1e-8), 1e-8);
}

TEST(ClipByNorm, AnswersThatTheGradientIsNotFinite) {
  Floats gradient = {1.0f, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_TRUE(std::isnan(clip_by_norm(gradient, 1.0)));
  gradient[1] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(clip_by_norm(gradient, 1.0)));
}

TEST(Schedule, ConstantRisesAndStays) {
  const Schedule schedule({.kind = ScheduleKind::constant, .rate = 0.8, .warm_up = 4});
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.2);
  EXPECT_DOUBLE_EQ(schedule.rate(1), 0.4);
  EXPECT_DOUBLE_EQ(schedule.rate(3), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(4), 0.8);
  EXPECT_DOUBLE_EQ(schedule.rate(100000), 0.8);
}

TEST(Schedule, CosineFallsFromTheWarmUpToZeroAndStaysThere) {
  const Schedule schedule({.kind = ScheduleKind::cosine, .rate = 0.6, .warm_up = 10, .steps = 110});
  EXPECT_DOUBLE_EQ(schedule.rate(4), 0.3);
  EXPECT_DOUBLE_EQ(schedule.rate(10), 0.6);
  EXPECT_NEAR(schedule.rate(35), 0.3 * (1 + std::sqrt(0.5)), 1e-12);
  EXPECT_NEAR(schedule.rate(60), 0.3, 1e-12);
  EXPECT_NEAR(schedule.rate(110), 0.0, 1e-12);
  EXPECT_NEAR(schedule.rate(5000), 0.0, 1e-12);
}

TEST(Schedule, WithoutWarmUpBeginsAtTheRate) {
  const Schedule schedule({.kind = ScheduleKind::cosine, .rate = 0.6, .warm_up = 0, .steps = 10});
  EXPECT_DOUBLE_EQ(schedule.rate(0), 0.6);
}

TEST(Schedule, PlateauHalvesAfterItsPatienceAndForgetsAtABetterScore) {
  Schedule schedule(
      {.kind = ScheduleKind::plateau, .rate = 1.0, .warm_up = 0, .factor = 0.5, .patience = 2});
  const double scores[] = {3.0, 2.0, 2.5, 2.0, 1.9, 2.0, 1.9, 4.0, 5.0, 1.9, 2.0, 1.0};
  const double rates[] = {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25};
  for (std::size_t j = 0; j < 12; ++j) {
    schedule.observe(scores[j]);
    EXPECT_DOUBLE_EQ(schedule.rate(7), rates[j]) << "after score " << j;
  }
}

TEST(Schedule, PlateauSurvivesAScoreThatIsNan) {
  Schedule schedule({.kind = ScheduleKind::plateau, .rate = 1.0, .warm_up = 0, .patience = 1});
  schedule.observe(std::numeric_limits<double>::quiet_NaN());
  for (const double score : {3.0, 2.0, 1.0}) {
    schedule.observe(score);
    EXPECT_DOUBLE_EQ(schedule.rate(0), 1.0);
  }
}

TEST(Schedule, OnlyPlateauListensToScores) {
  Schedule schedule({.kind = ScheduleKind::constant, .rate = 1.0, .warm_up = 0, .patience = 0});
  for (int j = 0; j < 5; ++j) schedule.observe(7.0);
  EXPECT_DOUBLE_EQ(schedule.rate(0), 1.0);
}

}  // namespace
}  // namespace sluice::training
