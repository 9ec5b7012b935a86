// What a run hands to its sink: each step once, under its own number, whatever the chunks, lengths
// and directions; and no other bit than without. (That the values are right: options_test.cpp.)
#include "engine/trace.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "engine/engine_run.hpp"
#include "engine/recorded_trace.hpp"
#include "engine/run.hpp"
#include "engine/storage.hpp"
#include "quantization/quantize.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

struct Runs {
  std::vector<float> plain, traced;
  RecordedTrace trace;
};

Runs run_both(const Network& network, Sequences sequences) {
  Runs runs;
  State state;
  runs.plain = run(network, sequences, state);
  sequences.trace = &runs.trace;
  State again;
  runs.traced = run(network, sequences, again);
  EXPECT_EQ(state.h, again.h);
  EXPECT_EQ(state.c, again.c);
  return runs;
}

Network made(const Architecture& architecture) {
  Random random(7);
  Network network(architecture);
  network.set_parameters(random_parameters(architecture, random));
  return network;
}

std::vector<float> normals(std::size_t count) {
  Random random(9);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

// More steps than a chunk has, so that the numbers go on over its end.
TEST(Trace, NumbersTheStepsOfALongRunAndChangesNothing) {
  constexpr std::size_t kSteps = 203, kBatch = 2;
  const Architecture architecture{.input = 3, .hidden = {6, 4}, .output = 1};
  const Network network = made(architecture);
  const std::vector<float> x = normals(kBatch * kSteps * 3);
  const Runs runs = run_both(network, {.x = x, .batch = kBatch, .steps = kSteps});
  EXPECT_EQ(runs.plain, runs.traced);
  EXPECT_FALSE(runs.trace.twice);
  EXPECT_EQ(runs.trace.steps.size(), 2 * kBatch * kSteps);
  EXPECT_EQ(runs.trace.steps.count({1, 0, 1, kSteps - 1}), 1u);
  // S4 and S7 hold from step to step, so each value stands where it belongs.
  for (std::size_t t = 1; t < kSteps; ++t) {
    const auto& [f, g, i, c, tanh_c, o, h] = runs.trace.steps.at({1, 0, 1, t});
    const std::vector<float>& c_before = runs.trace.steps.at({1, 0, 1, t - 1})[3];
    for (std::size_t u = 0; u < 4; ++u) {
      EXPECT_NEAR(c[u], f[u] * c_before[u] + i[u] * g[u], 1e-6) << "step " << t;
      EXPECT_NEAR(h[u], o[u] * tanh_c[u], 1e-6);
    }
  }
}

TEST(Trace, OfAReversedSequenceOfItsOwnLengthStandsInTheOrderOfTime) {
  const Architecture architecture{
      .input = 2, .hidden = {5}, .output = 0, .direction = Direction::both};
  const Network network = made(architecture);
  const std::vector<float> x = normals(2 * 9 * 2);
  const std::vector<std::size_t> lengths = {9, 4};
  const Runs runs = run_both(network, {.x = x, .batch = 2, .steps = 9, .lengths = lengths});
  EXPECT_EQ(runs.plain, runs.traced);
  EXPECT_EQ(runs.trace.steps.size(), 2u * (9 + 4));
  // The output is h of both directions side by side.
  for (const auto& [place, signals] : runs.trace.steps) {
    const auto [layer, direction, sample, step] = place;
    for (std::size_t u = 0; u < 5; ++u)
      EXPECT_EQ(signals[6][u], runs.plain[((sample * 9 + step) * 2 + direction) * 5 + u]);
  }
}

TEST(Trace, OfPaddedAndSkippedStepsStandWhereTheArrayHasThem) {
  const Architecture architecture{.input = 1, .hidden = {3}, .output = 0};
  const Network network = made(architecture);
  const std::vector<float> x = normals(2 * 6);
  const std::vector<std::size_t> lengths = {6, 2};
  const Runs padded =
      run_both(network, {.x = x, .batch = 2, .steps = 6, .lengths = lengths, .left_padded = true});
  EXPECT_EQ(padded.plain, padded.traced);
  EXPECT_EQ(padded.trace.steps.count({0, 0, 1, 4}), 1u);  // of the padded array
  EXPECT_EQ(padded.trace.steps.count({0, 0, 1, 3}), 0u);

  const std::vector<std::uint8_t> mask = {1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0};
  const Runs masked = run_both(network, {.x = x, .batch = 2, .steps = 6, .mask = mask});
  EXPECT_EQ(masked.trace.steps.size(), 10u);
  EXPECT_EQ(masked.trace.steps.count({0, 0, 0, 2}), 0u);
  EXPECT_EQ(masked.trace.steps.count({0, 0, 1, 5}), 0u);
}

TEST(Trace, OfInt8WeightsIsRefused) {
  const Network network = quantization::to_int8(made({.input = 2, .hidden = {5}, .output = 1}),
                                                {.largest_input = 3.0f});
  const std::vector<float> x = normals(6);
  RecordedTrace sink;
  State state;
  EXPECT_THROW(run(network, {.x = x, .batch = 1, .steps = 3, .trace = &sink}, state), Error);
  EXPECT_NO_THROW(run(network, {.x = x, .batch = 1, .steps = 3}, state));
}

}  // namespace
}  // namespace sluice::engine
