// The engine against the double reference, forward and backward, for every instruction set of this
// processor.
#include "engine/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "core/float_mode.hpp"
#include "engine/engine_run.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// A sum of n terms at most about 1 is wrong by n roundings of 2^-24 at worst, and by about their
// root as a rule; the gates carry it on over time with a gain of at most about 4 at these scales.
// For n = 40 that is 1e-6 as a rule and 1e-5 at worst. Measured: 4e-7 forward, 2e-6 backward.
constexpr double kForward = 4e-6;
constexpr double kBackward = 1e-5;

std::vector<Shape> shapes() {
  return {
      {{.input = 1, .hidden = {1}, .output = 1, .biases = 1}, 1, 1},
      {{.input = 3, .hidden = {5}, .output = 2, .biases = 2}, 23, 5},
      {{.input = 7, .hidden = {17}, .output = 0, .biases = 1}, 11, 4},
      {{.input = 2, .hidden = {13, 5}, .output = 3, .biases = 1}, 13, 3},
      {{.input = 19, .hidden = {3, 11}, .output = 17, .biases = 0}, 17, 2},
      {{.input = 5, .hidden = {7, 19}, .output = 0, .biases = 2}, 5, 5},
      {{.input = 11, .hidden = {23, 7, 2}, .output = 5, .biases = 2}, 19, 1},
      {{.input = 13, .hidden = {2, 31, 3}, .output = 1, .biases = 1}, 7, 3},
      {{.input = 4, .hidden = {16, 32}, .output = 16, .biases = 1}, 8, 4},
      {{.input = 70, .hidden = {67}, .output = 2, .biases = 1}, 5, 3},
  };
}

// Runs every shape on every table; `check` gets the problem and the network with its parameters.
template <class Check>
void for_every_shape_and_table(Check check) {
  for (const kernels::KernelTable& table : kernels::available()) {
    std::uint64_t seed = 100;
    for (const Shape& shape : shapes()) {
      SCOPED_TRACE(describe(shape, table));
      const Problem problem(shape, ++seed);
      Network network(shape.architecture, table);
      network.set_parameters(problem.parameters);
      check(problem, network);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

Activations filled_activations(const Problem& problem) {
  const Shape& shape = problem.shape;
  Activations activations(shape.architecture, shape.steps, shape.batch,
                          Activations::Use::with_backward);
  fill_inputs(activations, problem);
  fill_d_y(activations, problem);
  fill_first_state(activations, problem);
  fill_d_last(activations, problem);
  activations.want_d_x(true);
  return activations;
}

reference::Forward reference_forward(const Problem& problem, const reference::Network& truth) {
  return reference::forward(truth, problem.input(), problem.first);
}

TEST(Network, ForwardAgreesWithTheReference) {
  for_every_shape_and_table([](const Problem& problem, const Network& network) {
    const Architecture& architecture = problem.shape.architecture;
    const reference::Forward truth =
        reference_forward(problem, reference_network(architecture, problem.parameters));
    Activations activations = filled_activations(problem);
    network.forward(activations);
    ASSERT_TRUE(close(outputs(activations, architecture), truth.y, kForward));
    ASSERT_TRUE(close(last_state(activations, architecture, false), truth.last.h, kForward));
    ASSERT_TRUE(close(last_state(activations, architecture, true), truth.last.c, kForward));
  });
}

// Tensor by tensor, each by its own largest value, on top of what was there before.
void expect_added(const Architecture& architecture, const std::vector<float>& before,
                  const std::vector<float>& after, const Doubles& gradient) {
  for (const Parameter& parameter : parameter_list(architecture)) {
    Doubles got, expected;
    for (std::size_t j = parameter.offset; j < parameter.offset + parameter.count; ++j) {
      got.push_back(after[j]);
      expected.push_back(static_cast<double>(before[j]) + gradient[j]);
    }
    ASSERT_TRUE(close(got, expected, kBackward)) << parameter.name;
  }
}

TEST(Network, BackwardAgreesWithTheReferenceAndAddsParameterGradients) {
  for_every_shape_and_table([](const Problem& problem, const Network& network) {
    const Architecture& architecture = problem.shape.architecture;
    const reference::Network truth = reference_network(architecture, problem.parameters);
    const reference::Backward d =
        reference::backward(truth, problem.input(), problem.first,
                            reference_forward(problem, truth), problem.d_y, problem.d_last);
    const Doubles gradient = flat_gradient(architecture, d, problem.shape.batch);

    Activations activations = filled_activations(problem);
    std::vector<float> got(network.count(), 0.25f);
    for (const double times : {1.0, 2.0}) {
      network.forward(activations);
      network.backward(activations, got);
      Doubles expected = gradient;
      for (double& value : expected) value *= times;
      const std::vector<float> before(network.count(), 0.25f);
      ASSERT_NO_FATAL_FAILURE(expect_added(architecture, before, got, expected)) << times;
      ASSERT_TRUE(close(input_gradient(activations, architecture), d.d_x, kBackward));
      const auto d_h = [](const LayerActivations& layer) { return layer.d_h_first.data(); };
      const auto d_c = [](const LayerActivations& layer) { return layer.d_c_first.data(); };
      ASSERT_TRUE(
          close(plain_state(activations, architecture, false, d_h), d.d_first.h, kBackward));
      ASSERT_TRUE(close(plain_state(activations, architecture, true, d_c), d.d_first.c, kBackward));
    }
  });
}

// On one activations, what a pass leaves behind does not reach the gradient of the next.
TEST(Network, BackwardWithLengthsForgetsThePassBefore) {
  for_every_shape_and_table([](const Problem& problem, const Network& network) {
    std::vector<std::size_t> lengths;
    for (std::size_t b = 0; b < problem.shape.batch; ++b)
      lengths.push_back(problem.shape.steps * (b + 1) / (problem.shape.batch + 1));
    const auto gradient = [&](Activations& activations) {
      std::vector<float> got(network.count(), 0.0f);
      network.forward(activations);
      network.backward(activations, got);
      return got;
    };
    Activations fresh = filled_activations(problem), used = filled_activations(problem);
    fresh.set_lengths(lengths);
    const std::vector<float> expected = gradient(fresh);
    gradient(used);
    used.set_lengths(lengths);
    ASSERT_EQ(gradient(used), expected);
    ASSERT_EQ(gradient(used), expected);
  });
}

TEST(Network, GivesASampleInABatchTheBitsThatItHasAlone) {
  for_every_shape_and_table([](const Problem& problem, const Network& network) {
    const Architecture& architecture = problem.shape.architecture;
    Activations batch = filled_activations(problem);
    std::vector<float> unused(network.count(), 0.0f);
    network.forward(batch);
    network.backward(batch, unused);
    for (std::size_t sample = 0; sample < batch.batch(); ++sample) {
      Activations alone(architecture, batch.steps(), 1, Activations::Use::with_backward);
      alone.want_d_x(true);
      fill_inputs(alone, problem, {0, sample});
      fill_d_y(alone, problem, {0, sample});
      fill_first_state(alone, problem, sample);
      fill_d_last(alone, problem, sample);
      network.forward(alone);
      network.backward(alone, unused);
      for (std::size_t t = 0; t < batch.steps(); ++t) {
        for (std::size_t j = 0; j < architecture.width(); ++j) {
          ASSERT_EQ(alone.y(t, 0)[j], batch.y(t, sample)[j]) << "step " << t;
        }
        for (std::size_t j = 0; j < architecture.input; ++j) {
          ASSERT_EQ(alone.d_x(t, 0)[j], batch.d_x(t, sample)[j]) << "step " << t;
        }
      }
    }
  });
}

// Whether every row of `units` floats is zero from `hidden` on.
bool zero_behind(const FloatVector& rows, std::size_t units, std::size_t hidden) {
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (at % units >= hidden && rows[at] != 0.0f) return false;
  }
  return true;
}

TEST(Network, KeepsPaddedPlacesZero) {
  for_every_shape_and_table([](const Problem& problem, const Network& network) {
    const Architecture& architecture = problem.shape.architecture;
    Activations activations = filled_activations(problem);
    std::vector<float> unused(network.count(), 0.0f);
    for (int times = 0; times < 2; ++times) {
      network.forward(activations);
      network.backward(activations, unused);
      activations.carry_state();
    }
    for (std::size_t l = 0; l < architecture.layers(); ++l) {
      const LayerActivations& layer_activations = activations.layers[l];
      const std::size_t hidden = architecture.hidden[l];
      for (const FloatVector* rows :
           {&layer_activations.h, &layer_activations.c, &layer_activations.tanh_c,
            &layer_activations.d_h, &layer_activations.d_h_first, &layer_activations.d_c_first,
            &layer_activations.gates}) {
        ASSERT_TRUE(zero_behind(*rows, layer_activations.units, hidden)) << "layer " << l;
      }
    }
    for (std::size_t t = 0; t < activations.steps(); ++t) {
      for (std::size_t b = 0; b < activations.batch(); ++b) {
        const auto zero = [](float v) { return v == 0.0f; };
        EXPECT_TRUE(std::all_of(activations.y(t, b) + architecture.width(),
                                activations.y(t, b) + activations.y_stride, zero));
        EXPECT_TRUE(std::all_of(activations.d_x(t, b) + architecture.input,
                                activations.d_x(t, b) + activations.d_x_stride, zero));
      }
    }
  });
}

TEST(Network, WritesNoInputGradientThatNobodyWants) {
  const Problem problem(shapes()[3], 7);
  Network network(problem.shape.architecture);
  network.set_parameters(problem.parameters);
  Activations activations = filled_activations(problem);
  activations.want_d_x(false);
  std::vector<float> gradient(network.count(), 0.0f);
  network.forward(activations);
  network.backward(activations, gradient);
  for (const double d : input_gradient(activations, problem.shape.architecture)) EXPECT_EQ(d, 0.0);
}

TEST(Network, RefusesParametersOfAnotherCount) {
  Network network({.input = 2, .hidden = {3}, .output = 1});
  try {
    network.set_parameters(std::vector<float>(5));
    FAIL() << "took 5 parameters";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::shape);
    EXPECT_EQ(error.parts().got, "5");
    EXPECT_EQ(error.parts().expected, std::to_string(4 * 3 * (2 + 3 + 1) + 4));
  }
}

// g = tanh(1e-40) would leave c = 5e-41 and h below it, and every step after as slow as this one.
TEST(Network, FlushesDenormalsInsideARunAndKeepsTheCallersMode) {
  for (const kernels::KernelTable& table : kernels::available()) {
    Network network({.input = 1, .hidden = {1}, .output = 0, .biases = 0}, table);
    network.set_parameters(std::vector<float>(8, 1.0f));
    const auto half_of_the_smallest = [] {
      volatile float value = std::numeric_limits<float>::min();
      value = value * 0.5f;
      return value + 0.0f;
    };
    constexpr float kKept = std::numeric_limits<float>::min() / 2;
    Activations activations(network.architecture(), 2, 1, Activations::Use::with_backward);
    std::vector<float> gradient(8, 0.0f);
    activations.x(0, 0)[0] = 1e-40f;
    network.forward(activations);
    EXPECT_EQ(activations.y(0, 0)[0], 0.0f) << table.name;
    EXPECT_EQ(half_of_the_smallest(), kKept);
    network.backward(activations, gradient);
    EXPECT_EQ(half_of_the_smallest(), kKept);
    const FlushDenormals flush;
    network.forward(activations);
    EXPECT_EQ(half_of_the_smallest(), 0.0f);
  }
}

TEST(Activations, WithoutAHeadHoldsZerosPastEndsThatWereNotThereBefore) {
  const Architecture architecture{.input = 2, .hidden = {3}};
  Network network(architecture);
  network.set_parameters(std::vector<float>(network.count(), 0.3f));
  Activations activations(architecture, 5, 2, Activations::Use::forward_only);
  for (const std::vector<std::size_t>& lengths : {std::vector<std::size_t>{5, 5}, {2, 3}}) {
    activations.reset_state();
    activations.set_lengths(lengths);
    for (std::size_t t = 0; t < 5; ++t) {
      for (std::size_t b = 0; b < 2; ++b) std::fill_n(activations.x(t, b), 2, 0.5f);
    }
    network.forward(activations);
    for (std::size_t t = 0; t < 5; ++t) {
      for (std::size_t b = 0; b < 2; ++b)
        EXPECT_EQ(activations.y(t, b)[0] == 0.0f, t >= lengths[b]) << t;
    }
  }
}

// A candidate that is a half where its sum is zero, and gates that would grow from pass to pass.
TEST(Activations, PaddingStaysZeroWhateverTheActivations) {
  Architecture architecture{.input = 2, .hidden = {5}};
  architecture.activations[0].candidate = {Activation::sigmoid, 0.0, 0.0};
  architecture.activations[0].gate = {Activation::affine, 3.0, 0.5};
  Network network(architecture);
  Activations activations(architecture, 2, 3, Activations::Use::forward_only);
  for (int pass = 0; pass < 200; ++pass) {
    activations.reset_state();
    network.forward(activations);
  }
  for (const FloatVector* rows : {&activations.layers[0].c, &activations.layers[0].h}) {
    for (std::size_t at = 0; at < rows->size(); ++at) {
      if (at % padded(5) < 5) continue;
      EXPECT_EQ((*rows)[at], 0.0f) << at;
    }
  }
}

}  // namespace
}  // namespace sluice::engine
