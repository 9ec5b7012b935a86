// The plain LSTM on one screen gives the numbers of the whole reference, forward and back.
#include "reference/plain_lstm.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "reference/example.hpp"
#include "reference/lstm.hpp"

namespace sluice::reference {
namespace {

constexpr std::size_t kInputs = 3, kUnits = 5, kOutputs = 2, kSteps = 7;

// The blocks of a layer stand in the order i, f, g, o.
PlainGate gate_of(const LayerWeights& weights, Gate gate) {
  const auto part = [gate](const Values& all) {
    const auto size = static_cast<std::ptrdiff_t>(all.size() / 4);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(gate) * size;
    return Values(first, first + size);
  };
  return {part(weights.weight_ih), part(weights.weight_hh), part(weights.bias)};
}

PlainLstm plain_of(const Network& network) {
  const LayerWeights& weights = network.layers[0];
  return {gate_of(weights, kForget), gate_of(weights, kCandidate), gate_of(weights, kInput),
          gate_of(weights, kOutput), network.head.weight,          network.head.bias};
}

void expect_near(const Values& got, const double* expected, const char* what) {
  for (std::size_t j = 0; j < got.size(); ++j)
    EXPECT_NEAR(got[j], expected[j], 1e-12 * (1.0 + std::abs(expected[j]))) << what << ", " << j;
}

void expect_near(const PlainGate& got, const PlainGate& expected, const char* what) {
  expect_near(got.W, expected.W.data(), what);
  expect_near(got.R, expected.R.data(), what);
  expect_near(got.b, expected.b.data(), what);
}

TEST(PlainLstm, IsTheReferenceForwardAndBack) {
  Random random(41);
  Network network;
  network.layers = {example_layer(random, kInputs, kUnits)};
  network.head = {kUnits, kOutputs, normals(random, kOutputs * kUnits, 0.8),
                  normals(random, kOutputs, 0.4)};
  const Input input{.x = normals(random, kSteps * kInputs), .steps = kSteps, .batch = 1};
  const State first{normals(random, kUnits, 0.4), normals(random, kUnits, 0.9)};
  const Values d_y = normals(random, kSteps * kOutputs, 0.7);
  const State d_last{normals(random, kUnits, 0.6), normals(random, kUnits, 0.3)};
  const Forward run = forward(network, input, first);
  const Backward d = backward(network, input, first, run, d_y, d_last);

  const PlainLstm net = plain_of(network);
  const Values zeros(kUnits, 0.0);
  std::vector<PlainStep> steps = {
      {zeros, zeros, zeros, first.c, zeros, zeros, first.h, Values(kOutputs, 0.0)}};
  const auto x = [&input](std::size_t t) {
    const auto row = input.x.begin() + static_cast<std::ptrdiff_t>(t * kInputs);
    return Values(row, row + kInputs);
  };
  for (std::size_t t = 0; t < kSteps; ++t) {
    steps.push_back(forward(net, x(t), steps.back()));
    const std::size_t row = t * kUnits;
    expect_near(steps.back().f, run.trace[0].f.data() + row, "f");
    expect_near(steps.back().g, run.trace[0].g.data() + row, "g");
    expect_near(steps.back().i, run.trace[0].i.data() + row, "i");
    expect_near(steps.back().c, run.trace[0].c.data() + row, "c");
    expect_near(steps.back().tanh_c, run.trace[0].tanh_c.data() + row, "tanh_c");
    expect_near(steps.back().o, run.trace[0].o.data() + row, "o");
    expect_near(steps.back().h, run.trace[0].h.data() + row, "h");
    expect_near(steps.back().y, run.y.data() + t * kOutputs, "y");
  }

  PlainLstm d_net = net;
  for (PlainGate* gate : {&d_net.f, &d_net.g, &d_net.i, &d_net.o}) {
    for (Values* values : {&gate->W, &gate->R, &gate->b})
      std::fill(values->begin(), values->end(), 0.0);
  }
  d_net.V.assign(d_net.V.size(), 0.0);
  d_net.b_y.assign(kOutputs, 0.0);
  Values d_h = d_last.h, d_c = d_last.c, d_x;
  for (std::size_t t = kSteps; t-- > 0;) {
    const auto row = d_y.begin() + static_cast<std::ptrdiff_t>(t * kOutputs);
    backward(net, x(t), steps[t], steps[t + 1], Values(row, row + kOutputs), d_h, d_c, d_net, d_x);
    expect_near(d_x, d.d_x.data() + t * kInputs, "d_x");
  }
  expect_near(d_h, d.d_first.h.data(), "d_h");
  expect_near(d_c, d.d_first.c.data(), "d_c");
  const PlainLstm expected = plain_of(d.d_weights);
  expect_near(d_net.f, expected.f, "forget gate");
  expect_near(d_net.g, expected.g, "candidate");
  expect_near(d_net.i, expected.i, "input gate");
  expect_near(d_net.o, expected.o, "output gate");
  expect_near(d_net.V, expected.V.data(), "V");
  expect_near(d_net.b_y, expected.b_y.data(), "b_y");
}

}  // namespace
}  // namespace sluice::reference
