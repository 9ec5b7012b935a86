// The experiments that the suite always runs, to criteria of their own, and what they stand on:
// that the grammar's strings are drawn by its rules, and that a training has the same bits on any
// number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "core/random.hpp"
#include "experiments/experiment.hpp"
#include "forecasting/small_trainer.hpp"

namespace sluice::experiments {
namespace {

using forecasting::SmallTrainer;

TEST(AddingProblem, IsLearnt) {
  const Outcome outcome = run({.name = "adding",
                               .task = [](std::size_t batch) { return adding(100, batch); },
                               .units = 32,
                               .rate = 1e-2,
                               .updates = 4000,
                               .check_every = 50,
                               .wrong_allowed = 128},
                              1, 2);
  std::printf("squared error %.4f after %zu updates, by the mean alone %.4f\n", outcome.loss,
              outcome.updates, outcome.baseline);
  EXPECT_TRUE(outcome.learnt);
  EXPECT_LT(outcome.loss, 0.01);
}

TEST(EmbeddedReberGrammar, IsLearnt) {
  const Outcome outcome = run({.name = "reber",
                               .task = embedded_reber,
                               .units = 16,
                               .rate = 1e-2,
                               .updates = 4000,
                               .check_every = 50},
                              1, 2);
  std::printf("%zu of %zu strings wrong after %zu updates\n", outcome.wrong, kJudged,
              outcome.updates);
  EXPECT_TRUE(outcome.learnt);  // all 512 of a check
  EXPECT_LE(outcome.wrong, kJudged / 200);
}

TEST(EmbeddedReberGrammar, IsDrawnByItsRules) {
  constexpr std::string_view kSymbols = "BTPSXVE";
  constexpr std::size_t kBatch = 200;
  const std::unique_ptr<Task> task = embedded_reber(kBatch);
  engine::Activations activations(
      {.input = task->inputs(), .hidden = {1}, .output = task->outputs()}, task->steps(), kBatch,
      engine::Activations::Use::forward_only);
  Random random(3);
  task->draw(random);
  task->fill(activations, 0);
  bool both[2] = {false, false};
  for (std::size_t b = 0; b < kBatch; ++b) {
    std::string fed;  // all but the E at the end
    for (std::size_t t = 0; t < activations.length(b); ++t) {
      const float* x = activations.x(t, b);
      ASSERT_EQ(std::count(x, x + kSymbols.size(), 1.0f), 1);
      fed += kSymbols[static_cast<std::size_t>(std::find(x, x + kSymbols.size(), 1.0f) - x)];
    }
    ASSERT_GE(fed.size(), 8u);
    EXPECT_EQ(fed.substr(0, 1) + fed[2], "BB") << fed;
    EXPECT_EQ(fed[1], fed.back()) << fed;
    EXPECT_EQ(fed[fed.size() - 2], 'E') << fed;
    both[fed[1] == 'T'] = true;
  }
  EXPECT_TRUE(both[0] && both[1]);
}

TEST(SmallTrainer, GivesTheSameBitsOnAnyNumberOfThreads) {
  const auto trained = [](std::size_t threads) {
    SmallTrainer trainer({.architecture = {.input = 2, .hidden = {32}, .output = 1},
                          .steps = 100,
                          .slices = 2,
                          .rate = 1e-2,
                          .seed = 1,
                          .threads = threads});
    const std::unique_ptr<Task> task = adding(100, trainer.batch());
    Random random(5);
    for (int i = 0; i < 3; ++i) {
      task->draw(random);
      trainer.step([&](engine::Activations& activations,
                       std::size_t first) { task->fill(activations, first); },
                   [&](engine::Activations& activations, std::size_t first) {
                     return task->score(activations, first);
                   });
    }
    return std::vector<float>(trainer.parameters().begin(), trainer.parameters().end());
  };
  const std::vector<float> one = trained(1);
  EXPECT_EQ(trained(2), one);
  EXPECT_EQ(trained(3), one);
}

}  // namespace
}  // namespace sluice::experiments
