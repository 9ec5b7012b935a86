// A batch in parts is the batch in one: the same outputs to the bit, noise included, and the same
// gradient but for the order of its sums, which no number of threads changes.
#include "engine/mini_batch.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/engine_run.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t kSteps = 21, kBatch = 67, kInputs = 3;

struct Case {
  std::string name;
  Architecture architecture{.input = kInputs, .hidden = {9, 7}, .output = 2};
  float dropout = 0.0f;
  std::vector<std::size_t> lengths = {};
};

std::vector<Case> cases() {
  std::vector<Case> all = {{"plain"}, {"dropout"}, {"lengths"}, {"noise"}, {"layer norm"}};
  all[1].dropout = 0.3f;
  for (std::size_t b = 0; b < kBatch; ++b) all[2].lengths.push_back((b * 7) % (kSteps + 1));
  CellOptions& noise = all[3].architecture.cell;
  noise.zoneout_c = noise.zoneout_h = 0.2;
  noise.variational_dropout = 0.3;
  noise.recurrent_dropout = 0.2;
  noise.peephole = true;
  all[4].architecture.cell.layer_norm = LayerNorm::ba;
  all[4].architecture.direction = Direction::both;
  all[4].architecture.output = 0;
  all[4].architecture.learned_state = true;
  return all;
}

struct Pass {
  std::vector<float> y, gradient;
};

// The same draws whatever holds them.
template <class Tapes>
void fill(Tapes& parts, std::size_t width, bool x) {
  Random random(x ? 3 : 4);
  for (std::size_t t = 0; t < kSteps; ++t) {
    for (std::size_t b = 0; b < kBatch; ++b) {
      float* row = x ? parts.x(t, b) : parts.d_y(t, b);
      for (std::size_t j = 0; j < width; ++j) row[j] = static_cast<float>(random.normal());
    }
  }
}

template <class Tapes>
std::vector<float> outputs(Tapes& parts, std::size_t width) {
  std::vector<float> y;
  for (std::size_t t = 0; t < kSteps; ++t) {
    for (std::size_t b = 0; b < kBatch; ++b)
      y.insert(y.end(), parts.y(t, b), parts.y(t, b) + width);
  }
  return y;
}

Network made(const Architecture& architecture) {
  Network network(architecture);
  Random random(5);
  network.set_parameters(random_parameters(architecture, random));
  return network;
}

Pass in_one(const Case& test_case) {
  const Network network = made(test_case.architecture);
  Activations activations(test_case.architecture, kSteps, kBatch, Activations::Use::with_backward,
                          test_case.dropout > 0.0f);
  if (!test_case.lengths.empty()) activations.set_lengths(test_case.lengths);
  fill(activations, kInputs, true);
  network.forward(activations, {.dropout = test_case.dropout, .seed = 9});
  Pass pass{outputs(activations, test_case.architecture.width()),
            std::vector<float>(network.count())};
  fill(activations, test_case.architecture.width(), false);
  network.backward(activations, pass.gradient);
  return pass;
}

Pass in_parts(const Case& test_case, std::size_t threads) {
  const Network network = made(test_case.architecture);
  ThreadPool pool(threads);
  MiniBatch parts(test_case.architecture, kSteps, kBatch, Activations::Use::with_backward,
                  test_case.dropout > 0.0f, pool);
  EXPECT_EQ(parts.parts(), 4u);
  if (!test_case.lengths.empty()) parts.set_lengths(test_case.lengths);
  fill(parts, kInputs, true);
  parts.over_parts([&](Activations& activations, const Samples& samples) {
    network.forward(activations,
                    {.dropout = test_case.dropout, .seed = 9, .first_sample = samples.first});
  });
  Pass pass{outputs(parts, test_case.architecture.width()), std::vector<float>(network.count())};
  fill(parts, test_case.architecture.width(), false);
  parts.over_parts(
      [&](Activations& activations, const Samples&) { network.backward_sums(activations); });
  parts.add_gradient(network, pass.gradient);
  return pass;
}

TEST(MiniBatch, HasTheOutputsAndTheGradientOfTheBatchInOne) {
  for (const Case& test_case : cases()) {
    const Pass one = in_one(test_case), parts = in_parts(test_case, 1);
    EXPECT_EQ(parts.y, one.y) << test_case.name;
    EXPECT_TRUE(close(Doubles(parts.gradient.begin(), parts.gradient.end()),
                      Doubles(one.gradient.begin(), one.gradient.end()), 1e-5))
        << test_case.name;
  }
}

TEST(MiniBatch, HasTheSameBitsForAnyNumberOfThreads) {
  for (const Case& test_case : cases()) {
    const Pass alone = in_parts(test_case, 1);
    for (const std::size_t threads : {2, 3, 4}) {
      const Pass shared = in_parts(test_case, threads);
      EXPECT_EQ(shared.y, alone.y) << test_case.name << ", " << threads << " threads";
      EXPECT_EQ(shared.gradient, alone.gradient) << test_case.name << ", " << threads << " threads";
    }
  }
}

TEST(MiniBatch, IsCutByTheShapesAlone) {
  ThreadPool one(1), three(3);
  const auto parts = [&](std::size_t hidden, std::size_t steps, std::size_t batch) {
    const Architecture architecture{.input = 3, .hidden = {hidden}};
    const MiniBatch a(architecture, steps, batch, Activations::Use::with_backward, false, one);
    const MiniBatch b(architecture, steps, batch, Activations::Use::with_backward, false, three);
    EXPECT_EQ(a.parts(), b.parts());
    EXPECT_EQ(a.batch(), batch);
    std::size_t next = 0;
    for (std::size_t part = 0; part < a.parts(); ++part) {
      EXPECT_EQ(a.samples(part).first, next);
      next = a.samples(part).last;
    }
    EXPECT_EQ(next, batch);
    return a.parts();
  };
  EXPECT_EQ(parts(16, 50, 1), 1u);
  EXPECT_EQ(parts(16, 50, 15), 1u);  // too few samples
  EXPECT_EQ(parts(16, 50, 20), 2u);
  EXPECT_EQ(parts(16, 50, 64), 4u);
  EXPECT_EQ(parts(16, 50, 1000), 16u);
  EXPECT_EQ(parts(16, 4, 64), 2u);    // too little work
  EXPECT_EQ(parts(400, 10, 64), 1u);  // R too large for a cache
}

TEST(MiniBatch, RefusesLengthsOfAnotherNumberOfSamples) {
  ThreadPool pool(1);
  MiniBatch parts({.input = 3, .hidden = {8}}, 10, 40, Activations::Use::with_backward, false,
                  pool);
  EXPECT_THROW(parts.set_lengths(std::vector<std::size_t>(39, 10)), Error);
  EXPECT_THROW(parts.set_lengths(std::vector<std::size_t>(40, 11)), Error);
}

}  // namespace
}  // namespace sluice::engine
