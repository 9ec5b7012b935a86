// A sequence in chunks, with its state carried, is the sequence as a whole: the same bits forward,
// and the whole gradient where each chunk hands its own to the one before.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/engine_run.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t kChunks[] = {7, 11, 1, 4};

Shape whole_shape() { return {{.input = 3, .hidden = {13, 5}, .output = 2, .biases = 2}, 23, 3}; }

struct Whole {
  Problem problem{whole_shape(), 41};
  Network network;
  Activations activations{problem.shape.architecture, 23, 3, Activations::Use::with_backward};

  explicit Whole(const kernels::KernelTable& table) : network(problem.shape.architecture, table) {
    network.set_parameters(problem.parameters);
    fill_inputs(activations, problem);
    fill_d_y(activations, problem);
    fill_first_state(activations, problem);
    fill_d_last(activations, problem);
    activations.want_d_x(true);
  }
};

TEST(Chunks, WithCarriedStateGiveTheBitsOfTheWhole) {
  for (const kernels::KernelTable& table : kernels::available()) {
    Whole whole(table);
    whole.network.forward(whole.activations);
    Activations chunk(whole.problem.shape.architecture, 11, 3, Activations::Use::forward_only);
    fill_first_state(chunk, whole.problem);
    std::size_t first = 0;
    for (const std::size_t steps : kChunks) {
      chunk.set_steps(steps);
      fill_inputs(chunk, whole.problem, {first, 0});
      whole.network.forward(chunk);
      for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t b = 0; b < 3; ++b) {
          for (std::size_t j = 0; j < 2; ++j) {
            ASSERT_EQ(chunk.y(t, b)[j], whole.activations.y(first + t, b)[j])
                << table.name << ", step " << first + t << ", sample " << b;
          }
        }
      }
      chunk.carry_state();
      first += steps;
    }
    ASSERT_EQ(first, 23u);
  }
}

// The state after a chunk becomes the one before the next.
void hand_on_state(const Activations& from, Activations& to) {
  for (std::size_t l = 0; l < to.layers.size(); ++l) {
    const std::size_t count = from.batch() * from.layers[l].units;
    const auto last = static_cast<std::ptrdiff_t>(from.steps() * count);
    std::copy_n(from.layers[l].h.begin() + last, count, to.layers[l].h.begin());
    std::copy_n(from.layers[l].c.begin() + last, count, to.layers[l].c.begin());
  }
}

void hand_back_gradient(const Activations& from, Activations& to) {
  for (std::size_t l = 0; l < to.layers.size(); ++l) {
    to.layers[l].d_h_last = from.layers[l].d_h_first;
    to.layers[l].d_c_last = from.layers[l].d_c_first;
  }
}

std::vector<Activations> forward_in_chunks(const Network& network, const Problem& problem) {
  std::vector<Activations> parts;
  std::size_t first = 0;
  for (const std::size_t steps : kChunks) {
    Activations activations(network.architecture(), steps, 3, Activations::Use::with_backward);
    fill_inputs(activations, problem, {first, 0});
    fill_d_y(activations, problem, {first, 0});
    activations.want_d_x(true);
    if (first == 0) {
      fill_first_state(activations, problem);
    } else {
      hand_on_state(parts.back(), activations);
    }
    network.forward(activations);
    parts.push_back(std::move(activations));
    first += steps;
  }
  return parts;
}

// By the reference's whole gradient, so that a fault in both of the engine's ways is seen as well.
TEST(Chunks, ThatHandTheirGradientBackGiveTheGradientOfTheWhole) {
  for (const kernels::KernelTable& table : kernels::available()) {
    SCOPED_TRACE(table.name);
    const Whole whole(table);
    const Problem& problem = whole.problem;
    const Architecture& architecture = problem.shape.architecture;
    const reference::Network truth = reference_network(architecture, problem.parameters);
    const reference::Forward run = reference::forward(truth, problem.input(), problem.first);
    const reference::Backward d = reference::backward(truth, problem.input(), problem.first, run,
                                                      problem.d_y, problem.d_last);

    std::vector<Activations> parts = forward_in_chunks(whole.network, problem);
    fill_d_last(parts.back(), problem);
    std::vector<float> gradient(whole.network.count(), 0.0f);
    Doubles d_x;
    for (std::size_t chunk = parts.size(); chunk-- > 0;) {
      whole.network.backward(parts[chunk], gradient);
      if (chunk > 0) hand_back_gradient(parts[chunk], parts[chunk - 1]);
      const Doubles part = input_gradient(parts[chunk], architecture);
      d_x.insert(d_x.begin(), part.begin(), part.end());
    }
    EXPECT_TRUE(
        close(Doubles(gradient.begin(), gradient.end()), flat_gradient(architecture, d, 3), 1e-5));
    EXPECT_TRUE(close(d_x, d.d_x, 1e-5));
  }
}

TEST(Chunks, ShorterThanTheirTapeGiveTheBitsOfATapeOfTheirOwn) {
  Whole whole(kernels::chosen());
  const Architecture& architecture = whole.problem.shape.architecture;
  std::vector<float> of_long(whole.network.count(), 0.0f), of_short = of_long;
  whole.network.forward(whole.activations);  // leaves something in all of its room
  whole.network.backward(whole.activations, of_long);
  std::fill(of_long.begin(), of_long.end(), 0.0f);
  whole.activations.set_steps(9);
  whole.network.forward(whole.activations);
  whole.network.backward(whole.activations, of_long);

  Activations activations(architecture, 9, 3, Activations::Use::with_backward);
  fill_inputs(activations, whole.problem);
  fill_d_y(activations, whole.problem);
  fill_first_state(activations, whole.problem);
  fill_d_last(activations, whole.problem);
  whole.network.forward(activations);
  whole.network.backward(activations, of_short);
  EXPECT_EQ(of_long, of_short);
}

TEST(Chunks, ResetOneSampleOrAll) {
  Whole whole(kernels::chosen());
  whole.network.forward(whole.activations);
  whole.activations.carry_state();
  whole.activations.reset_state(1);
  for (const LayerActivations& layer : whole.activations.layers) {
    EXPECT_NE(layer.h[0], 0.0f);
    EXPECT_NE(layer.c[2 * layer.units], 0.0f);
    for (std::size_t u = 0; u < layer.units; ++u) {
      EXPECT_EQ(layer.h[layer.units + u], 0.0f);
      EXPECT_EQ(layer.c[layer.units + u], 0.0f);
    }
  }
  whole.activations.reset_state();
  for (const LayerActivations& layer : whole.activations.layers) {
    for (std::size_t at = 0; at < 3 * layer.units; ++at) {
      EXPECT_EQ(layer.h[at], 0.0f);
      EXPECT_EQ(layer.c[at], 0.0f);
    }
  }
}

}  // namespace
}  // namespace sluice::engine
