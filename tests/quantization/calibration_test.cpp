// What int8 weights are made by, against sums written out here, and that rounding with it is better
// than to the nearest.
#include "quantization/calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "engine/engine_run.hpp"
#include "engine/network.hpp"
#include "engine/run.hpp"

namespace sluice::quantization {
namespace {

using engine::Network;
using engine::random_parameters;

constexpr std::size_t kRows = 600, kInputs = 3;

std::vector<float> random_rows() {
  Random random(73);
  std::vector<float> x(kRows * kInputs);
  for (float& value : x) value = static_cast<float>(0.5 + random.normal());
  x[100] = -6.5f;
  return x;
}

// Without a head the outputs are the last layer's h.
Network network_of(const std::vector<std::size_t>& hidden) {
  Random random(79);
  const Architecture architecture{.input = kInputs, .hidden = hidden};
  Network network(architecture);
  network.set_parameters(random_parameters(architecture, random));
  return network;
}

Moments moments_of(const std::vector<float>& rows, std::size_t width) {
  const std::size_t count = rows.size() / width;
  Moments sums(width * width);
  for (std::size_t t = 0; t < count; ++t) {
    const float* row = rows.data() + t * width;
    for (std::size_t n = 0; n < sums.size(); ++n)
      sums[n] += static_cast<double>(row[n / width]) * row[n % width] / static_cast<double>(count);
  }
  return sums;
}

void expect_near(const Moments& got, const Moments& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t n = 0; n < got.size(); ++n) EXPECT_NEAR(got[n], expected[n], 1e-9);
}

TEST(Calibration, HasTheMomentsOfTheRowsAndOfEachLayersH) {
  const std::vector<float> x = random_rows();
  for (const std::size_t window : {0, 50}) {
    const std::size_t steps = window == 0 ? kRows : window;
    const Calibration two = calibrate(network_of({7, 5}), x, window);
    State state;
    const std::vector<float> h =
        engine::run(network_of({7, 5}), {.x = x, .batch = kRows / steps, .steps = steps}, state);
    EXPECT_EQ(two.largest_input, 13.0f);
    expect_near(two.x, moments_of(x, kInputs));
    ASSERT_EQ(two.h.size(), 2u);
    expect_near(two.h[1], moments_of(h, 5));
    // The first layer alone: the same parameters are drawn for it.
    state = {};
    const std::vector<float> below =
        engine::run(network_of({7}), {.x = x, .batch = kRows / steps, .steps = steps}, state);
    expect_near(two.h[0], moments_of(below, 7));
  }
}

// The mean square of what a row's errors make of the inputs.
double cost(const std::vector<float>& exact, const std::vector<float>& rounded,
            const Moments& moments, std::size_t inner) {
  double sum = 0.0;
  for (std::size_t row = 0; row < exact.size() / inner; ++row) {
    for (std::size_t n = 0; n < inner * inner; ++n) {
      const std::size_t i = row * inner + n / inner, j = row * inner + n % inner;
      sum += (static_cast<double>(exact[i]) - rounded[i]) * moments[n] *
             (static_cast<double>(exact[j]) - rounded[j]);
    }
  }
  return sum;
}

TEST(RoundRows, ErrorsMakeUpForOneAnother) {
  constexpr std::size_t kInner = 31, kCount = 8, kSamples = 2000;
  Random random(83);
  // Inputs of few common causes, as the units of a layer are.
  std::vector<float> x(kSamples * kInner), mix(4 * kInner);
  for (float& value : mix) value = static_cast<float>(random.normal());
  for (std::size_t t = 0; t < kSamples; ++t) {
    for (std::size_t cause = 0; cause < 4; ++cause) {
      const auto size = static_cast<float>(random.normal());
      for (std::size_t k = 0; k < kInner; ++k) x[t * kInner + k] += size * mix[cause * kInner + k];
    }
    for (std::size_t k = 0; k < kInner; ++k)
      x[t * kInner + k] += 0.1f * static_cast<float>(random.normal());
  }
  const Moments moments = moments_of(x, kInner);
  std::vector<float> exact(kCount * kInner), scales(kCount);
  for (float& weight : exact) weight = static_cast<float>(random.normal());
  for (std::size_t row = 0; row < kCount; ++row)
    scales[row] = 0.03f + 0.01f * static_cast<float>(row);
  std::vector<float> nearest = exact, together = exact;
  round_rows(nearest, kInner, scales, {});
  round_rows(together, kInner, scales, moments);
  for (std::size_t n = 0; n < exact.size(); ++n) {
    const float scale = scales[n / kInner];
    EXPECT_EQ(nearest[n], scale * std::nearbyint(exact[n] / scale));
    EXPECT_EQ(together[n], scale * std::nearbyint(together[n] / scale));
  }
  EXPECT_LT(cost(exact, together, moments, kInner), 0.2 * cost(exact, nearest, moments, kInner));
}

TEST(RoundRows, OfInputsThatAreApartEachIsRoundedToItsNearest) {
  const std::vector<float> exact = {0.26f, -1.3f, 0.74f}, scales = {0.5f};
  const Moments apart = {3, 0, 0, 0, 1, 0, 0, 0, 2};
  std::vector<float> rounded = exact;
  round_rows(rounded, 3, scales, apart);
  EXPECT_EQ(rounded, (std::vector<float>{0.5f, -1.5f, 0.5f}));
  // The first two are always the same: together they are to be -1.04, and -1 is nearest.
  rounded = exact;
  round_rows(rounded, 3, scales, {1, 1, 0, 1, 1, 0, 0, 0, 2});
  EXPECT_EQ(rounded[0] + rounded[1], -1.0f);
}

TEST(RoundRows, InputsThatAreAlwaysZeroAreNoTrouble) {
  std::vector<float> weights = {0.26f, -1.3f};
  round_rows(weights, 2, std::vector<float>{0.5f}, Moments(4, 0.0));
  EXPECT_EQ(weights, (std::vector<float>{0.5f, -1.5f}));
}

}  // namespace
}  // namespace sluice::quantization
