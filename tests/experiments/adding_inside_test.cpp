// What a network has learnt on the adding problem of 200 steps, told by the figures of `inspection`
// alone: a unit that keeps its cell from mark to mark, and a gradient that reaches back to it.
#include "experiments/adding_inside.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace sluice::experiments {
namespace {

// Of seed 2, as all that this file says of figures.
constexpr std::uint64_t kSeed = 2, kSequencesSeed = 77;
constexpr std::size_t kMostUpdates = 5000;

std::size_t largest(const std::vector<double>& values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

TEST(AddingProblemInside, TheUnitWorthMostKeepsItsCellFromMarkToMark) {
  const TrainedAdding lstm = train_adding(CellKind::lstm, kSeed, kMostUpdates);
  ASSERT_TRUE(lstm.learnt);
  const std::vector<double> factors =
      error_without_unit(lstm.network, marked_sequences(256, kSequencesSeed));
  const std::size_t unit = largest(factors);
  std::printf("after %zu updates: without unit %zu the error is %.0f times as large\n",
              lstm.updates, unit, factors[unit]);
  EXPECT_GT(factors[unit], 20.0);  // 238
  const std::vector<MarkedSequence> sequences = marked_sequences(64, kSequencesSeed + 1);
  std::size_t open = 0, steps = 0;
  for (const MarkedSequence& sequence : sequences) {
    const std::vector<float> f = forget_gate_between(lstm.network, sequence, unit);
    open += std::all_of(f.begin(), f.end(), [](float one) { return one > 0.95f; }) ? 1 : 0;
    steps += f.size();
  }
  // In all 64 here, in 63 from another seed: other instruction sets may train another network.
  EXPECT_GE(open, 60u);
  EXPECT_GT(steps, 64u * 50u);
}

TEST(AddingProblemInside, TheGradientReachesBackInTheLstmAndVanishesInTheRnn) {
  const TrainedAdding lstm = train_adding(CellKind::lstm, kSeed, kMostUpdates);
  const TrainedAdding rnn = train_adding(CellKind::rnn, kSeed, lstm.updates);
  EXPECT_TRUE(lstm.learnt);
  EXPECT_FALSE(rnn.learnt);
  EXPECT_EQ(rnn.updates, lstm.updates);
  const std::size_t unit =
      largest(error_without_unit(lstm.network, marked_sequences(256, kSequencesSeed)));
  for (const MarkedSequence& sequence : marked_sequences(32, kSequencesSeed + 1)) {
    const std::vector<double> d_c = relative_flow(lstm.network, sequence, unit).d_c;
    ASSERT_EQ(d_c.size(), kAddingSteps);
    ASSERT_EQ(d_c[0], 1.0);
    for (const double relative : d_c) ASSERT_GT(relative, 1e-2);  // 1.0 at the lowest
    const std::vector<double> d_h = relative_flow(rnn.network, sequence, 0).d_h;
    ASSERT_EQ(d_h[0], 1.0);
    for (std::size_t k = 100; k < kAddingSteps; ++k) ASSERT_LT(d_h[k], 1e-6);  // 7e-52 at 100
  }
}

// |dL/dc| of all units 100 steps back, relative to its start. At bias 1, where training begins, it
// is small as well: sigma(1) is 0.73.
TEST(ForgetBias, OfMinusTwoLetsTheGradientDie) {
  const auto at_100_steps = [](float forget_bias) {
    const engine::Network network = untrained_adding(kSeed, forget_bias);
    std::vector<double> all;
    for (const MarkedSequence& sequence : marked_sequences(32, kSequencesSeed)) {
      all.push_back(cell_gradient(network, sequence, 100));
    }
    return all;
  };
  for (const double relative : at_100_steps(-2.0f)) ASSERT_LT(relative, 1e-40);  // 6e-64
  for (const double relative : at_100_steps(1.0f)) ASSERT_LT(relative, 1e-5);    // 9e-8
  for (const double relative : at_100_steps(1.0f)) ASSERT_GT(relative, 1e-10);
  for (const double relative : at_100_steps(5.0f)) ASSERT_GT(relative, 0.1);  // 0.37
}

}  // namespace
}  // namespace sluice::experiments
