// What one cell does when its gates are driven fully open or shut: the table in docs/math.md. A
// bias of +-800 makes a sigmoid 1 or 0 to the bit, so these are equalities.
#include "reference/cell.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "reference/example.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

constexpr std::size_t kHidden = 5;
constexpr double kOn = 800.0;
constexpr double kOff = -800.0;

// One step of a layer of 5 units with 3 inputs, and its backward pass.
struct Unit {
  CellOptions options;
  CellActivations activations;
  LayerWeights weights;
  Values x, h_before, c_before;
  Values d_h, d_c;

  Unit() {
    Random random(7);
    weights = example_layer(random, 3, kHidden);
    x = normals(random, 3);
    h_before = normals(random, kHidden, 0.5);
    c_before = normals(random, kHidden);
    d_h = normals(random, kHidden);
    d_c = normals(random, kHidden);
  }

  Unit& set(Gate gate, double bias) {
    for (std::size_t k = 0; k < kHidden; ++k) weights.bias[gate * kHidden + k] = bias;
    return *this;
  }

  Cell cell() const { return {options, activations, weights}; }
  Step step() const { return {.x = x, .h_before = h_before, .c_before = c_before, .at = 0}; }

  LayerTrace forward() const {
    LayerTrace trace = empty_trace(options, weights, 1);
    step_forward(cell(), step(), trace);
    return trace;
  }

  StepGradient backward() const {
    StepGradient d{d_h, d_c, {}};
    LayerWeights d_weights = weights;
    step_backward(cell(), step(), forward(), d, d_weights);
    return d;
  }
};

TEST(Cell, IsTheIdentityWithForgetOnAndInputOff) {
  Unit cell;
  cell.set(kForget, kOn).set(kInput, kOff);
  EXPECT_EQ(cell.forward().c, cell.c_before);

  cell.d_h.assign(kHidden, 0.0);
  EXPECT_EQ(cell.backward().d_c, cell.d_c);
}

TEST(Cell, HoldsTheCandidateWithForgetOffAndInputOn) {
  Unit cell;
  cell.set(kForget, kOff).set(kInput, kOn);
  const LayerTrace trace = cell.forward();
  EXPECT_EQ(trace.c, trace.g);
  EXPECT_EQ(cell.backward().d_c, Values(kHidden, 0.0));
}

TEST(Cell, IsEmptiedWithForgetOffAndInputOff) {
  Unit cell;
  cell.set(kForget, kOff).set(kInput, kOff);
  EXPECT_EQ(cell.forward().c, Values(kHidden, 0.0));
  EXPECT_EQ(cell.forward().h, Values(kHidden, 0.0));
  EXPECT_EQ(cell.backward().d_c, Values(kHidden, 0.0));
}

TEST(Cell, AddsTheCandidateWithForgetOnAndInputOn) {
  Unit cell;
  cell.set(kForget, kOn).set(kInput, kOn);
  const LayerTrace trace = cell.forward();
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_EQ(trace.c[k], cell.c_before[k] + trace.g[k]);
    EXPECT_NE(trace.g[k], 0.0);
  }
  cell.d_h.assign(kHidden, 0.0);
  EXPECT_EQ(cell.backward().d_c, cell.d_c);
}

TEST(Cell, KeepsSilentWithOutputOff) {
  Unit cell;
  const LayerTrace open = cell.set(kOutput, kOn).forward();
  EXPECT_EQ(open.h, open.tanh_c);
  const LayerTrace shut = cell.set(kOutput, kOff).forward();
  EXPECT_EQ(shut.h, Values(kHidden, 0.0));
  EXPECT_EQ(shut.c, open.c);
}

TEST(Cell, OutputGateDecidesWhetherTheGradientOfHReachesTheCell) {
  Unit cell;
  cell.set(kForget, kOn);
  EXPECT_EQ(cell.set(kOutput, kOff).backward().d_c, cell.d_c);

  const Values d_c = cell.set(kOutput, kOn).backward().d_c;
  const Values tanh_c = cell.forward().tanh_c;
  for (std::size_t k = 0; k < kHidden; ++k) {
    EXPECT_EQ(d_c[k], cell.d_c[k] + cell.d_h[k] * (1.0 - tanh_c[k] * tanh_c[k]));
  }
}

TEST(Cell, ForgetBiasSetsHowMuchOfTheOldCellStays) {
  Unit cell;
  cell.h_before.assign(kHidden, 0.0);
  cell.x.assign(3, 0.0);
  cell.set(kInput, kOff);
  for (const double bias : {0.0, 1.0, 5.0}) {
    const double kept = 1.0 / (1.0 + std::exp(-bias));
    cell.set(kForget, bias);
    const Values c = cell.forward().c;
    for (std::size_t k = 0; k < kHidden; ++k) EXPECT_EQ(c[k], kept * cell.c_before[k]);
  }
}

TEST(Cell, EveryGateHasItsPlaceInTheWeights) {
  Unit cell;
  const LayerTrace before = cell.forward();
  const auto moved = [&](Gate gate) {
    Unit other = cell;
    other.weights.bias[gate * kHidden + 2] += 0.5;
    return other.forward();
  };
  const auto only_unit_2_differs = [](const Values& a, const Values& b) {
    for (std::size_t k = 0; k < kHidden; ++k) {
      if ((a[k] != b[k]) != (k == 2)) return false;
    }
    return true;
  };
  const LayerTrace by_i = moved(kInput);
  EXPECT_TRUE(only_unit_2_differs(by_i.i, before.i));
  EXPECT_EQ(by_i.f, before.f);
  const LayerTrace by_f = moved(kForget);
  EXPECT_TRUE(only_unit_2_differs(by_f.f, before.f));
  EXPECT_EQ(by_f.i, before.i);
  const LayerTrace by_g = moved(kCandidate);
  EXPECT_TRUE(only_unit_2_differs(by_g.g, before.g));
  EXPECT_EQ(by_g.o, before.o);
  const LayerTrace by_o = moved(kOutput);
  EXPECT_TRUE(only_unit_2_differs(by_o.o, before.o));
  EXPECT_EQ(by_o.c, before.c);
}

}  // namespace
}  // namespace sluice::reference
