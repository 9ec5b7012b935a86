// The pointwise cell against the equations in double precision. Every stage is checked from the
// floats that the stage before has left, so that the tolerances are a few roundings and no more.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

#include "kernels/kernel_table.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

constexpr double kActivation = 4 * 0x1p-23;  // 4 ulp, relative

double sigma(double a) { return 1.0 / (1.0 + std::exp(-a)); }

struct Size {
  std::size_t rows, units;
};
constexpr Size kSizes[] = {{1, 16}, {1, 48}, {3, 32}, {7, 80}};

// Every gate has a scale of its own, so that no two can be mistaken for one another.
Rows gate_sums(const Size& size, Random& random, double scale) {
  Rows sums = Rows::random(size.rows, 4 * size.units, 4 * size.units, random, scale);
  constexpr double kScales[] = {0.7, 1.9, 1.1, 2.7};
  for (std::size_t r = 0; r < size.rows; ++r) {
    for (std::size_t n = 0; n < 4 * size.units; ++n) {
      sums.at(r, n) *= static_cast<float>(kScales[n / size.units]);
    }
  }
  return sums;
}

struct ForwardCase {
  Rows wx, rh, c_prev, gates, c, tanh_c, h;

  ForwardCase(const Size& size, Random& random)
      : wx(gate_sums(size, random, 1.0)),
        rh(gate_sums(size, random, 0.5)),
        c_prev(Rows::random(size.rows, size.units, size.units, random, 1.5)),
        gates(size.rows, 4 * size.units, 4 * size.units),
        c(size.rows, size.units, size.units),
        tanh_c(c),
        h(c) {}

  // The gates begin as wx.
  CellForward arguments() {
    gates = wx;
    return {.gates = gates.row(0),
            .rh = rh.row(0),
            .c_prev = c_prev.row(0),
            .rows = c.rows,
            .units = c.width,
            .hidden = c.width,
            .c = c.row(0),
            .tanh_c = tanh_c.row(0),
            .h = h.row(0)};
  }
};

void expect_forward(const Rows& wx, const ForwardCase& forward, const Rows& gates) {
  const std::size_t units = forward.c.width;
  for (std::size_t r = 0; r < forward.c.rows; ++r) {
    for (std::size_t u = 0; u < units; ++u) {
      SCOPED_TRACE("row " + std::to_string(r) + ", unit " + std::to_string(u));
      double gate[4];
      for (std::size_t k = 0; k < 4; ++k) {
        const float a = forward.rh.at(r, k * units + u) + wx.at(r, k * units + u);
        const double expected = k == 2 ? std::tanh(a) : sigma(a);
        gate[k] = gates.at(r, k * units + u);
        ASSERT_NEAR(gate[k], expected, kActivation * std::abs(expected)) << "gate " << k;  // S1-S3
      }
      const double kept = gate[1] * forward.c_prev.at(r, u), added = gate[0] * gate[2];
      ASSERT_NEAR(forward.c.at(r, u), kept + added,
                  3 * kRounding * (std::abs(kept) + std::abs(added)));  // S4
      const double tanh_c = std::tanh(static_cast<double>(forward.c.at(r, u)));
      ASSERT_NEAR(forward.tanh_c.at(r, u), tanh_c, kActivation * std::abs(tanh_c));  // S5
      const double h = gate[3] * forward.tanh_c.at(r, u);
      ASSERT_NEAR(forward.h.at(r, u), h, kRounding * std::abs(h));  // S6, S7
    }
  }
}

TEST(CellForward, FollowsTheEquations) {
  for (const KernelTable& table : available()) {
    Random random(17);
    for (const Size& size : kSizes) {
      SCOPED_TRACE(table.name);
      ForwardCase forward(size, random);
      table.cell_forward(forward.arguments());
      ASSERT_NO_FATAL_FAILURE(expect_forward(forward.wx, forward, forward.gates));
      EXPECT_TRUE(forward.gates.clean_outside() && forward.c.clean_outside() &&
                  forward.tanh_c.clean_outside() && forward.h.clean_outside());
    }
  }
}

// Sums that are whole already, as right behind their product.
TEST(CellForward, AddsNothingWhereThereIsNothingToAdd) {
  for (const KernelTable& table : available()) {
    Random random(19);
    ForwardCase apart(kSizes[3], random);
    ForwardCase whole = apart;
    table.cell_forward(apart.arguments());
    for (std::size_t r = 0; r < whole.c.rows; ++r) {
      for (std::size_t n = 0; n < whole.wx.width; ++n) whole.wx.at(r, n) += whole.rh.at(r, n);
    }
    CellForward arguments = whole.arguments();
    arguments.rh = nullptr;
    table.cell_forward(arguments);
    for (std::size_t r = 0; r < apart.c.rows; ++r) {
      for (std::size_t n = 0; n < apart.gates.width; ++n)
        ASSERT_TRUE(same_bits(whole.gates.at(r, n), apart.gates.at(r, n))) << table.name;
      for (std::size_t u = 0; u < apart.c.width; ++u)
        ASSERT_TRUE(same_bits(whole.h.at(r, u), apart.h.at(r, u))) << table.name;
    }
  }
}

// Forget gate open, input gate shut: the cell is the identity.
TEST(CellForward, KeepsTheCellWhereForgetIsOneAndInputIsZero) {
  for (const KernelTable& table : available()) {
    Random random(23);
    ForwardCase forward({3, 16}, random);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t u = 0; u < 16; ++u) {
        forward.wx.at(r, u) = -85.0f;
        forward.wx.at(r, 16 + u) = 30.0f;
        forward.rh.at(r, u) = forward.rh.at(r, 16 + u) = 0.0f;
      }
    }
    table.cell_forward(forward.arguments());
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t u = 0; u < 16; ++u) {
        EXPECT_TRUE(same_bits(forward.c.at(r, u), forward.c_prev.at(r, u))) << table.name;
      }
    }
  }
}

TEST(CellForward, LeavesZerosWherePaddingIsZero) {
  for (const KernelTable& table : available()) {
    Random random(29);
    ForwardCase forward({1, 16}, random);
    for (std::size_t n = 0; n < 64; ++n) forward.wx.at(0, n) = forward.rh.at(0, n) = 0.0f;
    for (std::size_t u = 0; u < 16; ++u) forward.c_prev.at(0, u) = 0.0f;
    table.cell_forward(forward.arguments());
    for (std::size_t u = 0; u < 16; ++u) {
      EXPECT_EQ(forward.c.at(0, u), 0.0f) << table.name;
      EXPECT_EQ(forward.h.at(0, u), 0.0f) << table.name;
    }
  }
}

struct BackwardCase {
  Rows gates, c_prev, tanh_c, d_h, d_c, d_a;

  // What a forward pass leaves, and gradients of scales of their own.
  BackwardCase(const KernelTable& table, const Size& size, Random& random)
      : gates(size.rows, 4 * size.units, 4 * size.units),
        c_prev(size.rows, size.units, size.units),
        tanh_c(c_prev),
        d_h(Rows::random(size.rows, size.units, size.units, random, 0.8)),
        d_c(Rows::random(size.rows, size.units, size.units, random, 1.7)),
        d_a(gates) {
    ForwardCase forward(size, random);
    table.cell_forward(forward.arguments());
    gates = forward.gates;
    c_prev = forward.c_prev;
    tanh_c = forward.tanh_c;
  }

  CellBackward arguments(float* d_a_at) {
    return {.gates = gates.row(0),
            .c_prev = c_prev.row(0),
            .tanh_c = tanh_c.row(0),
            .d_h = d_h.row(0),
            .rows = d_h.rows,
            .units = d_h.width,
            .hidden = d_h.width,
            .d_c = d_c.row(0),
            .d_a = d_a_at};
  }
};

void expect_backward(const Rows& d_c_next, const BackwardCase& backward) {
  const std::size_t units = backward.d_h.width;
  for (std::size_t r = 0; r < backward.d_h.rows; ++r) {
    for (std::size_t u = 0; u < units; ++u) {
      SCOPED_TRACE("row " + std::to_string(r) + ", unit " + std::to_string(u));
      const double i = backward.gates.at(r, u), f = backward.gates.at(r, units + u);
      const double g = backward.gates.at(r, 2 * units + u), o = backward.gates.at(r, 3 * units + u);
      const double tanh_c = backward.tanh_c.at(r, u), d_h = backward.d_h.at(r, u);
      const double d_o = d_h * tanh_c;                                         // B1
      const double d_c = d_c_next.at(r, u) + d_h * o * (1 - tanh_c * tanh_c);  // B2
      // d_h o (1 - tanh_c^2): the product and the slope, each of two roundings of values up to 1.
      const double d_c_error = kRounding * (4 * std::abs(d_h * o) + std::abs(d_c));
      const double d_gate[] = {d_c * g, d_c * backward.c_prev.at(r, u), d_c * i, d_o};  // B3..B5
      const double factor[] = {g, backward.c_prev.at(r, u), i, 0.0};
      const double slope[] = {i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)};  // B7
      for (std::size_t k = 0; k < 4; ++k) {
        const double tolerance = 2 * kRounding * std::abs(d_gate[k]) +
                                 4 * kRounding * std::abs(d_gate[k] * slope[k]) +
                                 d_c_error * std::abs(factor[k] * slope[k]);
        ASSERT_NEAR(backward.d_a.at(r, k * units + u), d_gate[k] * slope[k], tolerance)
            << "gate " << k;
      }
      ASSERT_NEAR(backward.d_c.at(r, u), d_c * f,
                  d_c_error * f + kRounding * std::abs(d_c * f));  // B6
    }
  }
}

TEST(CellBackward, FollowsTheEquations) {
  for (const KernelTable& table : available()) {
    Random random(31);
    for (const Size& size : kSizes) {
      SCOPED_TRACE(table.name);
      BackwardCase backward(table, size, random);
      const Rows d_c_next = backward.d_c;
      table.cell_backward(backward.arguments(backward.d_a.row(0)));
      ASSERT_NO_FATAL_FAILURE(expect_backward(d_c_next, backward));
      EXPECT_TRUE(backward.d_a.clean_outside() && backward.d_c.clean_outside());
    }
  }
}

TEST(CellBackward, MayWriteOverItsGates) {
  for (const KernelTable& table : available()) {
    Random random(37);
    BackwardCase apart(table, kSizes[3], random);
    BackwardCase over = apart;
    table.cell_backward(apart.arguments(apart.d_a.row(0)));
    table.cell_backward(over.arguments(over.gates.row(0)));
    for (std::size_t r = 0; r < apart.d_h.rows; ++r) {
      for (std::size_t n = 0; n < apart.d_a.width; ++n) {
        ASSERT_TRUE(same_bits(over.gates.at(r, n), apart.d_a.at(r, n))) << table.name;
      }
      for (std::size_t u = 0; u < apart.d_h.width; ++u) {
        ASSERT_TRUE(same_bits(over.d_c.at(r, u), apart.d_c.at(r, u))) << table.name;
      }
    }
  }
}

}  // namespace
}  // namespace sluice::kernels
