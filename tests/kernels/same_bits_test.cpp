// What is summed or fused gives the same bits on every table, whatever its lanes and whether or not
// the processor has a fused multiply-add. tests/bits shows the same of whole networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/fused.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

float any_float(Random& random) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
}

void expect_fused(float a, float b, float c) {
  const float got = fused_multiply_add(a, b, c), expected = std::fma(a, b, c);
  ASSERT_TRUE(same_bits(got, expected) || (std::isnan(got) && std::isnan(expected)))
      << std::hexfloat << a << " * " << b << " + " << c << ": " << got << ", not " << expected;
}

void expect_fused_everywhere() {
  Random random(1);
  for (int n = 0; n < 300000; ++n) {
    const float a = any_float(random), b = any_float(random);
    expect_fused(a, b, any_float(random));
    // Where most of the product is lost, and where the sum lies just beside the middle of two
    // floats.
    const float product = a * b;
    expect_fused(a, b, -product);
    expect_fused(a, b,
                 product * static_cast<float>(std::ldexp(1.0, static_cast<int>(n % 60) - 30)));
  }
  const float half = 0x1p-24f, tiny = 0x1p-149f;
  for (const float side : {1.0f, -1.0f}) {
    expect_fused(half, side, 1.0f);
    expect_fused(half, side * (1.0f + 0x1p-23f), 1.0f);
    expect_fused(tiny, side, 1.0f);
    expect_fused(0x1p-75f, side * 0x1p-75f, 0x1.000002p0f);
  }
  // The product lies in the middle of two floats; what is added decides, and a double loses it.
  for (const float side : {1.0f, -1.0f}) {
    for (const float little : {0x1p-70f, -0x1p-70f, 0x1.8p-55f, -0x1.8p-55f}) {
      expect_fused(1.0f + 0x1p-12f, side * (1.0f + 0x1p-12f), little);
      expect_fused(1.0f + 0x1p-11f, side * (1.0f + 0x1p-13f), little);
    }
  }
  // The same where the product is the smaller of the two.
  for (const float side : {1.0f, -1.0f})
    expect_fused(0x1p-12f + 0x1p-35f, side * (0x1p-12f - 0x1p-35f), side * (1.0f + 0x1p-23f));
  expect_fused(3e38f, 3e38f, -INFINITY);
  expect_fused(-0.0f, 1.0f, 0.0f);
}

TEST(FusedMultiplyAdd, IsRoundedOnce) { ASSERT_NO_FATAL_FAILURE(expect_fused_everywhere()); }

// A result of every table, as bits.
template <class Compute>
void expect_same(const std::string& what, Compute compute) {
  std::vector<float> expected;
  for (const KernelTable& table : available()) {
    const std::vector<float> got = compute(table);
    if (expected.empty()) expected = got;
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t j = 0; j < got.size(); ++j)
      ASSERT_TRUE(same_bits(got[j], expected[j])) << what << ", " << table.name << ", value " << j;
  }
}

// (1 + 2^-12)^2 lies in the middle of two floats; the 2^-70 of the first row decide, in each lane.
TEST(SameBits, EveryLaneIsRoundedOnce) {
  for (const KernelTable& table : available()) {
    for (const std::size_t count : {1, 4, 8, 16}) {
      std::vector<float> y(2 * count, 0x1p-35f), zeros(2 * count), d(2 * count);
      std::fill(y.begin() + static_cast<std::ptrdiff_t>(count), y.end(), 1.0f + 0x1p-12f);
      const float loss = table.squared_error({.y = y.data(),
                                              .target = zeros.data(),
                                              .d_y = d.data(),
                                              .y_stride = count,
                                              .target_stride = count,
                                              .d_y_stride = count,
                                              .rows = 2,
                                              .count = count,
                                              .share = 1.0f});
      EXPECT_EQ(loss, static_cast<float>(count) * (1.0f + 0x1p-11f + 0x1p-23f))
          << table.name << ", " << count;
    }
  }
}

TEST(SameBits, Losses) {
  Random random(2);
  for (std::size_t count = 1; count < 70; ++count) {
    const std::size_t rows = 1 + count % 3;
    Rows y = Rows::random(rows, count, 80, random), target = Rows::random(rows, count, 80, random);
    Rows level = Rows::random(1, count, 80, random, 0.1);
    expect_same("squared error of " + std::to_string(count), [&](const KernelTable& table) {
      std::vector<float> d(rows * 80);
      const float loss = table.squared_error({.y = y.row(0),
                                              .target = target.row(0),
                                              .d_y = d.data(),
                                              .y_stride = 80,
                                              .target_stride = 80,
                                              .d_y_stride = 80,
                                              .rows = rows,
                                              .count = count,
                                              .share = 0.3f});
      d.push_back(loss);
      return d;
    });
    expect_same("pinball of " + std::to_string(count), [&](const KernelTable& table) {
      std::vector<float> d(count);
      d.push_back(table.pinball({y.row(0), target.row(0), level.row(0), d.data(), count}));
      return d;
    });
  }
}

TEST(SameBits, LayerNorm) {
  Random random(3);
  for (const std::size_t hidden : {1, 5, 8, 16, 17, 31, 33, 63, 64, 65, 129, 150}) {
    const std::size_t units = padded(hidden), wide = 4 * units;
    FloatVector x(3 * wide), gain(wide), d(3 * wide);
    for (FloatVector* array : {&x, &gain, &d}) {
      for (std::size_t at = 0; at < array->size(); ++at)
        if (at % units < hidden) (*array)[at] = static_cast<float>(random.normal());
    }
    for (const unsigned gates : {1u, 13u, 15u}) {
      expect_same("layer norm of " + std::to_string(hidden), [&](const KernelTable& table) {
        FloatVector changed = x, normalised(3 * wide), inverse(16), d_x = d, d_gain(wide);
        table.normalise({.x = changed.data(),
                         .normalised = normalised.data(),
                         .inverse = inverse.data(),
                         .gain = gain.data(),
                         .rows = 3,
                         .units = units,
                         .hidden = hidden,
                         .gates = gates,
                         .epsilon = 1e-5f});
        table.normalise_backward({.given = d.data(),
                                  .d = d_x.data(),
                                  .normalised = normalised.data(),
                                  .inverse = inverse.data(),
                                  .gain = gain.data(),
                                  .d_gain = d_gain.data(),
                                  .rows = 3,
                                  .units = units,
                                  .hidden = hidden,
                                  .gates = gates});
        std::vector<float> all(changed.begin(), changed.end());
        all.insert(all.end(), d_x.begin(), d_x.end());
        all.insert(all.end(), d_gain.begin(), d_gain.end());
        all.insert(all.end(), inverse.begin(), inverse.begin() + 3);
        return all;
      });
    }
  }
}

}  // namespace
}  // namespace sluice::kernels
