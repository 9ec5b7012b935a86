// The gradient flow against finite differences, and the attribution against its sum.
#include "inspection/gradient_flow.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "inspection/changed_run.hpp"
#include "inspection/subject_problem.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

Architecture two_layers() { return {.input = 3, .hidden = {6, 4}, .output = 2}; }

// d output / d c of a unit at a row, by changing it there.
double by_difference(const ReferenceRun& run, const reference::Forward& untouched,
                     const Architecture& architecture, const std::string& place,
                     std::size_t output) {
  constexpr double kStep = 1e-5;
  const Range rows{run.first_row, run.first_row + run.input.steps};
  const auto last = [&](const char* sign) {
    const std::vector<Setting> set = {
        parse_setting(std::string("c+=") + sign + "0.00001 @ " + place, architecture, rows)};
    const std::vector<double> y = run_changed(run, untouched, set).y;
    return y[y.size() - 2 + output];
  };
  return (last("") - last("-")) / (2.0 * kStep);
}

TEST(GradientFlow, CountsBackFromTheChosenOutput) {
  const Problem problem(two_layers(), 40, 31);
  const GradientFlow flow = gradient_flow(problem.subject, 1, 35, 12);
  const ReferenceRun run = reference_run(problem.subject, {23, 36});
  const reference::Forward untouched = run.forward();
  ASSERT_EQ(flow.layers.size(), 2u);
  for (const std::size_t back : {0u, 1u, 5u, 12u}) {
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const std::size_t hidden = layer == 0 ? 6 : 4;
      double square = 0.0;
      for (std::size_t u = 0; u < hidden; ++u) {
        const double expected =
            std::abs(by_difference(run, untouched, two_layers(),
                                   "layer " + std::to_string(layer) + ", unit " +
                                       std::to_string(u) + ", step " + std::to_string(35 - back),
                                   1));
        EXPECT_NEAR(flow.layers[layer].units_d_c[back * hidden + u], expected, 1e-8);
        square += expected * expected;
      }
      EXPECT_NEAR(flow.layers[layer].d_c[back], std::sqrt(square), 1e-8);
    }
  }
  // At its own step the head alone leads to h.
  const std::vector<double>& v = run.network.head.weight;
  double square = 0.0;
  for (std::size_t u = 0; u < 4; ++u) square += v[4 + u] * v[4 + u];
  EXPECT_NEAR(flow.layers[1].d_h[0], std::sqrt(square), 1e-12);
}

TEST(GradientFlow, GoesNoFurtherThanWhatIsRead) {
  const Problem carried(two_layers(), 40, 32), windows(two_layers(), 40, 32, 7);
  EXPECT_EQ(steps_back(carried.subject, 35, 200), 35u);
  EXPECT_EQ(steps_back(carried.subject, 35, 20), 20u);
  EXPECT_EQ(steps_back(windows.subject, 35, 200), 6u);
  EXPECT_EQ(steps_back(windows.subject, 3, 200), 3u);
}

// Fewer steps back than the window has: what the window's earlier rows left is still there.
TEST(GradientFlow, WithinAWindowStartsFromTheWindowsOwnState) {
  const Problem problem(two_layers(), 40, 36, 15);
  const std::vector<float> y = answers(problem.subject, problem.network, {35, 36}, {});
  EXPECT_NEAR(attribute(problem.subject, 1, 35, 6).output, y[1], 1e-5);
  const ReferenceRun run = reference_run(problem.subject, {29, 36});
  EXPECT_NEAR(run.forward().y.back(), y[1], 1e-5);
  const GradientFlow part = gradient_flow(problem.subject, 1, 35, 6);
  const GradientFlow whole = gradient_flow(problem.subject, 1, 35, 14);
  EXPECT_NEAR(part.layers[0].d_c[6], whole.layers[0].d_c[6], 1e-6);
}

TEST(GradientFlow, OfReverseLayersIsRefused) {
  Architecture architecture = two_layers();
  architecture.direction = Direction::both;
  const Problem problem(architecture, 10, 33);
  EXPECT_THROW(gradient_flow(problem.subject, 0, 9, 5), Error);
  EXPECT_THROW(attribute(problem.subject, 0, 9, 5), Error);
}

TEST(Attribution, AddsUpToTheOutputsChangeAndIsTheSlopeTimesTheInput) {
  for (const bool dropped : {false, true}) {
    Architecture architecture = two_layers();
    // What is drawn in training alone must not be there.
    if (dropped) architecture.cell.recurrent_dropout = architecture.cell.variational_dropout = 0.4;
    const Problem problem(architecture, 40, 34);
    const Attribution made = attribute(problem.subject, 1, 35, 9);
    double sum = 0.0;
    for (const double one : made.integrated) sum += one;
    EXPECT_NEAR(sum, made.output - made.baseline_output, 2e-4);

    const ReferenceRun run = reference_run(problem.subject, {26, 36});
    const reference::Forward forward = run.forward();
    EXPECT_NEAR(made.output, forward.y.back(), 1e-5);
    std::vector<double> d_y(forward.y.size(), 0.0);
    d_y.back() = 1.0;
    const reference::Backward d = reference::backward(run.network, run.input, run.first, forward,
                                                      d_y, reference::zero_state(run.network, 1));
    ASSERT_EQ(made.gradient_times_input.size(), 30u);
    for (std::size_t back = 0; back <= 9; ++back) {
      for (std::size_t j = 0; j < 3; ++j) {
        const std::size_t at = (9 - back) * 3 + j;
        EXPECT_NEAR(made.gradient_times_input[back * 3 + j], d.d_x[at] * run.input.x[at], 1e-5);
      }
    }
  }
}

TEST(Attribution, ThroughZoneoutIsRefused) {
  Architecture architecture = two_layers();
  architecture.cell.zoneout_c = 0.1;
  const Problem problem(architecture, 10, 35);
  EXPECT_THROW(attribute(problem.subject, 0, 9, 5), Error);
  EXPECT_NO_THROW(gradient_flow(problem.subject, 0, 9, 5));
}

}  // namespace
}  // namespace sluice::inspection
