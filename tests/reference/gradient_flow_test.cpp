// How much of a gradient arrives k steps back: a simple recurrent net beside the cell of an LSTM.
// Measures the table in docs/math.md and holds the page to it. To print it:
//   build/release/tests/reference/reference_test --gtest_filter='GradientFlow.*'
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "reference/example.hpp"
#include "reference/lstm.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

constexpr std::size_t kInputs = 2;
constexpr std::size_t kHidden = 16;
constexpr std::size_t kSteps = 100;
constexpr std::size_t kEvery = 10;
constexpr std::uint64_t kSeed = 1;

double norm(const Values& values) {
  double sum = 0.0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

// Evenly spread in +-1/sqrt(H), as PyTorch begins.
Values small_weights(Random& random, std::size_t count) {
  const double bound = 1.0 / std::sqrt(static_cast<double>(kHidden));
  Values values(count);
  for (double& value : values) value = random.uniform(-bound, bound);
  return values;
}

Values sequence() {
  Random random(kSeed);
  return normals(random, kSteps * kInputs);
}

// A gradient of length 1 that arrives at the last step.
Values arriving() { return Values(kHidden, 1.0 / std::sqrt(static_cast<double>(kHidden))); }

// A matrix [H, H] that keeps every length: Gram and Schmidt on rows of random numbers.
Values orthogonal(Random& random) {
  Values matrix = normals(random, kHidden * kHidden);
  for (std::size_t r = 0; r < kHidden; ++r) {
    double* row = &matrix[r * kHidden];
    for (std::size_t q = 0; q < r; ++q) {
      const double* other = &matrix[q * kHidden];
      double along = 0.0;
      for (std::size_t k = 0; k < kHidden; ++k) along += row[k] * other[k];
      for (std::size_t k = 0; k < kHidden; ++k) row[k] -= along * other[k];
    }
    const double length = norm(Values(row, row + kHidden));
    for (std::size_t k = 0; k < kHidden; ++k) row[k] /= length;
  }
  return matrix;
}

// h = tanh(W x + R h'). Returns |d_h| at the state 0, 10, .. 100 steps before the end, where
// d_h' = R^T (d_h * (1 - h^2)): one factor of the product of Jacobians after another.
Values simple_net_flow(const Values& recurrent) {
  Random random(kSeed + 1);
  const Values weight = small_weights(random, kHidden * kInputs);
  const Values x = sequence();
  std::vector<Values> h = {Values(kHidden, 0.0)};
  for (std::size_t t = 0; t < kSteps; ++t) {
    Values now(kHidden);
    for (std::size_t k = 0; k < kHidden; ++k) {
      double sum = 0.0;
      for (std::size_t j = 0; j < kInputs; ++j) sum += weight[k * kInputs + j] * x[t * kInputs + j];
      for (std::size_t j = 0; j < kHidden; ++j) sum += recurrent[k * kHidden + j] * h[t][j];
      now[k] = std::tanh(sum);
    }
    h.push_back(now);
  }

  Values d_h = arriving();
  Values flow = {norm(d_h)};
  for (std::size_t t = kSteps; t > 0; --t) {
    Values before(kHidden, 0.0);
    for (std::size_t k = 0; k < kHidden; ++k) {
      const double d_a = d_h[k] * (1.0 - h[t][k] * h[t][k]);
      for (std::size_t j = 0; j < kHidden; ++j) before[j] += recurrent[k * kHidden + j] * d_a;
    }
    d_h = before;
    if ((kSteps - t + 1) % kEvery == 0) flow.push_back(norm(d_h));
  }
  return flow;
}

struct CellFlow {
  Values full;    // |d_c|
  Values direct;  // the part of it that came by B6 alone: the product of the forget gates
};

// The same for the cell state of an LSTM layer, by chunks of 10 steps whose d_first is the d_last
// of the chunk before.
CellFlow cell_flow(double forget_bias) {
  Random random(kSeed + 1);
  LayerWeights layer;
  layer.input = kInputs;
  layer.hidden = layer.state = kHidden;
  layer.weight_ih = small_weights(random, 4 * kHidden * kInputs);
  layer.weight_hh = small_weights(random, 4 * kHidden * kHidden);
  layer.bias.assign(4 * kHidden, 0.0);
  for (std::size_t k = 0; k < kHidden; ++k) layer.bias[kForget * kHidden + k] = forget_bias;
  Network network;
  network.layers = {layer};
  const Values nothing(kEvery * kHidden, 0.0);
  const Values x = sequence();
  const auto chunk = [&](std::size_t n) {
    const auto begin = x.begin() + n * kEvery * kInputs;
    return Input{.x = {begin, begin + kEvery * kInputs}, .steps = kEvery, .batch = 1};
  };
  std::vector<State> states = {zero_state(network, 1)};
  std::vector<Forward> runs;
  for (std::size_t n = 0; n < kSteps / kEvery; ++n) {
    runs.push_back(forward(network, chunk(n), states.back()));
    states.push_back(runs.back().last);
  }

  State d{Values(kHidden, 0.0), arriving()};
  Values direct = arriving();
  CellFlow flow{{norm(d.c)}, {norm(direct)}};
  for (std::size_t n = runs.size(); n-- > 0;) {
    d = backward(network, chunk(n), states[n], runs[n], nothing, d).d_first;
    const Values& f = runs[n].trace[0].f;
    for (std::size_t at = 0; at < f.size(); ++at) direct[at % kHidden] *= f[at];
    flow.full.push_back(norm(d.c));
    flow.direct.push_back(norm(direct));
  }
  return flow;
}

struct Measured {
  Values usual, orthogonal;         // a simple net's R
  CellFlow cell_0, cell_1, cell_5;  // forget biases

  Measured() {
    Random random(kSeed + 2);
    usual = simple_net_flow(small_weights(random, kHidden * kHidden));
    orthogonal = simple_net_flow(reference::orthogonal(random));
    cell_0 = cell_flow(0.0);
    cell_1 = cell_flow(1.0);
    cell_5 = cell_flow(5.0);
  }
};

TEST(GradientFlow, SimpleNetLosesTheGradient) {
  const Measured m;
  EXPECT_LT(m.usual.back(), 1e-20);
  EXPECT_LT(m.orthogonal.back(), 1e-4);  // though R itself keeps every length
}

TEST(GradientFlow, CellKeepsAsMuchAsItsForgetGatesLetThrough) {
  const Measured m;
  EXPECT_GT(m.cell_5.direct.back(), 0.4);
  EXPECT_GT(m.cell_5.full.back(), 0.4);
  EXPECT_GT(m.cell_1.full.back(), 1e10 * m.cell_0.full.back());
  EXPECT_LT(m.cell_0.full.back(), 1e-20);  // a gate half shut forgets the gradient as well
}

TEST(GradientFlow, PageShowsWhatIsMeasured) {
  std::ifstream file(SLUICE_SOURCE_DIR "/docs/math.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const Measured m;
  for (const std::size_t back : {0, 10, 20, 50, 100}) {
    const std::size_t n = back / kEvery;
    char line[160];
    std::snprintf(line, sizeof line, "| %zu | %.1e | %.1e | %.1e | %.1e | %.1e | %.1e |", back,
                  m.usual[n], m.orthogonal[n], m.cell_0.full[n], m.cell_1.full[n], m.cell_5.full[n],
                  m.cell_5.direct[n]);
    std::printf("%s\n", line);
    EXPECT_NE(page.find(line), std::string::npos) << "docs/math.md lacks: " << line;
  }
}

}  // namespace
}  // namespace sluice::reference
