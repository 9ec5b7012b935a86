// Dropout between layers: what its factors are, that they belong to a sample and not to a cut of
// the batch, and the gradient through them by the reference with the same factors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/engine_run.hpp"

namespace sluice::engine {
namespace {

Shape two_layers() { return {{.input = 3, .hidden = {17, 11}, .output = 2, .biases = 1}, 13, 5}; }

struct Dropped {
  Problem problem{two_layers(), 61};
  Network network;

  explicit Dropped(const kernels::KernelTable& table = kernels::chosen())
      : network(problem.shape.architecture, table) {
    network.set_parameters(problem.parameters);
  }

  Activations activations(std::size_t first_sample, std::size_t batch) const {
    Activations made(network.architecture(), problem.shape.steps, batch,
                     Activations::Use::with_backward, true);
    fill_inputs(made, problem, {0, first_sample});
    fill_d_y(made, problem, {0, first_sample});
    fill_first_state(made, problem, first_sample);
    made.want_d_x(true);
    return made;
  }
};

TEST(Dropout, OfASampleIsTheSameHoweverTheBatchIsCut) {
  const Dropped dropped;
  Activations whole = dropped.activations(0, 5), end = dropped.activations(3, 2);
  std::vector<float> unused(dropped.network.count(), 0.0f);
  dropped.network.forward(whole, {0.4f, 9, 0});
  dropped.network.backward(whole, unused);
  dropped.network.forward(end, {0.4f, 9, 3});
  dropped.network.backward(end, unused);
  for (std::size_t t = 0; t < whole.steps(); ++t) {
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t j = 0; j < 2; ++j) ASSERT_EQ(end.y(t, b)[j], whole.y(t, 3 + b)[j]);
      for (std::size_t j = 0; j < 3; ++j) ASSERT_EQ(end.d_x(t, b)[j], whole.d_x(t, 3 + b)[j]);
    }
  }
}

TEST(Dropout, OfRateZeroChangesNothing) {
  const Dropped dropped;
  Activations with = dropped.activations(0, 5);
  Activations without(dropped.network.architecture(), 13, 5, Activations::Use::forward_only);
  fill_inputs(without, dropped.problem);
  fill_first_state(without, dropped.problem);
  dropped.network.forward(with, {0.0f, 9, 0});
  dropped.network.forward(without);
  EXPECT_EQ(outputs(with, dropped.network.architecture()),
            outputs(without, dropped.network.architecture()));
}

// The factors of a network large enough to count them.
std::vector<FloatVector> factors(float rate, std::uint64_t seed, std::size_t first_sample = 0) {
  const Network network({.input = 1, .hidden = {64, 64}, .output = 1, .biases = 0});
  Activations activations(network.architecture(), 16, 16, Activations::Use::forward_only, true);
  network.forward(activations, {rate, seed, first_sample});
  return {activations.between[0].keep, activations.between[1].keep};
}

double share_of(const FloatVector& values, float wanted) {
  const auto count = std::count(values.begin(), values.end(), wanted);
  return static_cast<double>(count) / static_cast<double>(values.size());
}

double agreement(const FloatVector& a, const FloatVector& b, std::size_t shift = 0) {
  std::size_t same = 0;
  for (std::size_t j = shift; j < a.size(); ++j) same += (a[j - shift] == 0) == (b[j] == 0);
  return static_cast<double>(same) / static_cast<double>(a.size() - shift);
}

TEST(Dropout, DropsAtItsRateAndKeepsTheMean) {
  for (const float rate : {0.1f, 0.3f, 0.75f}) {
    for (const FloatVector& layer : factors(rate, 21)) {
      const double deviation = std::sqrt(rate * (1 - rate) / static_cast<double>(layer.size()));
      EXPECT_NEAR(share_of(layer, 0.0f), rate, 4 * deviation);
      const float scale = *std::max_element(layer.begin(), layer.end());
      EXPECT_NEAR(scale, 1.0f / (1.0f - rate), 1e-4f);
      EXPECT_DOUBLE_EQ(share_of(layer, 0.0f) + share_of(layer, scale), 1.0);
    }
  }
}

// Two independent sets of factors agree in p^2 + (1-p)^2 of their places.
TEST(Dropout, IsIndependentOverSeedsLayersStepsSamplesAndUnits) {
  const double expected = 0.3 * 0.3 + 0.7 * 0.7;
  const auto base = factors(0.3f, 21), next_seed = factors(0.3f, 22);
  const auto other_samples = factors(0.3f, 21, 16);
  const double tolerance = 4 * std::sqrt(expected * (1 - expected) / base[0].size());
  EXPECT_NEAR(agreement(base[0], base[1]), expected, tolerance);
  EXPECT_NEAR(agreement(base[0], next_seed[0]), expected, tolerance);
  EXPECT_NEAR(agreement(base[1], next_seed[0]), expected, tolerance);
  EXPECT_NEAR(agreement(base[0], other_samples[0]), expected, tolerance);
  for (const std::size_t shift : {1, 4, 64, 16 * 64}) {  // the next unit, four, sample, step
    EXPECT_NEAR(agreement(base[0], base[0], shift), expected, 1.2 * tolerance) << shift;
  }
}

// The state of one layer out of all.
reference::State of_layer(const reference::State& all, std::size_t at, std::size_t count) {
  const auto first = static_cast<std::ptrdiff_t>(at),
             last = first + static_cast<std::ptrdiff_t>(count);
  return {{all.h.begin() + first, all.h.begin() + last},
          {all.c.begin() + first, all.c.begin() + last}};
}

Doubles factors_of(const Activations& activations, std::size_t layer, std::size_t hidden) {
  const BetweenLayers& above = activations.between[layer];
  return plain_rows(activations, hidden, [&](std::size_t t, std::size_t b) {
    return above.keep.data() + (t * activations.batch() + b) * above.stride;
  });
}

Doubles times(Doubles values, const Doubles& factors) {
  for (std::size_t j = 0; j < values.size(); ++j) values[j] *= factors[j];
  return values;
}

// y = V (keep * h) of the last layer: the reference, one layer at a time, with the engine's factors
// between.
TEST(Dropout, AgreesWithTheReferenceForwardAndBackward) {
  for (const kernels::KernelTable& table : kernels::available()) {
    SCOPED_TRACE(table.name);
    const Dropped dropped(table);
    const Architecture& architecture = dropped.network.architecture();
    Activations activations = dropped.activations(0, 5);
    std::vector<float> gradient(dropped.network.count(), 0.0f);
    dropped.network.forward(activations, {0.4f, 5, 0});

    const reference::Network truth = reference_network(architecture, dropped.problem.parameters);
    reference::Network lower, upper;
    lower.layers = {truth.layers[0]};
    upper.layers = {truth.layers[1]};
    const Doubles keep0 = factors_of(activations, 0, 17), keep1 = factors_of(activations, 1, 11);
    const reference::State first0 = of_layer(dropped.problem.first, 0, 5 * 17);
    const reference::State first1 = of_layer(dropped.problem.first, 5 * 17, 5 * 11);
    const reference::Input in0 = dropped.problem.input();
    const reference::Forward run0 = reference::forward(lower, in0, first0);
    const reference::Input in1{.x = times(run0.y, keep0), .steps = 13, .batch = 5};
    const reference::Forward run1 = reference::forward(upper, in1, first1);
    const Doubles top = times(run1.y, keep1);
    Doubles y, d_top(top.size(), 0.0), d_head(2 * 11, 0.0);
    for (std::size_t row = 0; row < 13 * 5; ++row) {
      for (std::size_t o = 0; o < 2; ++o) {
        double sum = truth.head.bias[o];
        const double d_y = dropped.problem.d_y[row * 2 + o];
        for (std::size_t u = 0; u < 11; ++u) {
          sum += truth.head.weight[o * 11 + u] * top[row * 11 + u];
          d_top[row * 11 + u] += truth.head.weight[o * 11 + u] * d_y;
          d_head[o * 11 + u] += d_y * top[row * 11 + u];
        }
        y.push_back(sum);
      }
    }
    EXPECT_TRUE(close(outputs(activations, architecture), y, 4e-6));

    const reference::Backward d1 = reference::backward(
        upper, in1, first1, run1, times(d_top, keep1), reference::zero_state(upper, 5));
    const reference::Backward d0 = reference::backward(
        lower, in0, first0, run0, times(d1.d_x, keep0), reference::zero_state(lower, 5));
    reference::Backward d{truth, {}, {}};
    d.d_weights.layers = {d0.d_weights.layers[0], d1.d_weights.layers[0]};
    d.d_weights.head.weight = d_head;
    Doubles expected = flat_gradient(architecture, d, 5);
    dropped.network.backward(activations, gradient);
    Doubles got(gradient.begin(), gradient.end());
    got.resize(got.size() - 2);  // head.bias does not see the factors
    expected.resize(got.size());
    EXPECT_TRUE(close(got, expected, 1e-5));
    EXPECT_TRUE(close(input_gradient(activations, architecture), d0.d_x, 1e-5));
  }
}

// A long row is drawn in pieces: each is drawn anew.
TEST(Dropout, DrawsTheWholeOfALongRow) {
  std::vector<float> factors(3 * 64 + 5, -1.0f);
  draw_factors(factors, 0.5, 7);
  const auto piece = [&](long number) {
    return std::vector<float>(factors.begin() + 64 * number, factors.begin() + 64 * (number + 1));
  };
  EXPECT_NE(piece(0), piece(1));
  EXPECT_NE(piece(1), piece(2));
  for (const float factor : factors) EXPECT_TRUE(factor == 0.0f || factor == 2.0f) << factor;
}

}  // namespace
}  // namespace sluice::engine
