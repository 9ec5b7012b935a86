// Experiments beside their control, and what units and gates are worth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "inspection/ablation.hpp"
#include "inspection/changed_run.hpp"
#include "inspection/subject_problem.hpp"

namespace sluice::inspection {
namespace {

constexpr Range kRows{6, 30};

Architecture plain() { return {.input = 2, .hidden = {6, 5}, .output = 2, .biases = 2}; }

std::vector<Setting> settings(const Problem& problem, const std::string& text) {
  return {parse_setting(text, problem.network.architecture(), kRows)};
}

struct Runs {
  reference::Forward untouched, changed;
};
Runs run_both(const Problem& problem, const std::string& text) {
  const ReferenceRun run = reference_run(problem.subject, kRows);
  Runs runs{run.forward(), {}};
  runs.changed = run_changed(run, runs.untouched, settings(problem, text));
  return runs;
}

TEST(Experiment, StepsAreRowsAndTheCellStandsStillToTheBit) {
  const Problem problem(plain(), 30, 21);
  const auto [untouched, changed] = run_both(problem, "f=1,i=0 @ layer 0, units 1-2, steps 10:20");
  const auto c = [](const reference::Forward& run, std::size_t row, std::size_t unit) {
    return run.trace[0].c[(row - kRows.first) * 6 + unit];
  };
  for (std::size_t row = kRows.first; row < 10; ++row)
    EXPECT_EQ(c(changed, row, 1), c(untouched, row, 1));
  for (std::size_t row = 10; row < 20; ++row) {
    EXPECT_EQ(c(changed, row, 1), c(changed, 9, 1));
    EXPECT_EQ(c(changed, row, 2), c(changed, 9, 2));
    EXPECT_NE(c(changed, row, 0), c(changed, 9, 0));
  }
  EXPECT_NE(c(changed, 20, 1), c(changed, 9, 1));
  EXPECT_EQ(changed.trace[1].c[0], untouched.trace[1].c[0]);
}

TEST(Experiment, HoldsScalesAddsAndTakesMeans) {
  const Problem problem(plain(), 30, 22);
  const std::size_t first = 12 - kRows.first;
  const auto at = [](const std::vector<double>& signal, std::size_t t) {
    return signal[t * 6 + 3];
  };
  const Runs held = run_both(problem, "o=hold @ layer 0, unit 3, steps 12:15");
  for (const std::size_t t : {first, first + 1, first + 2})
    EXPECT_EQ(at(held.changed.trace[0].o, t), at(held.untouched.trace[0].o, first - 1));
  EXPECT_NE(at(held.changed.trace[0].o, first + 3), at(held.untouched.trace[0].o, first - 1));
  const Runs from_start = run_both(problem, "o=hold @ layer 0, unit 3");
  EXPECT_EQ(at(from_start.changed.trace[0].o, 5), at(from_start.untouched.trace[0].o, 0));

  const Runs scaled = run_both(problem, "g*=0.5 @ layer 0, unit 3, step 12");
  EXPECT_EQ(at(scaled.changed.trace[0].g, first), 0.5 * at(scaled.untouched.trace[0].g, first));
  const Runs added = run_both(problem, "c+=0.25 @ layer 0, unit 3, step 12");
  EXPECT_EQ(at(added.changed.trace[0].c, first), 0.25 + at(added.untouched.trace[0].c, first));

  const Runs mean = run_both(problem, "f=mean @ layer 0, unit 3");
  double sum = 0.0;
  for (std::size_t t = 0; t < kRows.count(); ++t) sum += at(mean.untouched.trace[0].f, t);
  for (const std::size_t t : {0u, 9u})
    EXPECT_NEAR(at(mean.changed.trace[0].f, t), sum / static_cast<double>(kRows.count()), 1e-12);
}

TEST(Experiment, UntouchedIsWhatTheEngineAnswers) {
  const Problem problem(plain(), 30, 23);
  const reference::Forward slow = reference_run(problem.subject, kRows).forward();
  const std::vector<float> fast = answers(problem.subject, problem.network, kRows,
                                          state_before(problem.subject, kRows.first, kRows.first));
  ASSERT_EQ(fast.size(), slow.y.size());
  for (std::size_t n = 0; n < fast.size(); ++n) EXPECT_NEAR(fast[n], slow.y[n], 3e-6);
}

TEST(Answers, OfManyWindowsAreThoseOfEach) {
  const Problem problem(plain(), 150, 28, 5);
  const std::vector<float> all = answers(problem.subject, problem.network, {0, 150}, {});
  ASSERT_EQ(all.size(), 300u);
  for (const std::size_t row : {0u, 63u, 64u, 149u})
    EXPECT_EQ(answers(problem.subject, problem.network, {row, row + 1}, {})[0], all[2 * row]);
}

TEST(Answers, OfAModelOfWindowsAreThoseOfEachRowsOwnWindow) {
  const Problem problem(plain(), 20, 24, 5);
  const std::vector<float> y = answers(problem.subject, problem.network, {2, 9}, {});
  for (std::size_t row = 2; row < 9; ++row) {
    const Range read = problem.subject.read_for({row, row + 1});
    EXPECT_EQ(read.count(), std::min<std::size_t>(row + 1, 5));
    State state;
    const std::vector<float> alone =
        engine::run(problem.network,
                    {.x = std::span(problem.subject.x).subspan(2 * read.first, 2 * read.count()),
                     .batch = 1,
                     .steps = read.count()},
                    state);
    EXPECT_EQ(alone[2 * read.count() - 2], y[(row - 2) * 2]);
  }
}

// From zeros, so that the state before the first row holds nothing of the unit either.
std::vector<float> engine_with(const Problem& problem, const std::vector<float>& parameters) {
  engine::Network changed = problem.network;
  changed.set_parameters(parameters);
  return answers(problem.subject, changed, {0, 30}, first_state(problem.subject));
}

void expect_close(const std::vector<float>& fast, const std::vector<double>& slow,
                  const std::string& what) {
  ASSERT_EQ(fast.size(), slow.size());
  for (std::size_t n = 0; n < fast.size(); ++n) ASSERT_NEAR(fast[n], slow[n], 1e-5) << what;
}

std::vector<std::pair<std::string, Architecture>> variants() {
  std::vector<std::pair<std::string, Architecture>> all = {{"plain", plain()}};
  const auto with = [&](const char* name, auto change) {
    all.emplace_back(name, plain());
    change(all.back().second);
  };
  with("projection", [](Architecture& architecture) { architecture.cell.projection = 3; });
  with("peephole", [](Architecture& architecture) { architecture.cell.peephole = true; });
  with("i = 1 - f", [](Architecture& architecture) {
    architecture.cell.coupling = Coupling::input_from_forget;
  });
  with("f = 1 - i", [](Architecture& architecture) {
    architecture.cell.coupling = Coupling::forget_from_input;
  });
  with("zoneout", [](Architecture& architecture) {
    architecture.cell.zoneout_c = architecture.cell.zoneout_h = 0.3;
  });
  with("layer norm",
       [](Architecture& architecture) { architecture.cell.layer_norm = LayerNorm::ba; });
  with("both", [](Architecture& architecture) { architecture.direction = Direction::both; });
  with("merged", [](Architecture& architecture) {
    architecture.direction = Direction::both;
    architecture.merge = Merge::mean;
  });
  with("residual", [](Architecture& architecture) {
    architecture.hidden = {5, 5};
    architecture.residual = true;
  });
  with("no head", [](Architecture& architecture) { architecture.output = 0; });
  return all;
}

// A unit taken out of the weights is the unit whose h is 0; with a projection: whose o is.
TEST(Ablation, OfAUnitIsItsOutputAtZero) {
  std::size_t refused = 0;
  for (const auto& [name, architecture] : variants()) {
    const Problem problem(architecture, 30, 25);
    const ReferenceRun run = reference_run(problem.subject, {0, 30});
    for (std::size_t place = 0; place < 2 * architecture.directions(); ++place) {
      const std::size_t layer = place / architecture.directions(),
                        direction = place % architecture.directions();
      const auto without = without_unit(problem.network, layer, direction, 2);
      if (!without) {
        EXPECT_TRUE(name == "merged" || name == "residual" || (name == "no head" && layer == 1));
        ++refused;
        continue;
      }
      // Zoneout would keep some of the h before: it is 0 as well.
      const std::string signal = architecture.cell.projection > 0 ? "o=0" : "h=0";
      const std::string which = architecture.directions() == 1 ? ""
                                : direction == 0               ? ", forward"
                                                               : ", reverse";
      const std::vector<Setting> set = {parse_setting(
          signal + " @ unit 2, layer " + std::to_string(layer) + which, architecture, {0, 30})};
      expect_close(engine_with(problem, *without), run_changed(run, run.forward(), set).y, name);
    }
  }
  EXPECT_EQ(refused, 7u);
}

TEST(Ablation, OfAGateIsTheGateHeld) {
  constexpr std::pair<SignalIndex, const char*> kGates[] = {
      {kF, "f"}, {kI, "i"}, {kG, "g"}, {kO, "o"}};
  std::size_t refused = 0;
  for (const auto& [name, architecture] : variants()) {
    const Problem problem(architecture, 30, 26);
    const ReferenceRun run = reference_run(problem.subject, {0, 30});
    for (const auto& [gate, letter] : kGates) {
      const std::vector<double> values(architecture.hidden[0], gate == kG ? -0.3 : 0.7);
      const auto held = with_gate_held(problem.network, 0, 0, gate, values);
      if (!held) {
        EXPECT_TRUE(name == "layer norm" || (name == "i = 1 - f" && gate == kI) ||
                    (name == "f = 1 - i" && gate == kF))
            << name << letter;
        ++refused;
        continue;
      }
      const std::string forward = architecture.direction == Direction::both ? ", forward" : "";
      const std::string text = std::string(letter) + (gate == kG ? "=-0.3" : "=0.7");
      const std::vector<Setting> set = {
          parse_setting(text + " @ layer 0" + forward, architecture, {0, 30})};
      expect_close(engine_with(problem, *held), run_changed(run, run.forward(), set).y,
                   name + letter);
    }
  }
  EXPECT_EQ(refused, 6u);
}

TEST(Ablation, TellsTheChangeOfEveryUnitAndGate) {
  Problem problem(plain(), 30, 27);
  const Trace trace = problem.trace_of({0, 30});
  ThreadPool pool(2);
  std::size_t told = 0;
  const Ablation plain_change = ablate(problem.subject, trace, {0, 30}, pool,
                                       [&](std::size_t, std::size_t all) { told = all; });
  EXPECT_EQ(told, 11u + 8);
  ASSERT_EQ(plain_change.units.size(), 11u);
  ASSERT_EQ(plain_change.gates.size(), 8u);
  EXPECT_FALSE(plain_change.error);
  const std::vector<float> y =
      answers(problem.subject, problem.network, {0, 30}, first_state(problem.subject));
  const std::vector<float> without = engine_with(problem, *without_unit(problem.network, 1, 0, 3));
  double square = 0.0;
  for (std::size_t n = 0; n < y.size(); ++n)
    square += std::pow(static_cast<double>(y[n] - without[n]), 2);
  const Ablated& unit = plain_change.units[6 + 3];
  EXPECT_EQ(unit.layer, 1u);
  EXPECT_EQ(unit.unit, 3u);
  double means[2] = {0, 0}, spread = 0.0;
  for (std::size_t n = 0; n < y.size(); ++n) means[n % 2] += static_cast<double>(y[n]) / 30.0;
  for (std::size_t n = 0; n < y.size(); ++n)
    spread += std::pow(static_cast<double>(y[n]) - means[n % 2], 2);
  EXPECT_NEAR(*unit.change, 100.0 * std::sqrt(square / spread), 1e-4);

  // With a task: percent of its error, here the mean of the first output.
  problem.subject.error = [](std::size_t, std::span<const float> outputs) {
    double sum = 0.0;
    for (std::size_t n = 0; n < outputs.size(); n += 2)
      sum += std::abs(static_cast<double>(outputs[n]));
    return sum;
  };
  const Ablation task = ablate(problem.subject, trace, {0, 30}, pool, {});
  EXPECT_NEAR(*task.units[9].change,
              100.0 * (problem.subject.error(0, without) / problem.subject.error(0, y) - 1.0),
              1e-4);
  EXPECT_NEAR(*task.error, problem.subject.error(0, y), 1e-9);
}

}  // namespace
}  // namespace sluice::inspection
