// What each option of the cell means, in one step: every value of the trace is worked out here from
// the weights, independently of the reference's own functions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "reference/cell.hpp"
#include "reference/example.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

constexpr std::size_t kInputs = 3;
constexpr std::size_t kHidden = 5;
constexpr double kClose = 1e-14;

double sigma(double a) { return 1.0 / (1.0 + std::exp(-a)); }
double clip(double v, double bound) { return std::min(bound, std::max(-bound, v)); }

// (v - mean) / sqrt(variance + epsilon)
Values normed(const Values& v, double epsilon) {
  const double count = static_cast<double>(v.size());
  double sum = 0.0, squares = 0.0;
  for (const double value : v) sum += value;
  for (const double value : v) squares += (value - sum / count) * (value - sum / count);
  Values n;
  for (const double value : v) {
    n.push_back((value - sum / count) / std::sqrt(squares / count + epsilon));
  }
  return n;
}

// One step with some options, on random data.
struct OneStep {
  CellOptions options;
  CellActivations activations;
  LayerWeights w;
  Values x, h_before, c_before;
  Values keep_x, keep_h, keep_g, zone_c, zone_h, keep_r;

  explicit OneStep(const CellOptions& options_) : options(options_) {
    Random random(31);
    w = example_layer(random, kInputs, kHidden, options);
    x = normals(random, kInputs);
    h_before = normals(random, w.state, 0.5);
    c_before = normals(random, kHidden);
  }

  LayerTrace run() const {
    LayerTrace trace = empty_trace(options, w, 1);
    step_forward({options, activations, w, keep_r},
                 {.x = x,
                  .h_before = h_before,
                  .c_before = c_before,
                  .at = 0,
                  .keep_x = keep_x,
                  .keep_h = keep_h,
                  .keep_g = keep_g,
                  .zone_c = zone_c,
                  .zone_h = zone_h},
                 trace);
    return trace;
  }

  // M v
  static Values product(const Values& matrix, const Values& v) {
    Values result;
    for (std::size_t row = 0; row < matrix.size() / v.size(); ++row) {
      result.push_back(0.0);
      for (std::size_t j = 0; j < v.size(); ++j) result[row] += matrix[row * v.size() + j] * v[j];
    }
    return result;
  }
  Values input_products() const { return product(w.weight_ih, x); }
  Values recurrent_products() const { return product(w.weight_hh, h_before); }
  // W x + R h' + b
  Values plain_sums() const {
    Values sums = w.bias;
    const Values input = input_products(), recurrent = recurrent_products();
    for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += input[n] + recurrent[n];
    return sums;
  }
};

void expect_near(const Values& got, const Values& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t n = 0; n < got.size(); ++n) {
    EXPECT_NEAR(got[n], expected[n], kClose) << "at " << n;
  }
}

TEST(Semantics, PeepholesOfIAndFSeeTheOldCellAndThatOfOTheNew) {
  const OneStep step({.peephole = true, .cell_clip = 0.5, .zoneout_c = 0.4});
  const LayerTrace s = step.run();
  Values a = step.plain_sums();
  const Values& p = step.w.peephole;
  for (std::size_t k = 0; k < kHidden; ++k) {
    a[k] += p[k] * step.c_before[k];
    a[kHidden + k] += p[kHidden + k] * step.c_before[k];
    const double i = sigma(a[k]), f = sigma(a[kHidden + k]);
    const double c = clip(f * step.c_before[k] + i * std::tanh(a[2 * kHidden + k]), 0.5);
    a[3 * kHidden + k] += p[2 * kHidden + k] * c;  // clipped, before zoneout
  }
  expect_near(s.a, a);
}

TEST(Semantics, CoupledInputGateIsWhatTheForgetGateLeaves) {
  const OneStep step({.coupling = Coupling::input_from_forget});
  const LayerTrace s = step.run();
  const Values a = step.plain_sums();  // f, g, o
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.f[k], sigma(a[k]), kClose);
    EXPECT_EQ(s.i[k], 1.0 - s.f[k]);
    EXPECT_NEAR(s.g[k], std::tanh(a[kHidden + k]), kClose);
    EXPECT_NEAR(s.o[k], sigma(a[2 * kHidden + k]), kClose);
    EXPECT_NEAR(s.c[k], s.f[k] * step.c_before[k] + (1.0 - s.f[k]) * s.g[k], kClose);
  }
}

TEST(Semantics, CoupledForgetGateIsWhatTheInputGateLeaves) {
  const OneStep step({.peephole = true, .coupling = Coupling::forget_from_input});
  const LayerTrace s = step.run();
  const Values a = step.plain_sums();  // i, g, o
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.i[k], sigma(a[k] + step.w.peephole[k] * step.c_before[k]), kClose);
    EXPECT_EQ(s.f[k], 1.0 - s.i[k]);
    EXPECT_NEAR(s.o[k], sigma(a[2 * kHidden + k] + step.w.peephole[kHidden + k] * s.c[k]), kClose);
  }
}

TEST(Semantics, BaNormalisesEachProductOverAllGatesAndTheCell) {
  const OneStep step({.peephole = true, .layer_norm = LayerNorm::ba});
  const LayerTrace s = step.run();
  const Values input = normed(step.input_products(), 1e-5);
  const Values recurrent = normed(step.recurrent_products(), 1e-5);
  Values a = step.w.bias;
  for (std::size_t n = 0; n < a.size(); ++n) {
    a[n] += input[n] * step.w.norm_ih[n] + recurrent[n] * step.w.norm_hh[n];
  }
  for (std::size_t k = 0; k < kHidden; ++k) {
    a[k] += step.w.peephole[k] * step.c_before[k];
    a[kHidden + k] += step.w.peephole[kHidden + k] * step.c_before[k];
    a[3 * kHidden + k] += step.w.peephole[2 * kHidden + k] * s.c[k];
  }
  expect_near(s.a, a);
  const Values c = normed(s.c, 1e-5);
  for (std::size_t k = 0; k < kHidden; ++k) {
    const double squashed = std::tanh(c[k] * step.w.norm_c[k] + step.w.norm_c_bias[k]);
    EXPECT_NEAR(s.h[k], sigma(a[3 * kHidden + k]) * squashed, kClose);
  }
}

TEST(Semantics, TfliteNormalisesTheWholeSumOfEachGateBeforeItsBias) {
  const OneStep step({.peephole = true, .layer_norm = LayerNorm::tflite});
  const LayerTrace s = step.run();
  const Values input = step.input_products(), recurrent = step.recurrent_products();
  Values a;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    Values sums(kHidden);
    for (std::size_t k = 0; k < kHidden; ++k) {
      sums[k] = input[gate * kHidden + k] + recurrent[gate * kHidden + k];
      if (gate < 2) sums[k] += step.w.peephole[gate * kHidden + k] * step.c_before[k];
      if (gate == 3) sums[k] += step.w.peephole[2 * kHidden + k] * s.c[k];
    }
    sums = normed(sums, 1e-8);
    for (std::size_t k = 0; k < kHidden; ++k) {
      const std::size_t n = gate * kHidden + k;
      a.push_back(sums[k] * step.w.norm_gates[n] + step.w.bias[n]);
    }
  }
  expect_near(s.a, a);
  for (std::size_t k = 0; k < kHidden; ++k) EXPECT_EQ(s.tanh_c[k], std::tanh(s.c[k]));
}

TEST(Semantics, GateClipBoundsWhatEveryGateAndTheCandidateSee) {
  const OneStep step({.gate_clip = 0.4});
  const LayerTrace s = step.run();
  const Values a = step.plain_sums();
  std::size_t cut = 0;
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.i[k], sigma(clip(a[k], 0.4)), kClose);
    EXPECT_NEAR(s.f[k], sigma(clip(a[kHidden + k], 0.4)), kClose);
    EXPECT_NEAR(s.g[k], std::tanh(clip(a[2 * kHidden + k], 0.4)), kClose);
    EXPECT_NEAR(s.o[k], sigma(clip(a[3 * kHidden + k], 0.4)), kClose);
  }
  for (const double value : a) cut += std::abs(value) > 0.4 ? 1 : 0;
  EXPECT_GT(cut, 0u);
  EXPECT_LT(cut, a.size());
}

TEST(Semantics, CellClipBoundsTheNewCellThatIsSquashedAndCarried) {
  OneStep step({.cell_clip = 0.3});
  const LayerTrace s = step.run();
  step.options.cell_clip = 0.0;
  const LayerTrace free = step.run();
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_EQ(s.c[k], clip(free.c[k], 0.3));
    EXPECT_EQ(s.tanh_c[k], std::tanh(s.c[k]));
  }
  EXPECT_NE(s.c, free.c);
}

TEST(Semantics, ProjectionMakesHOfTheSilencedCellWithBiasThenClip) {
  const OneStep step({.projection = 2, .projection_bias = true, .projection_clip = 0.25});
  const LayerTrace s = step.run();
  bool cut = false;
  for (std::size_t j = 0; j < 2; ++j) {
    double h = step.w.bias_hr[j];
    for (std::size_t k = 0; k < kHidden; ++k) {
      h += step.w.weight_hr[j * kHidden + k] * s.o[k] * std::tanh(s.c[k]);
    }
    EXPECT_NEAR(s.h[j], clip(h, 0.25), kClose);
    cut = cut || std::abs(h) > 0.25;
  }
  EXPECT_TRUE(cut);
}

TEST(Semantics, ZoneoutMixesOldAndNewAsExpectedAndHReadsTheNewCell) {
  OneStep step({.zoneout_c = 0.3, .zoneout_h = 0.2});
  const LayerTrace s = step.run();
  step.options.zoneout_c = step.options.zoneout_h = 0.0;
  const LayerTrace free = step.run();
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.c[k], 0.3 * step.c_before[k] + 0.7 * free.c[k], kClose);
    EXPECT_NEAR(s.h[k], 0.2 * step.h_before[k] + 0.8 * free.h[k], kClose);
  }
}

TEST(Semantics, ZoneoutDrawnKeepsSomeUnitsToTheBit) {
  OneStep step({.zoneout_c = 0.3, .zoneout_h = 0.2});
  step.zone_c = {1, 0, 0, 1, 0};
  step.zone_h = {0, 0, 1, 1, 0};
  const LayerTrace s = step.run();
  step.zone_c = step.zone_h = Values(kHidden, 0.0);
  const LayerTrace free = step.run();
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_EQ(s.c[k], k == 0 || k == 3 ? step.c_before[k] : free.c[k]);
    EXPECT_EQ(s.h[k], k == 2 || k == 3 ? step.h_before[k] : free.h[k]);
  }
}

TEST(Semantics, RecurrentDropoutScalesWhatIsWrittenToTheCell) {
  OneStep step({.recurrent_dropout = 0.5});
  const LayerTrace free = step.run();
  step.keep_g = {2, 0, 2, 0, 0};
  const LayerTrace s = step.run();
  EXPECT_EQ(s.a, free.a);
  for (std::size_t k = 0; k < kHidden; ++k) {
    const double written = free.i[k] * free.g[k] * step.keep_g[k];
    EXPECT_NEAR(s.c[k], free.f[k] * step.c_before[k] + written, kClose);
  }
}

TEST(Semantics, VariationalDropoutScalesWhatTheProductsReadAndNothingElse) {
  OneStep step({.zoneout_h = 0.2, .variational_dropout = 0.5});
  step.keep_x = {2, 0, 2};
  step.keep_h = {0, 2, 2, 0, 2};
  const LayerTrace s = step.run();
  OneStep scaled = step;
  scaled.keep_x = scaled.keep_h = {};
  for (std::size_t j = 0; j < kInputs; ++j) scaled.x[j] *= step.keep_x[j];
  for (std::size_t j = 0; j < kHidden; ++j) scaled.h_before[j] *= step.keep_h[j];
  const LayerTrace other = scaled.run();
  EXPECT_EQ(s.a, other.a);
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.h[k], 0.2 * step.h_before[k] + 0.8 * s.h_sum[k], kClose);
  }
}

TEST(Semantics, DropConnectScalesTheRecurrentWeights) {
  OneStep step({.drop_connect = 0.5});
  Random random(32);
  step.keep_r = Values(step.w.weight_hh.size());
  for (double& factor : step.keep_r) factor = random.uniform() < 0.5 ? 0.0 : 2.0;
  const LayerTrace s = step.run();
  for (std::size_t n = 0; n < step.w.weight_hh.size(); ++n) step.w.weight_hh[n] *= step.keep_r[n];
  step.keep_r.clear();
  EXPECT_EQ(s.a, step.run().a);
}

TEST(Semantics, ActivationsStandInTheirPlaces) {
  OneStep step({});
  step.activations = {
      {Activation::hard_sigmoid, 0.3, 0.4}, {Activation::softsign}, {Activation::elu, 0.8}};
  const LayerTrace s = step.run();
  const Values a = step.plain_sums();
  const auto hard = [](double v) { return std::min(1.0, std::max(0.0, 0.3 * v + 0.4)); };
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.i[k], hard(a[k]), kClose);
    EXPECT_NEAR(s.f[k], hard(a[kHidden + k]), kClose);
    const double g = a[2 * kHidden + k];
    EXPECT_NEAR(s.g[k], g / (1.0 + std::abs(g)), kClose);
    EXPECT_NEAR(s.o[k], hard(a[3 * kHidden + k]), kClose);
    const double c = s.f[k] * step.c_before[k] + s.i[k] * s.g[k];
    EXPECT_NEAR(s.h[k], s.o[k] * (c >= 0.0 ? c : 0.8 * std::expm1(c)), kClose);
  }
}

TEST(Semantics, WithoutBiasesThereIsNone) {
  OneStep step({});
  step.w.bias.clear();
  const LayerTrace s = step.run();
  step.w.bias.assign(4 * kHidden, 0.0);
  EXPECT_EQ(s.h, step.run().h);
}

TEST(Semantics, PlainRnnHasOneSumAndCarriesTheCell) {
  const OneStep step({.kind = CellKind::rnn, .gate_clip = 0.6});
  const LayerTrace s = step.run();
  const Values a = step.plain_sums();
  ASSERT_EQ(a.size(), kHidden);
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_NEAR(s.h[k], std::tanh(clip(a[k], 0.6)), kClose);
  }
  EXPECT_EQ(s.c, step.c_before);
}

}  // namespace
}  // namespace sluice::reference
