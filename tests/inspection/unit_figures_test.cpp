// The figures of units whose gates and cells are known, and how long a known cell remembers.
#include "inspection/unit_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "inspection/subject_problem.hpp"

namespace sluice::inspection {
namespace {

constexpr std::size_t kSteps = 400;

// Four units: f held at 0.5, at 1, swinging, at 0.05; c follows input 0, the clock, unit 1 turned
// round, and nothing.
struct Known {
  Architecture architecture{.input = 2, .hidden = {4}, .output = 1};
  engine::Network network{architecture};
  Subject subject;
  Trace trace{architecture, {.layers = {}, .units = {}, .steps = {0, kSteps}, .direction = {}}};

  Known() {
    Random random(41);
    std::vector<float> x(kSteps * 2);
    for (float& value : x) value = static_cast<float>(random.normal());
    subject = array_subject(network, 0, x, {"load", "noise"});
    Cycle cycle{"hour of day", {}};
    for (std::size_t t = 0; t < kSteps; ++t)
      cycle.phase.push_back(static_cast<double>(t % 24) / 24.0);
    subject.cycles = {cycle};
    for (std::size_t t = 0; t < kSteps; ++t) {
      const auto wave =
          static_cast<float>(std::cos(2.0 * std::numbers::pi * (cycle.phase[t] - 0.3)));
      const float f[4] = {0.5f, 1.0f, t % 4 == 0 ? 0.95f : 0.05f, 0.05f};
      const float i[4] = {0.95f, 0.05f, 0.5f, 0.5f}, o[4] = {0.5f, 0.5f, 0.5f, 0.91f};
      const float c[4] = {2.0f * x[2 * t] + 5.0f, wave, -wave, 7.0f};
      const float h[4] = {0.1f * x[2 * t], wave, -wave, 0.5f};
      trace.step({.layer = 0,
                  .direction = 0,
                  .sample = 0,
                  .step = t,
                  .f = f,
                  .g = c,
                  .i = i,
                  .c = c,
                  .tanh_c = c,
                  .o = o,
                  .h = h});
    }
  }
};

TEST(UnitFigures, TellHowTheGatesStand) {
  const Known known;
  const std::vector<UnitFigures> all = unit_figures(known.subject, known.trace);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_DOUBLE_EQ(all[0].f->high, 0.0);
  EXPECT_DOUBLE_EQ(all[1].f->high, 1.0);
  EXPECT_DOUBLE_EQ(all[2].f->high, 0.25);
  EXPECT_DOUBLE_EQ(all[2].f->low, 0.75);
  EXPECT_DOUBLE_EQ(all[0].i->high, 1.0);
  EXPECT_DOUBLE_EQ(all[1].i->low, 1.0);
  EXPECT_DOUBLE_EQ(all[3].o->high, 1.0);
}

TEST(UnitFigures, HalfLifeFollowsFromTheForgetGate) {
  const Known known;
  const std::vector<UnitFigures> all = unit_figures(known.subject, known.trace);
  EXPECT_NEAR(*all[0].half_life, 1.0, 1e-6);
  EXPECT_FALSE(all[1].half_life);  // nothing is lost
  EXPECT_NEAR(*all[2].half_life, -std::log(2.0) / (0.25 * std::log(0.95) + 0.75 * std::log(0.05)),
              1e-5);
}

TEST(UnitFigures, NameWhatTheCellGoesWith) {
  const Known known;
  const std::vector<UnitFigures> all = unit_figures(known.subject, known.trace);
  EXPECT_EQ(strongest(all[0].inputs)->name, "load");
  EXPECT_NEAR(strongest(all[0].inputs)->r, 1.0, 1e-5);
  EXPECT_LT(std::abs(all[0].inputs[1].r), 0.2);
  EXPECT_NEAR(all[1].cycles[0].r, 1.0, 1e-5);  // whatever its phase
  EXPECT_LT(all[0].cycles[0].r, 0.2);
  EXPECT_EQ(strongest(all[3].inputs)->r, 0.0);
}

TEST(UnitFigures, FindTheDeadAndTheDuplicate) {
  const Known known;
  const std::vector<UnitFigures> all = unit_figures(known.subject, known.trace);
  EXPECT_TRUE(all[3].dead);
  EXPECT_FALSE(all[0].dead || all[1].dead || all[2].dead);
  EXPECT_EQ(all[2].duplicate, 1u);
  EXPECT_FALSE(all[0].duplicate || all[1].duplicate || all[3].duplicate);
}

// f is sigma(b_f) whatever comes in, and nothing flows back through R: a change decays by f each
// step.
TEST(Memory, OfACellThatForgetsAtAKnownRateIsItsPower) {
  const Architecture architecture{.input = 1, .hidden = {2}, .output = 1};
  engine::Network network(architecture);
  std::vector<float> parameters(network.count(), 0.0f);
  const double f[2] = {0.5, 0.96};
  for (const Parameter& parameter : network.list()) {
    for (std::size_t u = 0; u < 2; ++u) {
      if (parameter.role == Role::weight_ih) parameters[parameter.offset + 4 + u] = 1.0f;
      if (parameter.role == Role::bias_ih)
        parameters[parameter.offset + 2 + u] = static_cast<float>(std::log(f[u] / (1.0 - f[u])));
    }
  }
  network.set_parameters(parameters);
  for (const std::size_t window : {0u, 300u}) {
    const Subject subject = array_subject(network, window, std::vector<float>(400, 0.1f), {});
    const std::vector<Memory> all = memories(subject, {0, 400}, 64);
    ASSERT_EQ(all.size(), 2u);
    ASSERT_EQ(all[0].steps, (std::vector<std::size_t>{0, 1, 2, 4, 8, 16, 32, 64}));
    for (std::size_t u = 0; u < 2; ++u) {
      for (std::size_t n = 0; n < 6; ++n)
        EXPECT_NEAR(all[u].change[n], std::pow(f[u], all[u].steps[n]), 1e-4);
    }
    EXPECT_EQ(all[0].remembers, 2u);   // 0.5^4 < 0.1
    EXPECT_EQ(all[1].remembers, 32u);  // 0.96^64 < 0.1
  }
}

// Where the state matters: each place runs on from the state that the series left there.
TEST(Memory, StartsEachPlaceFromItsOwnState) {
  const Architecture architecture{.input = 2, .hidden = {5}, .output = 1};
  const Problem problem(architecture, 60, 43);
  const std::vector<Memory> all = memories(problem.subject, {10, 60}, 8);
  double changes[5][2] = {};
  for (std::size_t n = 0; n < 24; ++n) {
    const std::size_t place = 10 + n * 41 / 23;
    Subject raised = problem.subject;
    for (std::size_t j = 0; j < 2; ++j) raised.x[2 * place + j] += 1.0f;
    for (const std::size_t lag : {0u, 1u}) {
      const State a = state_before(problem.subject, place + lag + 1, place + 20);
      const State b = state_before(raised, place + lag + 1, place + 20);
      for (std::size_t u = 0; u < 5; ++u)
        changes[u][lag] += static_cast<double>(std::abs(a.c[u] - b.c[u]));
    }
  }
  for (std::size_t u = 0; u < 5; ++u)
    EXPECT_NEAR(all[u].change[1] / all[u].change[0], changes[u][1] / changes[u][0], 1e-4);
}

}  // namespace
}  // namespace sluice::inspection
