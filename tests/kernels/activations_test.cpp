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

#include "kernels/kernel_table.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Below it sigma is a denormal number, which a run flushes to zero anyway.
constexpr float kLowestNormal = -87.33654f;

using Exact = double (*)(double);
using Function = void (*)(const float*, float*, std::size_t) noexcept;

double exact_sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double exact_tanh(double x) { return std::tanh(x); }

float from_bits(std::uint32_t bits) {
  float x = 0.0f;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// The distance between floats around y, in y's own binade.
double ulp(double y) {
  const int exponent = std::ilogb(std::max(std::abs(y), static_cast<double>(FLT_MIN)));
  return std::ldexp(1.0, exponent - (FLT_MANT_DIG - 1));
}

void add_both_signs(float x, std::vector<float>& all) {
  all.push_back(x);
  all.push_back(-x);
}

// Floats of both signs from every exponent, a prime number apart and from another place in each:
// more of them from 2^-5 to 2^7, where the functions bend. Then every float beside 0 and beside the
// places where a kernel changes its ways: the clamps, saturation, the end of tanh's first piece.
std::vector<float> sweep() {
  std::vector<float> all;
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    const std::uint32_t step = exponent >= 127 - 5 && exponent < 127 + 7 ? 257 : 4099;
    for (std::uint32_t m = exponent * 1009 % step; m < 1u << 23; m += step) {
      add_both_signs(from_bits(exponent << 23 | m), all);
    }
    add_both_signs(from_bits(exponent << 23), all);
    add_both_signs(from_bits(exponent << 23 | 0x7fffff), all);
  }
  for (std::uint32_t bits = 0; bits < 2000; ++bits) add_both_signs(from_bits(bits), all);
  for (const float place : {0.17329f, 0.28163f, 0.34657f, 0.62821f, 9.0109f, 10.0f, 16.6355f,
                            17.3287f, 87.3f, 87.33654f, 87.6831f, 88.02969f, 88.3f, 88.72284f}) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &place, sizeof bits);
    for (std::uint32_t near = bits - 1000; near < bits + 1000; ++near) {
      add_both_signs(from_bits(near), all);
    }
  }
  return all;
}

bool same_values(const std::vector<float>& a, const std::vector<float>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct Worst {
  double ulps = 0.0;
  float x = 0.0f;
};

struct Truth {
  double value, ulp;
};

std::vector<Truth> truth(const std::vector<float>& x, Exact exact) {
  std::vector<Truth> all(x.size());
  for (std::size_t j = 0; j < x.size(); ++j) {
    all[j].value = exact(static_cast<double>(x[j]));
    all[j].ulp = ulp(all[j].value);
  }
  return all;
}

Worst worst(const std::vector<float>& x, const std::vector<float>& y,
            const std::vector<Truth>& expected) {
  Worst found;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double ulps = std::abs(y[j] - expected[j].value) / expected[j].ulp;
    if (!(ulps <= found.ulps)) found = {ulps, x[j]};
  }
  return found;
}

// Every table's largest error over `x`, and that no result leaves [lowest, 1].
void expect_right(const char* name, Function KernelTable::*function, const std::vector<float>& x,
                  Exact exact, double limit, float lowest) {
  const std::vector<Truth> expected = truth(x, exact);
  std::vector<float> y(x.size());
  for (const KernelTable& table : available()) {
    (table.*function)(x.data(), y.data(), x.size());
    const Worst found = worst(x, y, expected);
    std::printf("%-8s %-7s worst %.3f ulp at %.9g of %zu floats, limit %.0f\n",
                std::string(table.name).c_str(), name, found.ulps, static_cast<double>(found.x),
                x.size(), limit);
    EXPECT_LE(found.ulps, limit) << table.name << " at " << found.x;
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    EXPECT_GE(*low, lowest) << table.name;
    EXPECT_LE(*high, 1.0f) << table.name;
  }
}

// Every table gives the bits of the first.
void expect_same(Function KernelTable::*function) {
  const std::vector<float> x = sweep();
  std::vector<float> expected(x.size()), y(x.size());
  (available().front().*function)(x.data(), expected.data(), x.size());
  for (const KernelTable& table : available()) {
    (table.*function)(x.data(), y.data(), x.size());
    EXPECT_TRUE(same_values(y, expected)) << table.name;
  }
}

TEST(Sigmoid, IsRightToThreeUlpAtEveryExponent) {
  std::vector<float> x = sweep();
  x.erase(std::remove_if(x.begin(), x.end(), [](float v) { return v < kLowestNormal; }), x.end());
  expect_right("sigmoid", &KernelTable::sigmoid, x, exact_sigmoid, 3.0, 0.0f);
}

TEST(Sigmoid, IsDenormalOrZeroBelowItsLowestNormalNumber) {
  std::vector<float> x = sweep();
  x.erase(std::remove_if(x.begin(), x.end(), [](float v) { return v >= kLowestNormal; }), x.end());
  x.push_back(-kInfinity);
  std::vector<float> y(x.size());
  for (const KernelTable& table : available()) {
    table.sigmoid(x.data(), y.data(), x.size());
    for (std::size_t j = 0; j < x.size(); ++j) {
      ASSERT_GE(y[j], 0.0f) << table.name << " at " << x[j];
      ASSERT_LE(y[j], FLT_MIN) << table.name << " at " << x[j];
    }
  }
}

TEST(Sigmoid, NeverShutsAGateThatFloatsCanHoldOpen) {
  for (const KernelTable& table : available()) {
    const float x[] = {-80.0f, -87.0f, -87.33f, kInfinity, 100.0f, FLT_MAX};
    float y[6];
    table.sigmoid(x, y, 6);
    for (std::size_t j = 0; j < 3; ++j) EXPECT_GE(y[j], FLT_MIN) << table.name << " at " << x[j];
    for (std::size_t j = 3; j < 6; ++j) EXPECT_EQ(y[j], 1.0f) << table.name << " at " << x[j];
  }
}

// The vectors of most tables divide; those of 16 lanes multiply (activations-inl.hpp).
TEST(Sigmoid, IsTheSameToTheBitOnEveryTable) { expect_same(&KernelTable::sigmoid); }

// Every float in which sigma is neither 1/2 nor at a clamp, 660 million of them: a proof for the
// nine operations that stand for a division.
TEST(Sigmoid, OfEveryFloatIsThatOfADivision) {
  const KernelTable *divides = nullptr, *multiplies = nullptr;
  for (const KernelTable& table : available()) {
    if (table.name == "avx2") divides = &table;
    if (table.name == "avx512") multiplies = &table;
  }
  if (multiplies == nullptr) GTEST_SKIP() << "needs AVX-512";
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
  constexpr std::uint32_t kStep = 1;
#else
  constexpr std::uint32_t kStep = 1009;
#endif
  constexpr std::size_t kBlock = 4096;
  std::vector<float> x(kBlock), expected(kBlock), y(kBlock);
  const auto compare = [&] {
    divides->sigmoid(x.data(), expected.data(), kBlock);
    multiplies->sigmoid(x.data(), y.data(), kBlock);
    ASSERT_TRUE(same_values(y, expected)) << "from " << x[0];
  };
  std::size_t filled = 0;
  for (std::uint32_t bits = 95u << 23; bits < 134u << 23; bits += kStep) {
    x[filled++] = from_bits(bits);
    x[filled++] = from_bits(bits | 1u << 31);
    if (filled < kBlock) continue;
    compare();
    if (HasFatalFailure()) return;
    filled = 0;
  }
  compare();
}

TEST(Tanh, IsTheSameToTheBitOnEveryTable) { expect_same(&KernelTable::tanh); }

TEST(Tanh, IsRightToTwoUlpAtEveryExponent) {
  expect_right("tanh", &KernelTable::tanh, sweep(), exact_tanh, 2.0, -1.0f);
}

TEST(Tanh, IsOddToTheBitAndKeepsTheSignOfZero) {
  const std::vector<float> x = sweep();  // In pairs, x and -x.
  std::vector<float> y(x.size());
  for (const KernelTable& table : available()) {
    table.tanh(x.data(), y.data(), x.size());
    for (std::size_t j = 0; j < x.size(); j += 2) {
      ASSERT_TRUE(same_bits(y[j], -y[j + 1])) << table.name << " at " << x[j];
    }
    const float ends[] = {kInfinity, -kInfinity, 0.0f, -0.0f};
    float at_ends[4];
    table.tanh(ends, at_ends, 4);
    EXPECT_EQ(at_ends[0], 1.0f) << table.name;
    EXPECT_EQ(at_ends[1], -1.0f) << table.name;
    EXPECT_TRUE(same_bits(at_ends[2], 0.0f)) << table.name;
    EXPECT_TRUE(same_bits(at_ends[3], -0.0f)) << table.name;
  }
}

// Steps so large that no rounding may turn one round, over both ends of what the kernels clamp to.
TEST(Activations, NeverFallAndStayWhereTheySaturate) {
  std::vector<float> x;
  for (int j = -1920; j <= 1920; ++j) x.push_back(static_cast<float>(j) / 16.0f);
  std::vector<float> y(x.size());
  for (const KernelTable& table : available()) {
    table.sigmoid(x.data(), y.data(), x.size());
    for (std::size_t j = 1; j < x.size(); ++j) {
      if (x[j] <= 10.0f) {
        EXPECT_GE(y[j], y[j - 1]) << table.name << " sigmoid at " << x[j];
      }
      if (x[j] <= -89.0f) {
        EXPECT_EQ(y[j], y[0]) << table.name << " sigmoid at " << x[j];
      }
      if (x[j] >= 17.5f) {
        EXPECT_EQ(y[j], 1.0f) << table.name << " sigmoid at " << x[j];
      }
    }
    table.tanh(x.data(), y.data(), x.size());
    for (std::size_t j = 1; j < x.size(); ++j) {
      if (std::abs(x[j]) <= 6.0f) {
        EXPECT_GE(y[j], y[j - 1]) << table.name << " tanh at " << x[j];
      }
      if (x[j] <= -9.25f) {
        EXPECT_EQ(y[j], -1.0f) << table.name << " tanh at " << x[j];
      }
      if (x[j] >= 9.25f) {
        EXPECT_EQ(y[j], 1.0f) << table.name << " tanh at " << x[j];
      }
    }
  }
}

TEST(Activations, KeepNanOfEitherSignAndItAlone) {
  std::vector<float> x(57);
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = j % 3 == 0 ? 1.0f : j % 3 == 1 ? kNan : -kNan;
  for (const KernelTable& table : available()) {
    for (const auto function : {table.sigmoid, table.tanh}) {
      std::vector<float> y(x.size(), 0.0f);
      function(x.data(), y.data(), y.size());
      for (std::size_t j = 0; j < y.size(); ++j) {
        EXPECT_EQ(std::isnan(y[j]), j % 3 != 0) << table.name << ", place " << j;
      }
    }
  }
}

// One NaN is as good as another.
bool same(float a, float b) { return same_bits(a, b) || (std::isnan(a) && std::isnan(b)); }

// Every length and every offset from a cache line, in place and not: the same bits as alone.
TEST(Activations, GiveATailTheBitsOfAFullVector) {
  Random random(41);
  Rows x = Rows::random(1, 64, 64, random, 3.0);
  const float ends[] = {-0.0f, kInfinity, -kInfinity, FLT_MIN / 2, 1e-30f, -100.0f, 100.0f, kNan};
  for (std::size_t j = 0; j < 24; ++j) x.at(0, (7 * j) % 64) = ends[j % 8];
  for (const KernelTable& table : available()) {
    for (const auto function : {table.sigmoid, table.tanh}) {
      float alone[64];
      for (std::size_t j = 0; j < 64; ++j) function(x.row(0) + j, alone + j, 1);
      for (std::size_t first = 0; first < 17; ++first) {
        for (std::size_t count = 0; count <= 45; ++count) {
          Rows y(1, count, 64), in_place = x;
          function(x.row(0) + first, y.row(0), count);
          function(in_place.row(0) + first, in_place.row(0) + first, count);
          for (std::size_t j = 0; j < count; ++j) {
            ASSERT_TRUE(same(y.at(0, j), alone[first + j])) << table.name << ' ' << count;
            ASSERT_TRUE(same(in_place.at(0, first + j), alone[first + j])) << table.name;
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
