// A batch in parts is the batch in one: the same outputs to the bit, noise included, and the same
// gradient but for the order of its sums, which no number of threads changes.
#include "network/tape_set.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "network/engine_run.hpp"
#include "sluice/error.hpp"

namespace sluice::network {
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
void fill(Tapes& tapes, std::size_t width, bool x) {
  Random random(x ? 3 : 4);
  for (std::size_t t = 0; t < kSteps; ++t) {
    for (std::size_t b = 0; b < kBatch; ++b) {
      float* row = x ? tapes.x(t, b) : tapes.d_y(t, b);
      for (std::size_t j = 0; j < width; ++j) row[j] = static_cast<float>(random.normal());
    }
  }
}

template <class Tapes>
std::vector<float> outputs(Tapes& tapes, std::size_t width) {
  std::vector<float> y;
  for (std::size_t t = 0; t < kSteps; ++t) {
    for (std::size_t b = 0; b < kBatch; ++b)
      y.insert(y.end(), tapes.y(t, b), tapes.y(t, b) + width);
  }
  return y;
}

Network made(const Architecture& of) {
  Network network(of);
  Random random(5);
  network.set_parameters(random_parameters(of, random));
  return network;
}

Pass in_one(const Case& of) {
  const Network network = made(of.architecture);
  Tape tape(of.architecture, kSteps, kBatch, Tape::Use::with_backward, of.dropout > 0.0f);
  if (!of.lengths.empty()) tape.set_lengths(of.lengths);
  fill(tape, kInputs, true);
  network.forward(tape, {.dropout = of.dropout, .seed = 9});
  Pass pass{outputs(tape, of.architecture.width()), std::vector<float>(network.count())};
  fill(tape, of.architecture.width(), false);
  network.backward(tape, pass.gradient);
  return pass;
}

Pass in_parts(const Case& of, std::size_t threads) {
  const Network network = made(of.architecture);
  ThreadPool pool(threads);
  TapeSet tapes(of.architecture, kSteps, kBatch, Tape::Use::with_backward, of.dropout > 0.0f, pool);
  EXPECT_EQ(tapes.parts(), 4u);
  if (!of.lengths.empty()) tapes.set_lengths(of.lengths);
  fill(tapes, kInputs, true);
  tapes.over_parts([&](Tape& tape, const Samples& samples) {
    network.forward(tape, {.dropout = of.dropout, .seed = 9, .first_sample = samples.first});
  });
  Pass pass{outputs(tapes, of.architecture.width()), std::vector<float>(network.count())};
  fill(tapes, of.architecture.width(), false);
  tapes.over_parts([&](Tape& tape, const Samples&) { network.backward_sums(tape); });
  tapes.add_gradient(network, pass.gradient);
  return pass;
}

TEST(TapeSet, HasTheOutputsAndTheGradientOfTheBatchInOne) {
  for (const Case& of : cases()) {
    const Pass one = in_one(of), parts = in_parts(of, 1);
    EXPECT_EQ(parts.y, one.y) << of.name;
    EXPECT_TRUE(close(Doubles(parts.gradient.begin(), parts.gradient.end()),
                      Doubles(one.gradient.begin(), one.gradient.end()), 1e-5))
        << of.name;
  }
}

TEST(TapeSet, HasTheSameBitsForAnyNumberOfThreads) {
  for (const Case& of : cases()) {
    const Pass alone = in_parts(of, 1);
    for (const std::size_t threads : {2, 3, 4}) {
      const Pass shared = in_parts(of, threads);
      EXPECT_EQ(shared.y, alone.y) << of.name << ", " << threads << " threads";
      EXPECT_EQ(shared.gradient, alone.gradient) << of.name << ", " << threads << " threads";
    }
  }
}

TEST(TapeSet, IsCutByTheShapesAlone) {
  ThreadPool one(1), three(3);
  const auto parts = [&](std::size_t hidden, std::size_t steps, std::size_t batch) {
    const Architecture of{.input = 3, .hidden = {hidden}};
    const TapeSet a(of, steps, batch, Tape::Use::with_backward, false, one);
    const TapeSet b(of, steps, batch, Tape::Use::with_backward, false, three);
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

TEST(TapeSet, RefusesLengthsOfAnotherNumberOfSamples) {
  ThreadPool pool(1);
  TapeSet tapes({.input = 3, .hidden = {8}}, 10, 40, Tape::Use::with_backward, false, pool);
  EXPECT_THROW(tapes.set_lengths(std::vector<std::size_t>(39, 10)), Error);
  EXPECT_THROW(tapes.set_lengths(std::vector<std::size_t>(40, 11)), Error);
}

}  // namespace
}  // namespace sluice::network
