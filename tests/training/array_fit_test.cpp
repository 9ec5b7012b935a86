// The promise of equal bits: the weights after training do not depend on the threads, nor on
// whether activations are kept or computed again. And that such a fit learns.
#include "training/array_fit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::training {
namespace {

struct Problem {
  std::string name;
  Architecture architecture;
  std::size_t steps, batch;
  int updates = 10;
  bool recomputes = true;
};

std::uint64_t hash_of(std::span<const float> values) {
  std::uint64_t hash = 1469598103934665603u;  // FNV-1a
  for (const float value : values) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 1099511628211u;
  }
  return hash;
}

std::uint64_t trained(const Problem& problem, std::size_t threads, bool recompute) {
  ThreadPool pool(threads);
  ArrayFit fit(
      problem.architecture,
      {.steps = problem.steps, .batch = problem.batch, .recompute = recompute, .rate = 1e-2}, pool);
  fit.draw(5);
  for (int step = 0; step < problem.updates; ++step) {
    fit.forward_backward();
    fit.update();
  }
  return hash_of(fit.network().parameters());
}

// Sizes of which each takes another way: samples shared, units or layers shared, small work not
// shared, a last segment that is shorter, columns that fill no tile.
std::vector<Problem> problems() {
  std::vector<Problem> all = {
      {"samples shared", {.input = 5, .hidden = {40}}, 37, 29, 50},
      {"units shared", {.input = 19, .hidden = {136, 136}, .output = 3}, 61, 9},
      {"layers apart", {.input = 100, .hidden = {72, 72, 72}, .output = 3}, 61, 9},
      {"parts, their sums shared", {.input = 100, .hidden = {256}}, 8, 64, 3},
      {"small", {.input = 2, .hidden = {7, 5}, .output = 1}, 11, 3, 50},
  };
  Problem options{"options", {.input = 6, .hidden = {24, 24}, .biases = 2}, 43, 31};
  options.architecture.cell.peephole = true;
  options.architecture.cell.zoneout_c = 0.1;
  options.architecture.cell.zoneout_h = 0.1;
  options.architecture.cell.projection = 5;  // fewer columns than units
  all.push_back(options);
  Problem norm{"layer norm", {.input = 6, .hidden = {24}}, 43, 37};
  norm.architecture.cell.layer_norm = LayerNorm::ba;
  all.push_back(norm);
  Problem both{"both directions", {.input = 6, .hidden = {24, 24}}, 23, 37, 10, false};
  both.architecture.direction = Direction::both;
  all.push_back(both);
  return all;
}

TEST(SameBits, ForAnyNumberOfThreadsAndWithRecomputation) {
  for (const Problem& problem : problems()) {
    const std::uint64_t expected = trained(problem, 1, false);
    for (const std::size_t threads : {2, 3, 4})
      EXPECT_EQ(trained(problem, threads, false), expected)
          << problem.name << ", " << threads << " threads";
    for (const std::size_t threads : {1, 2, 3, 4}) {
      if (!problem.recomputes) continue;
      EXPECT_EQ(trained(problem, threads, true), expected)
          << problem.name << ", recomputed, " << threads << " threads";
    }
  }
}

TEST(SameBits, AreOtherBitsForAnotherSeed) {
  const Problem problem = problems().front();
  ThreadPool pool(1);
  ArrayFit a(problem.architecture, {.steps = 3, .batch = 2}, pool),
      b = {problem.architecture, {.steps = 3, .batch = 2}, pool};
  a.draw(1);
  b.draw(2);
  EXPECT_NE(hash_of(a.network().parameters()), hash_of(b.network().parameters()));
}

// The same rows for all samples: what is drawn for each is all that tells them apart.
TEST(ArrayFit, DrawsForEverySampleOfEveryPart) {
  ThreadPool pool(1);
  Architecture architecture{.input = 3, .hidden = {16}};
  architecture.cell.zoneout_h = 0.5;
  ArrayFit fit(architecture, {.steps = 20, .batch = 40}, pool);
  ASSERT_EQ(fit.parts().parts(), 2u);
  fit.draw(3);
  for (std::size_t t = 0; t < 20; ++t) {
    for (std::size_t b = 0; b < 40; ++b) std::fill_n(fit.parts().x(t, b), 3, 0.5f);
  }
  fit.forward_backward();
  const std::size_t second = fit.parts().samples(1).first;
  for (std::size_t b = 0; b < second; ++b) {
    const float *a = fit.parts().y(19, b), *c = fit.parts().y(19, second + b);
    EXPECT_NE(std::vector<float>(a, a + 16), std::vector<float>(c, c + 16)) << b;
  }
}

// Without a head y is h as it stands; 21 units fill no vector.
TEST(ArrayFit, AnswersTheMeanSquaredErrorAndItsGradient) {
  constexpr std::size_t kSteps = 60, kBatch = 40, kUnits = 21;
  ThreadPool pool(1);
  for (const bool recompute : {false, true}) {
    ArrayFit fit({.input = 3, .hidden = {kUnits}},
                 {.steps = kSteps, .batch = kBatch, .recompute = recompute}, pool);
    fit.draw(3);
    EXPECT_EQ(fit.parts().kept_floats() < 7 * 32 * kSteps * kBatch, recompute);
    const double loss = fit.forward_backward();
    const double count = kSteps * kBatch * kUnits;
    double sum = 0.0;
    for (std::size_t t = 0; t < kSteps; ++t) {
      for (std::size_t b = 0; b < kBatch; ++b) {
        for (std::size_t j = 0; j < kUnits; ++j) {
          const double error = static_cast<double>(fit.parts().y(t, b)[j]) -
                               fit.target()[(t * kBatch + b) * kUnits + j];
          sum += error * error;
          ASSERT_NEAR(fit.parts().d_y(t, b)[j], error / count, 1e-6 / count) << t << " " << b;
        }
      }
    }
    EXPECT_NEAR(loss, 0.5 * sum / count, 1e-6 * loss);
  }
}

TEST(ArrayFit, LearnsWhatItIsShown) {
  ThreadPool pool(2);
  ArrayFit fit({.input = 3, .hidden = {16}, .output = 1}, {.steps = 12, .batch = 8, .rate = 1e-2},
               pool);
  fit.draw(3);
  // The target: half of what came in two steps before.
  for (std::size_t t = 0; t < 12; ++t) {
    for (std::size_t b = 0; b < 8; ++b)
      fit.target()[t * 8 + b] = t < 2 ? 0.0f : 0.5f * fit.parts().x(t - 2, b)[1];
  }
  const double before = fit.forward_backward();
  for (int step = 0; step < 300; ++step) {
    fit.forward_backward();
    fit.update();
  }
  EXPECT_LT(fit.forward_backward(), 0.1 * before);
}

TEST(Recomputation, KeepsAFewOfTheActivations) {
  const Architecture architecture{.input = 3, .hidden = {32}};
  const engine::Activations whole(architecture, 2000, 16, engine::Activations::Use::with_backward);
  const engine::Activations less(architecture, 2000, 16, engine::Activations::Use::recompute);
  EXPECT_LT(less.kept_floats(), whole.kept_floats() / 10);
  // 7 H floats of each step and sample, and the first state.
  EXPECT_EQ(whole.kept_floats(), 7u * 32 * 2000 * 16 + 2u * 32 * 16);
}

TEST(Recomputation, IsRefusedWithAReverseDirection) {
  Architecture architecture{.input = 3, .hidden = {8}};
  architecture.direction = Direction::both;
  EXPECT_THROW(engine::Activations(architecture, 9, 2, engine::Activations::Use::recompute), Error);
}

TEST(TrainingFlop, CountsTheProducts) {
  // Two layers: forward 8 H (I + H), backward twice that less 8 H I of the first.
  const double rows = 6.0 * 4.0, forward = 8.0 * 10 * (3 + 10) + 8.0 * 10 * (10 + 10);
  EXPECT_DOUBLE_EQ(training_flop({.input = 3, .hidden = {10, 10}}, 6, 4),
                   (3 * forward - 8.0 * 10 * 3) * rows);
}

}  // namespace
}  // namespace sluice::training
