// The error of one network beside another, of a single unit whose outputs are known.
#include "quantization/drift.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::quantization {
namespace {

// Without inputs: c = sigma(forget) c' + a little, o is open; y = gain tanh(c) + bias.
engine::Network unit(float forget, float gain, float bias) {
  engine::Network network({.input = 1, .hidden = {1}, .output = 1, .biases = 1});
  //                       W: i f g o    R           b: i     f       g     o     V     b_y
  const std::vector<float> values = {0, 0, 0, 0, 0, 0, 0, 0, -5, forget, 0.5f, 10, gain, bias};
  network.set_parameters(values);
  return network;
}

const std::vector<float> kRows(7, 0.0f);

TEST(Drift, OfABiasIsTheBiasInEveryQuarter) {
  const engine::Network exact = unit(-50, 0, 2), other = unit(-50, 0, 2.5);
  for (const std::size_t window : {0, 3}) {
    const Drift drift = measure_drift(exact, other, kRows, window, 10000);
    EXPECT_EQ(drift.steps, 10000u);
    for (const double quarter : drift.quarters) EXPECT_NEAR(quarter, 0.25, 1e-9);
    EXPECT_NEAR(drift.error_to_signal, 0.0625, 1e-9);
    EXPECT_NEAR(drift.largest, 0.25, 1e-9);
    EXPECT_FALSE(drift.grows());
  }
}

TEST(Drift, ThatTheCellSumsUpGrowsAndDoesNotOverWindows) {
  // f = 1 against 0.99997: two sums that part slowly.
  const engine::Network exact = unit(50, 1, 0), other = unit(10.5f, 1, 0);
  EXPECT_FALSE(measure_drift(exact, exact, kRows, 0, 1000).grows());
  const Drift carried = measure_drift(exact, other, kRows, 0, 400);
  EXPECT_TRUE(carried.grows()) << carried.quarters[0] << " to " << carried.quarters[3];
  const Drift windows = measure_drift(exact, other, kRows, 100, 10000);
  EXPECT_FALSE(windows.grows());
  EXPECT_NEAR(windows.quarters[0], windows.quarters[3], 1e-9);
}

TEST(Drift, TakesTheRowsInTheirOrderAgainAndAgain) {
  // y is zero where x is, from the initial state.
  engine::Network exact({.input = 1, .hidden = {1}, .output = 0, .biases = 0});
  exact.set_parameters(std::vector<float>{0, 0, 2, 0, 0, 0, 0, 0});
  engine::Network silent({.input = 1, .hidden = {1}, .output = 0, .biases = 0});
  const std::vector<float> rows = {0, 0, 0, 1, 1};
  const Drift drift = measure_drift(exact, silent, rows, 1, 20);
  EXPECT_NEAR(drift.error_to_signal, 1.0, 1e-12);  // all of it is error
  EXPECT_NEAR(drift.quarters[0], 1.0, 1e-6);
  // Two of five rows are not silent: each is sqrt(5 / 2) of the root of the mean square.
  EXPECT_NEAR(drift.largest, std::sqrt(2.5), 1e-6);
}

TEST(Drift, ANanIsTheLargestError) {
  engine::Network exact = unit(0, 1, 1), other = unit(0, 1, 1);
  std::vector<float> values(other.parameters().begin(), other.parameters().end());
  values.back() = std::numeric_limits<float>::quiet_NaN();
  other.set_parameters(values);
  const Drift drift = measure_drift(exact, other, kRows, 0, 100);
  EXPECT_EQ(drift.largest, HUGE_VAL);
  EXPECT_TRUE(drift.grows());
}

TEST(Drift, NeedsRowsOfNumbers) {
  const engine::Network one = unit(0, 1, 0);
  EXPECT_THROW(measure_drift(one, one, {}, 0, 10), Error);
  const std::vector<float> spoilt = {0, std::numeric_limits<float>::infinity()};
  EXPECT_THROW(measure_drift(one, one, spoilt, 0, 10), Error);
}

}  // namespace
}  // namespace sluice::quantization
