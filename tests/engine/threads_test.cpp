// A pass forward and back has the same bits for any number of threads, whatever they share:
// samples, units, or, where there are several layers and few samples, the layers.
#include "core/threads.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/engine_run.hpp"

namespace sluice::engine {
namespace {

struct Case {
  std::string name;
  Architecture architecture;
  std::size_t steps = 40, batch = 10;
  float dropout = 0.0f;
  bool wants_d_x = true;
  std::vector<std::size_t> lengths = {};
};

std::vector<Case> cases() {
  const Architecture three{.input = 100, .hidden = {72, 72, 72}, .output = 3};
  std::vector<Case> all;
  all.push_back({"layers", three});
  all.push_back({"without d_x", three});
  all.back().wants_d_x = false;
  all.push_back({"dropout", three});
  all.back().dropout = 0.3f;
  all.push_back({"lengths", three});
  all.back().lengths = {40, 39, 39, 30, 21, 21, 7, 1, 1, 0};
  all.push_back({"no head", {.input = 72, .hidden = {72, 72}, .residual = true}});
  all.push_back({"residual, dropout, lengths",
                 {.input = 72, .hidden = {72, 72, 72}, .output = 2, .residual = true}});
  all.back().dropout = 0.3f;
  all.back().lengths = all[3].lengths;
  Architecture options = three;
  options.cell.peephole = true;
  options.cell.zoneout_c = options.cell.zoneout_h = 0.1;
  options.cell.projection = 64;
  options.learned_state = true;
  all.push_back({"options", options});
  Architecture norm = three;
  norm.cell.layer_norm = LayerNorm::ba;
  all.push_back({"layer norm", norm});
  Architecture varied = three;
  varied.cell.variational_dropout = 0.2;
  all.push_back({"variational dropout", varied});
  all.push_back({"one sample", three, 150, 1});
  all.push_back({"unequal layers", {.input = 3, .hidden = {40, 200}}, 40, 12});
  all.push_back({"samples", {.input = 30, .hidden = {48, 48}}, 30, 64});
  return all;
}

// y, the parameters' gradient, d_x and the gradient of the first state.
std::vector<float> pass(const Case& test_case, std::size_t threads) {
  Random random(11);
  Network network(test_case.architecture);
  network.set_parameters(random_parameters(test_case.architecture, random));
  Activations activations(test_case.architecture, test_case.steps, test_case.batch,
                          Activations::Use::with_backward, test_case.dropout > 0.0f);
  ThreadPool pool(threads);
  if (threads > 1) activations.share(pool);
  if (!test_case.lengths.empty()) activations.set_lengths(test_case.lengths);
  activations.want_d_x(test_case.wants_d_x);
  std::vector<float> all;
  const auto rows = [&](auto row, std::size_t width, auto each) {
    for (std::size_t t = 0; t < test_case.steps; ++t) {
      for (std::size_t b = 0; b < test_case.batch; ++b) {
        for (std::size_t j = 0; j < width; ++j) each(row(t, b)[j]);
      }
    }
  };
  const auto draw = [&](float& value) { value = static_cast<float>(random.normal()); };
  const auto take = [&](float value) { all.push_back(value); };
  const auto y = [&](std::size_t t, std::size_t b) { return activations.y(t, b); };
  rows([&](std::size_t t, std::size_t b) { return activations.x(t, b); },
       test_case.architecture.input, draw);
  network.forward(activations, {.dropout = test_case.dropout, .seed = 7});
  rows(y, test_case.architecture.width(), take);
  rows([&](std::size_t t, std::size_t b) { return activations.d_y(t, b); },
       test_case.architecture.width(), draw);
  std::vector<float> gradient(network.count(), 0.0f);
  network.backward(activations, gradient);
  all.insert(all.end(), gradient.begin(), gradient.end());
  if (test_case.wants_d_x)
    rows([&](std::size_t t, std::size_t b) { return activations.d_x(t, b); },
         test_case.architecture.input, take);
  for (const LayerActivations& layer : activations.layers) {
    all.insert(all.end(), layer.d_h_first.begin(), layer.d_h_first.end());
    all.insert(all.end(), layer.d_c_first.begin(), layer.d_c_first.end());
  }
  return all;
}

TEST(Threads, DoNotChangeABitOfAPassForwardAndBack) {
  for (const Case& test_case : cases()) {
    const std::vector<float> alone = pass(test_case, 1);
    for (const std::size_t threads : {2, 3, 4})
      EXPECT_EQ(pass(test_case, threads), alone) << test_case.name << ", " << threads << " threads";
  }
}

}  // namespace
}  // namespace sluice::engine
