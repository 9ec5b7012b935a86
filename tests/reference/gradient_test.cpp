// The reference's gradients of every parameter, x and both first states against central
// differences, for every option and every two options that may stand together.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "reference/lstm.hpp"
#include "reference/option_table.hpp"
#include "reference/problem.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

constexpr double kStep = 1e-5;
constexpr double kLongStep = 4e-5;
constexpr double kTolerance = 1e-7;  // of the array's largest value

double largest(const Values& values) {
  double result = 0.0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

// d loss / d value from the losses `step` above and below.
double central_difference(const Problem& problem, double& value, double step) {
  const double middle = value;
  value = middle + step;
  const double above = problem.loss();
  value = middle - step;
  const double below = problem.loss();
  value = middle;
  return (above - below) / (2.0 * step);
}

// The same by Richardson's rule, whose error is of the order of step^4, so that the step may be
// longer and rounding weigh less.
double precise_difference(const Problem& problem, double& value) {
  const double near = central_difference(problem, value, 0.5 * kLongStep);
  const double far = central_difference(problem, value, kLongStep);
  return (4.0 * near - far) / 3.0;
}

struct Array {
  std::string name;
  Values* values;
  const Values* gradient;
};

std::vector<Array> arrays_of(Problem& problem, const Backward& d) {
  std::vector<Array> all;
  const auto parameters = parameter_arrays(problem.network);
  const auto gradients = parameter_arrays(d.d_weights);
  for (std::size_t n = 0; n < parameters.size(); ++n) {
    all.push_back({"parameters " + std::to_string(n), parameters[n], gradients[n]});
  }
  all.push_back({"x", &problem.input.x, &d.d_x});
  all.push_back({"first h", &problem.first.h, &d.d_first.h});
  all.push_back({"first c", &problem.first.c, &d.d_first.c});
  return all;
}

// Whether every state and gradient is of the order of 1: neither exploding, nor too small to be
// told from rounding. (A relu that is off everywhere has gradients of 0, which are told exactly.)
bool tame(const Forward& run, const Backward& d) {
  for (const LayerTrace& trace : run.trace) {
    if (largest(trace.c) > 5.0 || largest(trace.h) > 5.0) return false;
  }
  const auto visible = [](const Values& values) {
    const double size = largest(values);
    return size == 0.0 || (size > 1e-2 && size < 30.0);
  };
  for (const Values* gradient : parameter_arrays(d.d_weights)) {
    if (!visible(*gradient)) return false;
  }
  return visible(d.d_x) && visible(d.d_first.h) && visible(d.d_first.c);
}

// A point at which differences can be trusted, 10 steps from every kink.
Problem good_point(const Combination& combination) {
  constexpr std::uint64_t kTries = 2000;
  for (std::uint64_t seed = 1; seed <= kTries; ++seed) {
    Problem problem = make_problem(combination.variant, seed);
    const Forward run = problem.forward();
    if (distance_to_kink(problem.network, problem.input, run) < 10.0 * kLongStep) continue;
    if (tame(run, problem.backward())) return problem;
  }
  ADD_FAILURE() << combination.name << ": no good point in " << kTries;
  return make_problem(combination.variant, 1);
}

// The largest error over all arrays, relative to each array's largest value.
double check_gradients(const Combination& combination) {
  Problem problem = good_point(combination);
  const Backward d = problem.backward();
  double worst = 0.0;
  for (const Array& array : arrays_of(problem, d)) {
    EXPECT_EQ(array.values->size(), array.gradient->size()) << combination.name << array.name;
    const double scale = largest(*array.gradient);
    for (std::size_t n = 0; n < array.values->size(); ++n) {
      double& value = (*array.values)[n];
      if (std::isnan(value)) {
        EXPECT_EQ((*array.gradient)[n], 0.0) << combination.name << ", " << array.name;
        continue;
      }
      const double got = (*array.gradient)[n];
      double expected = central_difference(problem, value, kStep);
      if (std::abs(got - expected) > 0.2 * kTolerance * scale) {
        expected = precise_difference(problem, value);
      }
      const double error = std::abs(got - expected);
      if (error > kTolerance * scale) {
        ADD_FAILURE() << combination.name << ", " << array.name << "[" << n << "]: " << got
                      << ", by differences " << expected;
      }
      worst = std::max(worst, error == 0.0 ? 0.0 : error / scale);
    }
  }
  return worst;
}

void check_all(const std::vector<Combination>& combinations, std::size_t at_least) {
  double worst = 0.0;
  std::string name;
  for (const Combination& combination : combinations) {
    const double error = check_gradients(combination);
    if (error > worst) {
      worst = error;
      name = combination.name;
    }
  }
  std::printf("%zu combinations, largest error %.1e (%s)\n", combinations.size(), worst,
              name.c_str());
  EXPECT_GE(combinations.size(), at_least);
}

TEST(Gradient, OfEveryOptionAloneEqualsCentralDifferences) { check_all(single_options(), 63); }

TEST(Gradient, OfAllOptionsAtOnceEqualsCentralDifferences) { check_all(crowds(), 36); }

// d loss / d h or c of a unit at a step, by changing it there.
double difference_at(Problem problem, const ChangedAt& at, std::size_t unit) {
  double nudge = 0.0;
  problem.input.change = [&](const ChangedAt& now, std::span<double> values) {
    if (now.layer == at.layer && now.step == at.step && now.sample == at.sample &&
        now.signal == at.signal)
      values[unit] += nudge;
  };
  nudge = kStep;
  const double above = problem.loss();
  nudge = -kStep;
  return (above - problem.loss()) / (2.0 * kStep);
}

TEST(Gradient, AtEveryStepsStateEqualsWhatChangingItThereDoes) {
  for (const Combination& combination : single_options()) {
    const Problem problem = good_point(combination);
    const Backward d = problem.backward();
    ASSERT_EQ(d.d_trace.size(), problem.network.layers.size());
    for (std::size_t n = 0; n < d.d_trace.size(); ++n) {
      for (const Signal signal : {Signal::h, Signal::c}) {
        const Values& all = signal == Signal::h ? d.d_trace[n].d_h : d.d_trace[n].d_c;
        const double scale = std::max(largest(all), 1e-3);
        const std::size_t width = all.size() / (problem.input.steps * problem.input.batch);
        for (std::size_t at = 0; at < all.size(); at += 3) {
          const std::size_t row = at / width, t = row / problem.input.batch,
                            b = row % problem.input.batch;
          const bool rnn_c = signal == Signal::c && problem.network.cell.kind == CellKind::rnn;
          if (!runs(problem.input, t, b) || rnn_c) continue;
          EXPECT_NEAR(all[at], difference_at(problem, {n, t, b, signal}, at % width), 1e-6 * scale)
              << combination.name << ", layer " << n << ", step " << t;
        }
      }
    }
  }
}

// The pairs in shares, so that they can run side by side.
class GradientOfPairs : public testing::TestWithParam<std::size_t> {};
constexpr std::size_t kShares = 4;

TEST_P(GradientOfPairs, EqualsCentralDifferences) {
  std::vector<Combination> share;
  const std::vector<Combination> all = option_pairs();
  for (std::size_t n = GetParam(); n < all.size(); n += kShares) {
    share.push_back(all[n]);
    share.back().variant.steps = 4;
  }
  std::printf("share %zu of %zu pairs: ", GetParam(), all.size());
  check_all(share, 410);
}

INSTANTIATE_TEST_SUITE_P(All, GradientOfPairs, testing::Range<std::size_t>(0, kShares));

}  // namespace
}  // namespace sluice::reference
