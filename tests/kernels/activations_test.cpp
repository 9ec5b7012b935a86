// Sigmoid and tanh against double precision over all exponents, in units in the last place (ulp).
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "kernels/rows.hpp"
#include "kernels/table.hpp"

namespace sluice::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Below it sigma is a denormal number, which a run flushes to zero anyway.
constexpr float kLowestNormal = -87.3f;

double sigma(double x) { return 1.0 / (1.0 + std::exp(-x)); }

// The distance between floats around y, in y's own binade.
double ulp(double y) {
  const int exponent = std::ilogb(std::max(std::abs(y), static_cast<double>(FLT_MIN)));
  return std::ldexp(1.0, exponent - (FLT_MANT_DIG - 1));
}

// About 100,000 floats of each sign, evenly over all exponents from the smallest denormal number to
// the largest float, and 200,000 evenly over the range in which the functions bend.
std::vector<float> sweep() {
  std::vector<float> all;
  for (std::uint32_t bits = 1; bits < 0x7f800000u; bits += 20011) {
    float x = 0.0f;
    std::memcpy(&x, &bits, sizeof x);
    all.push_back(x);
    all.push_back(-x);
  }
  for (int j = -100000; j <= 100000; ++j) all.push_back(static_cast<float>(j) * 9.0e-4f);
  return all;
}

struct Worst {
  double ulps = 0.0;
  float x = 0.0f;
};

template <class Function>
Worst worst(const std::vector<float>& x, const std::vector<float>& y, Function exact) {
  Worst found;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double expected = exact(static_cast<double>(x[j]));
    const double ulps = std::abs(y[j] - expected) / ulp(expected);
    if (!(ulps <= found.ulps)) found = {ulps, x[j]};
  }
  return found;
}

bool fused(const Table& table) { return table.name == "avx2" || table.name == "avx512"; }

void report(const Table& table, const char* function, const Worst& found, double limit) {
  std::printf("%-8s %-7s worst %.3f ulp at %.9g, limit %.0f\n", std::string(table.name).c_str(),
              function, found.ulps, static_cast<double>(found.x), limit);
}

TEST(Sigmoid, IsRightToFourUlp) {
  std::vector<float> x = sweep();
  x.erase(std::remove_if(x.begin(), x.end(), [](float v) { return v < kLowestNormal; }), x.end());
  std::vector<float> y(x.size());
  for (const Table& table : available()) {
    table.sigmoid(x.data(), y.data(), x.size());
    const Worst found = worst(x, y, sigma);
    report(table, "sigmoid", found, 4);
    EXPECT_LE(found.ulps, 4.0) << table.name << " at " << found.x;
  }
}

TEST(Sigmoid, NeverShutsAGateThatFloatsCanHoldOpen) {
  for (const Table& table : available()) {
    const float x[] = {-80.0f, -87.0f, -100.0f, -1e30f, -kInfinity, kInfinity, 100.0f};
    float y[7];
    table.sigmoid(x, y, 7);
    EXPECT_GT(y[0], 0.0f);
    EXPECT_GT(y[1], 0.0f);
    for (std::size_t j = 2; j < 5; ++j) {
      EXPECT_GE(y[j], 0.0f) << x[j];
      EXPECT_LT(y[j], FLT_MIN) << x[j];
    }
    EXPECT_EQ(y[5], 1.0f);
    EXPECT_EQ(y[6], 1.0f);
  }
}

TEST(Tanh, IsRightToTwoUlpWithFusedMultiplyAndFourWithout) {
  const std::vector<float> x = sweep();
  std::vector<float> y(x.size());
  for (const Table& table : available()) {
    table.tanh(x.data(), y.data(), x.size());
    const double limit = fused(table) ? 2.0 : 4.0;
    const Worst found = worst(x, y, [](double v) { return std::tanh(v); });
    report(table, "tanh", found, limit);
    EXPECT_LE(found.ulps, limit) << table.name << " at " << found.x;
  }
}

TEST(Tanh, IsOddAndOneAtInfinity) {
  for (const Table& table : available()) {
    const float x[] = {kInfinity, -kInfinity, 0.0f, 0.3f, -0.3f, 2.0f, -2.0f, FLT_MAX, -FLT_MAX};
    float y[9];
    table.tanh(x, y, 9);
    EXPECT_EQ(y[0], 1.0f);
    EXPECT_EQ(y[1], -1.0f);
    EXPECT_EQ(y[2], 0.0f);
    for (const std::size_t j : {3, 5, 7}) EXPECT_EQ(y[j], -y[j + 1]) << table.name;
  }
}

TEST(Activations, KeepNan) {
  for (const Table& table : available()) {
    const std::vector<float> x(19, kNan);
    std::vector<float> y(19, 0.0f);
    table.sigmoid(x.data(), y.data(), y.size());
    for (const float v : y) EXPECT_TRUE(std::isnan(v)) << table.name;
    table.tanh(x.data(), y.data(), y.size());
    for (const float v : y) EXPECT_TRUE(std::isnan(v)) << table.name;
  }
}

// Every length and every offset from a cache line, in place and not: the same bits as alone.
TEST(Activations, GiveATailTheBitsOfAFullVector) {
  Random random(41);
  Rows x = Rows::random(1, 64, 64, random, 3.0);
  for (const Table& table : available()) {
    for (const auto function : {table.sigmoid, table.tanh}) {
      float alone[64];
      for (std::size_t j = 0; j < 64; ++j) function(x.row(0) + j, alone + j, 1);
      for (std::size_t first = 0; first < 17; ++first) {
        for (std::size_t count = 0; count <= 45; ++count) {
          Rows y(1, count, 64), in_place = x;
          function(x.row(0) + first, y.row(0), count);
          function(in_place.row(0) + first, in_place.row(0) + first, count);
          for (std::size_t j = 0; j < count; ++j) {
            ASSERT_TRUE(same_bits(y.at(0, j), alone[first + j])) << table.name << ' ' << count;
            ASSERT_TRUE(same_bits(in_place.at(0, first + j), alone[first + j])) << table.name;
          }
          ASSERT_TRUE(y.clean_outside()) << table.name << ", count " << count;
          ASSERT_TRUE(same_bits(in_place.at(0, first + count), x.at(0, first + count)));
        }
      }
    }
  }
}

}  // namespace
}  // namespace sluice::kernels
