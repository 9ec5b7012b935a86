// What must not matter, to the bit: how sequences are padded, cut, ordered in memory or batched;
// and what options mean at their extremes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/engine_run.hpp"
#include "engine/run.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t kSteps = 131, kBatch = 5, kInputs = 3;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const std::vector<std::size_t> kLengths = {131, 0, 67, 1, 64};

std::vector<float> floats(const Doubles& values) { return {values.begin(), values.end()}; }

struct Sample {
  explicit Sample(Architecture architecture, std::uint64_t seed = 71)
      : problem({std::move(architecture), kSteps, kBatch}, seed),
        network(problem.shape.architecture) {
    network.set_parameters(problem.parameters);
    // [B, T, I]
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t t = 0; t < kSteps; ++t) {
        for (std::size_t j = 0; j < kInputs; ++j)
          x.push_back(static_cast<float>(problem.x[(t * kBatch + b) * kInputs + j]));
      }
    }
  }

  std::size_t width() const { return network.architecture().width(); }
  State state() const { return {floats(problem.first.h), floats(problem.first.c)}; }
  State state_of(std::size_t sample) const {
    State one;
    const auto pick = [&](const std::vector<float>& all, bool cell, std::vector<float>& to) {
      auto from = all.begin();
      const std::size_t count =
          network.architecture().layers() * network.architecture().directions();
      for (std::size_t index = 0; index < count; ++index) {
        const auto units =
            static_cast<std::ptrdiff_t>(state_units(network.architecture(), index, cell));
        const auto row = from + static_cast<std::ptrdiff_t>(sample) * units;
        to.insert(to.end(), row, row + units);
        from += static_cast<std::ptrdiff_t>(kBatch) * units;
      }
    };
    const State all = state();
    pick(all.h, false, one.h);
    pick(all.c, true, one.c);
    return one;
  }

  Problem problem;
  Network network;
  std::vector<float> x;
};

std::vector<Architecture> architectures() {
  const Architecture plain{.input = kInputs, .hidden = {7, 5}, .output = 2};
  std::vector<Architecture> all(5, plain);
  all[1].direction = Direction::both;
  all[2].direction = Direction::reverse;
  all[2].cell.peephole = true;
  all[3].cell.projection = 4;
  all[3].cell.zoneout_h = 0.2;
  all[3].cell.layer_norm = LayerNorm::tflite;
  all[4].direction = Direction::both;
  all[4].merge = Merge::mean;
  all[4].cell.layer_norm = LayerNorm::ba;
  all[4].output = 0;
  return all;
}

// y of one sample, [T, width].
std::vector<float> part(const std::vector<float>& y, std::size_t sample, std::size_t row) {
  const auto first = y.begin() + static_cast<std::ptrdiff_t>(sample * row);
  return {first, first + static_cast<std::ptrdiff_t>(row)};
}

TEST(Sequences, PaddedAreThoseAloneToTheBitAndZeroPastTheirEnds) {
  for (const Architecture& architecture : architectures()) {
    const Sample s(architecture);
    std::vector<float> x = s.x;
    for (std::size_t b = 0; b < kBatch; ++b) {
      std::fill(x.begin() + static_cast<std::ptrdiff_t>((b * kSteps + kLengths[b]) * kInputs),
                x.begin() + static_cast<std::ptrdiff_t>((b + 1) * kSteps * kInputs), kNan);
    }
    State state = s.state();
    const std::vector<float> y =
        run(s.network, {.x = x, .batch = kBatch, .steps = kSteps, .lengths = kLengths}, state);
    for (std::size_t b = 0; b < kBatch; ++b) {
      const std::size_t length = kLengths[b];
      State own = s.state_of(b);
      const auto from = s.x.begin() + static_cast<std::ptrdiff_t>(b * kSteps * kInputs);
      const std::vector<float> alone_x(from, from + static_cast<std::ptrdiff_t>(length * kInputs));
      std::vector<float> alone = run(s.network, {.x = alone_x, .batch = 1, .steps = length}, own);
      alone.resize(kSteps * s.width(), 0.0f);
      EXPECT_EQ(part(y, b, kSteps * s.width()), alone) << "length " << length;
      // The sample's states, picked out of the batch's.
      Sample after(architecture);
      after.problem.first = {Doubles(state.h.begin(), state.h.end()),
                             Doubles(state.c.begin(), state.c.end())};
      EXPECT_EQ(after.state_of(b).h, own.h) << "length " << length;
      EXPECT_EQ(after.state_of(b).c, own.c) << "length " << length;
    }
  }
}

TEST(Sequences, OfLengthZeroGiveTheirStateBack) {
  for (const Architecture& architecture : architectures()) {
    const Sample s(architecture);
    State state = s.state();
    const std::vector<std::size_t> none(kBatch, 0);
    const std::vector<float> y =
        run(s.network, {.x = s.x, .batch = kBatch, .steps = kSteps, .lengths = none}, state);
    EXPECT_EQ(y, std::vector<float>(y.size(), 0.0f));
    EXPECT_EQ(state.h, s.state().h);
    EXPECT_EQ(state.c, s.state().c);
  }
}

TEST(Sequences, InTimeMajorOrderAreTheSame) {
  for (const Architecture& architecture : architectures()) {
    const Sample s(architecture);
    State batch_first = s.state(), time_first = s.state();
    const std::vector<float> a =
        run(s.network, {.x = s.x, .batch = kBatch, .steps = kSteps}, batch_first);
    const std::vector<float> turned = floats(s.problem.x);
    const std::vector<float> b = run(
        s.network, {.x = turned, .batch = kBatch, .steps = kSteps, .time_first = true}, time_first);
    for (std::size_t t = 0; t < kSteps; ++t) {
      for (std::size_t n = 0; n < kBatch * s.width(); ++n) {
        const std::size_t sample = n / s.width(), j = n % s.width();
        ASSERT_EQ(b[t * kBatch * s.width() + n], a[(sample * kSteps + t) * s.width() + j]);
      }
    }
    EXPECT_EQ(batch_first.h, time_first.h);
    EXPECT_EQ(batch_first.c, time_first.c);
  }
}

TEST(Sequences, PaddedOnTheLeftAreThosePaddedOnTheRight) {
  for (const Architecture& architecture : architectures()) {
    const Sample s(architecture);
    std::vector<float> left(s.x.size(), kNan);
    for (std::size_t b = 0; b < kBatch; ++b) {
      const std::size_t shift = kSteps - kLengths[b];
      std::copy_n(s.x.begin() + static_cast<std::ptrdiff_t>(b * kSteps * kInputs),
                  kLengths[b] * kInputs,
                  left.begin() + static_cast<std::ptrdiff_t>((b * kSteps + shift) * kInputs));
    }
    State right_state = s.state(), left_state = s.state();
    const std::vector<float> right_y = run(
        s.network, {.x = s.x, .batch = kBatch, .steps = kSteps, .lengths = kLengths}, right_state);
    const std::vector<float> left_y =
        run(s.network,
            {.x = left, .batch = kBatch, .steps = kSteps, .lengths = kLengths, .left_padded = true},
            left_state);
    EXPECT_EQ(left_state.h, right_state.h);
    EXPECT_EQ(left_state.c, right_state.c);
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t t = 0; t < kSteps; ++t) {
        const std::size_t shift = kSteps - kLengths[b];
        for (std::size_t j = 0; j < s.width(); ++j) {
          const float expected =
              t < shift ? 0.0f : right_y[(b * kSteps + t - shift) * s.width() + j];
          ASSERT_EQ(left_y[(b * kSteps + t) * s.width() + j], expected) << b << " " << t;
        }
      }
    }
  }
}

TEST(Sequences, ReversedAreTheForwardRunOfTheReversedInput) {
  Architecture architecture{.input = kInputs, .hidden = {7}, .output = 0};
  const Sample forward(architecture);
  architecture.direction = Direction::reverse;
  const Sample reverse(architecture);
  std::vector<float> turned;
  for (std::size_t b = 0; b < kBatch; ++b) {
    for (std::size_t t = kSteps; t-- > 0;) {
      const auto row = forward.x.begin() + static_cast<std::ptrdiff_t>((b * kSteps + t) * kInputs);
      turned.insert(turned.end(), row, row + kInputs);
    }
  }
  State a = forward.state(), b = forward.state();
  const std::vector<float> expected =
      run(forward.network, {.x = turned, .batch = kBatch, .steps = kSteps}, a);
  const std::vector<float> got =
      run(reverse.network, {.x = reverse.x, .batch = kBatch, .steps = kSteps}, b);
  for (std::size_t row = 0; row < kBatch * kSteps; ++row) {
    const std::size_t sample = row / kSteps, t = row % kSteps;
    for (std::size_t j = 0; j < 7; ++j) {
      ASSERT_EQ(got[row * 7 + j], expected[(sample * kSteps + kSteps - 1 - t) * 7 + j]);
    }
  }
  EXPECT_EQ(a.h, b.h);
  EXPECT_EQ(a.c, b.c);
}

TEST(Sequences, MaskedStepsCarryTheStateAsIfTheyWereNotThere) {
  const Sample s({.input = kInputs, .hidden = {7, 5}, .output = 2});
  std::vector<std::uint8_t> mask(kBatch * kSteps, 1);
  std::vector<float> x = s.x, kept;
  std::vector<std::size_t> places;
  for (std::size_t t = 0; t < kSteps; ++t) {
    const bool skip = t % 3 == 1 || (t > 60 && t < 70);
    for (std::size_t b = 0; b < kBatch; ++b) {
      const auto row = x.begin() + static_cast<std::ptrdiff_t>((b * kSteps + t) * kInputs);
      if (skip) std::fill(row, row + kInputs, kNan);
      mask[b * kSteps + t] = skip ? 0 : 1;
      if (b == 2 && !skip) kept.insert(kept.end(), row, row + kInputs);
    }
    if (!skip) places.push_back(t);
  }
  State state = s.state(), own = s.state_of(2);
  const std::vector<float> y =
      run(s.network, {.x = x, .batch = kBatch, .steps = kSteps, .mask = mask}, state);
  const std::vector<float> alone =
      run(s.network, {.x = kept, .batch = 1, .steps = places.size()}, own);
  for (std::size_t n = 0; n < places.size(); ++n) {
    for (std::size_t j = 0; j < 2; ++j)
      ASSERT_EQ(y[(2 * kSteps + places[n]) * 2 + j], alone[n * 2 + j]);
  }
  // The output of a masked step repeats the one before.
  for (std::size_t j = 0; j < 2; ++j)
    EXPECT_EQ(y[(2 * kSteps + 1) * 2 + j], y[(2 * kSteps + 0) * 2 + j]);
}

float& of_role(std::vector<float>& parameters, const Architecture& architecture, Role role,
               std::size_t at) {
  for (const Parameter& parameter : parameter_list(architecture)) {
    if (parameter.role == role) return parameters[parameter.offset + at];
  }
  throw std::runtime_error("no such parameter");
}

TEST(Sequences, WithTheForgetGateOpenAndTheInputGateShutKeepTheCellToTheBit) {
  Sample s({.input = kInputs, .hidden = {7}, .output = 0});
  std::vector<float> parameters = s.problem.parameters;
  for (std::size_t u = 0; u < 7; ++u) {
    of_role(parameters, s.network.architecture(), Role::bias_ih, u) = -200.0f;     // i
    of_role(parameters, s.network.architecture(), Role::bias_ih, 7 + u) = 200.0f;  // f
  }
  s.network.set_parameters(parameters);
  State state = s.state();
  run(s.network, {.x = s.x, .batch = kBatch, .steps = kSteps}, state);
  EXPECT_EQ(state.c, s.state().c);
}

TEST(Sequences, ProjectedByTheIdentityAreThoseWithoutProjection) {
  Architecture architecture{.input = kInputs, .hidden = {7}, .output = 2};
  const Sample plain(architecture);
  architecture.cell.projection = 7;
  Network projected(architecture);
  std::vector<float> parameters(projected.count(), 0.0f);
  for (const Parameter& parameter : projected.list()) {
    float* to = parameters.data() + parameter.offset;
    if (parameter.role == Role::weight_hr) {
      for (std::size_t u = 0; u < 7; ++u) to[u * 7 + u] = 1.0f;
      continue;
    }
    for (const Parameter& from : plain.network.list()) {
      if (from.role == parameter.role)
        std::copy_n(plain.problem.parameters.data() + from.offset, from.count, to);
    }
  }
  projected.set_parameters(parameters);
  State a = plain.state(), b = plain.state();
  EXPECT_EQ(run(projected, {.x = plain.x, .batch = kBatch, .steps = kSteps}, b),
            run(plain.network, {.x = plain.x, .batch = kBatch, .steps = kSteps}, a));
  EXPECT_EQ(a.h, b.h);
  EXPECT_EQ(a.c, b.c);
}

TEST(Sequences, WithCoupledGatesAreThoseWhoseOtherGateIsCoupledByHand) {
  // sigma(-a) = 1 - sigma(a): the other gate's weights are the negatives.
  for (const Coupling coupling : {Coupling::input_from_forget, Coupling::forget_from_input}) {
    Architecture architecture{.input = kInputs, .hidden = {7}, .output = 2};
    architecture.cell.coupling = coupling;
    const Sample coupled(architecture);
    architecture.cell.coupling = Coupling::none;
    Network by_hand(architecture);
    const std::size_t from_gate = coupling == Coupling::input_from_forget ? 1 : 0;
    std::vector<float> parameters(by_hand.count());
    for (const Parameter& to : by_hand.list()) {
      const Parameter& from =
          coupled.network.list()[static_cast<std::size_t>(&to - by_hand.list().data())];
      const float* values = coupled.problem.parameters.data() + from.offset;
      if (to.count == from.count) {
        std::copy_n(values, to.count, parameters.data() + to.offset);
        continue;
      }
      const std::size_t block = to.count / 4;  // coupled: the gate, g, o
      for (std::size_t gate = 0; gate < 4; ++gate) {
        const std::size_t source = gate < 2 ? 0 : gate - 1;
        const float sign = gate < 2 && gate != from_gate ? -1.0f : 1.0f;
        for (std::size_t j = 0; j < block; ++j)
          parameters[to.offset + gate * block + j] = sign * values[source * block + j];
      }
    }
    by_hand.set_parameters(parameters);
    State a = coupled.state(), b = coupled.state();
    const std::vector<float> expected =
        run(by_hand, {.x = coupled.x, .batch = kBatch, .steps = kSteps}, b);
    const std::vector<float> got =
        run(coupled.network, {.x = coupled.x, .batch = kBatch, .steps = kSteps}, a);
    for (std::size_t j = 0; j < got.size(); ++j) ASSERT_NEAR(got[j], expected[j], 2e-6);
  }
}

TEST(Sequences, WithALearnedStateStartFromIt) {
  Architecture architecture{.input = kInputs, .hidden = {7, 5}, .output = 2};
  const Sample plain(architecture);
  architecture.learned_state = true;
  const Sample learned(architecture, 71);
  std::vector<float> parameters = learned.problem.parameters;
  State given;
  for (const Parameter& parameter : learned.network.list()) {
    std::vector<float>* to = parameter.role == Role::initial_h   ? &given.h
                             : parameter.role == Role::initial_c ? &given.c
                                                                 : nullptr;
    for (std::size_t b = 0; to != nullptr && b < kBatch; ++b) {
      to->insert(
          to->end(), parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset),
          parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset + parameter.count));
    }
  }
  State empty;
  EXPECT_EQ(run(learned.network, {.x = learned.x, .batch = kBatch, .steps = kSteps}, empty),
            run(learned.network, {.x = learned.x, .batch = kBatch, .steps = kSteps}, given));
  State zeros{std::vector<float>(given.h.size(), 0.0f), std::vector<float>(given.c.size(), 0.0f)};
  State none;
  EXPECT_NE(run(learned.network, {.x = learned.x, .batch = kBatch, .steps = kSteps}, zeros),
            run(learned.network, {.x = learned.x, .batch = kBatch, .steps = kSteps}, none));
}

TEST(Sequences, RefuseWhatDoesNotFit) {
  const Sample s({.input = kInputs, .hidden = {7}, .output = 0});
  const auto refused = [&](const Sequences& given, State state = {}) {
    try {
      run(s.network, given, state);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::shape);
      EXPECT_FALSE(error.parts().expected.empty());
      return true;
    }
    return false;
  };
  const std::vector<std::size_t> too_long = {131, 132, 0, 0, 0}, too_few = {1, 2};
  const std::vector<std::uint8_t> mask(7, 1);
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps + 1}));
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps, .lengths = too_long}));
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps, .lengths = too_few}));
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps, .mask = mask}));
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps}, {{1.0f}, {}}));
  EXPECT_TRUE(refused({.x = s.x, .batch = kBatch, .steps = kSteps}, {{}, {1.0f}}));
  EXPECT_FALSE(refused({.x = s.x, .batch = kBatch, .steps = kSteps}));
}

}  // namespace
}  // namespace sluice::engine
