// A step with its product against the same made of the product and the cell, bit for bit; some of
// the units against all; Adam's update against double precision.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

constexpr std::size_t kHidden = 36, kUnits = 48;  // a half vector with 8 and 16 lanes

// A layer's step of some rows: recurrent weights, and arrays as the engine holds them.
struct Step {
  PackedMatrix r, r_back;
  Rows weights, bias, h_prev, c_prev, gates, c, tanh_c, h;
  Rows d_a_next, above, d_h, d_c;

  Step(const KernelTable& table, std::size_t rows, Random& random)
      : r(PackedMatrix::gates(kHidden, kHidden, table)),
        r_back(kHidden, 4 * kHidden, table),
        weights(Rows::random(4 * kHidden, kHidden, kHidden, random, 0.4)),
        bias(zero_behind(Rows::random(1, 4 * kUnits, 4 * kUnits, random))),
        h_prev(zero_behind(Rows::random(rows, kUnits, kUnits, random))),
        c_prev(zero_behind(Rows::random(rows, kUnits, kUnits, random))),
        gates(zero_behind(Rows::random(rows, 4 * kUnits, 4 * kUnits, random))),
        c(rows, kUnits, kUnits),
        tanh_c(c),
        h(c),
        d_a_next(zero_behind(Rows::random(rows, 4 * kUnits, 4 * kUnits, random))),
        above(zero_behind(Rows::random(rows, kUnits, kUnits + 16, random))),
        d_h(c),
        d_c(zero_behind(Rows::random(rows, kUnits, kUnits, random))) {
    r.pack_rows(0, r.panels(), [&](std::size_t n) {
      return n % kUnits < kHidden ? weights.row(n / kUnits * kHidden + n % kUnits) : nullptr;
    });
    r_back.pack_columns(0, r_back.panels(), kHidden, [&](std::size_t k) { return weights.row(k); });
  }

  static Rows zero_behind(Rows rows) {
    for (std::size_t m = 0; m < rows.rows; ++m) {
      for (std::size_t n = 0; n < rows.width; ++n) {
        if (n % kUnits >= kHidden) rows.at(m, n) = 0.0f;
      }
    }
    return rows;
  }

  Product recurrent(float* out) {
    return {.a = h_prev.row(0),
            .a_stride = kUnits,
            .rows = h_prev.rows,
            .w = r.view(),
            .bias = bias.row(0),
            .out = out,
            .out_stride = 4 * kUnits};
  }
  CellForward cell(const float* rh) {
    return {.gates = gates.row(0),
            .rh = rh,
            .c_prev = c_prev.row(0),
            .rows = h_prev.rows,
            .units = kUnits,
            .hidden = kHidden,
            .c = c.row(0),
            .tanh_c = tanh_c.row(0),
            .h = h.row(0)};
  }
  Product back(float* out) {
    return {.a = d_a_next.row(0),
            .a_stride = 4 * kUnits,
            .rows = h_prev.rows,
            .w = r_back.view(),
            .bias = nullptr,
            .out = out,
            .out_stride = kUnits,
            .a_blocks = 4,
            .a_block_stride = kUnits};
  }
  CellBackward cell_back() {
    return {.gates = gates.row(0),
            .c_prev = c_prev.row(0),
            .tanh_c = tanh_c.row(0),
            .d_h = d_h.row(0),
            .rows = h_prev.rows,
            .units = kUnits,
            .hidden = kHidden,
            .d_c = d_c.row(0),
            .d_a = gates.row(0)};
  }
};

void expect_same(const Rows& a, const Rows& b, const char* what) {
  for (std::size_t m = 0; m < a.rows; ++m) {
    for (std::size_t n = 0; n < a.width; ++n) {
      if (n % kUnits >= kHidden) continue;
      ASSERT_TRUE(same_bits(a.at(m, n), b.at(m, n))) << what << ", row " << m << ", place " << n;
    }
  }
}

UnitVectors all_of(const KernelTable& table) {
  return {0, (kHidden + table.lanes - 1) / table.lanes};
}

// Runs the step in two parts where `apart`; the units of each from the last where `falling`.
void forward(const KernelTable& table, Step& step, bool apart, bool falling = false) {
  const UnitVectors all = all_of(table);
  const std::size_t cut = apart ? table.panel / table.lanes : all.last;
  if (apart)
    table.step_forward({step.recurrent(nullptr), step.cell(nullptr), {cut, all.last}, falling});
  table.step_forward({step.recurrent(nullptr), step.cell(nullptr), {0, cut}, falling});
}

void backward(const KernelTable& table, Step& step, bool apart, bool falling) {
  const UnitVectors all = all_of(table);
  const std::size_t cut = apart ? table.panel / table.lanes : all.last;
  for (const UnitVectors part : {UnitVectors{cut, all.last}, UnitVectors{0, cut}}) {
    if (part.first == part.last) continue;
    table.step_backward({step.back(step.d_h.row(0)), step.above.row(0), step.above.stride,
                         step.cell_back(), part, falling});
  }
}

TEST(Step, IsItsProductAndItsCell) {
  for (const KernelTable& table : available()) {
    for (const std::size_t rows : {1, 2, 5, 7, 13}) {
      for (const auto& [apart, falling] :
           {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
        SCOPED_TRACE(std::string(table.name) + ", rows " + std::to_string(rows));
        if (apart && all_of(table).last <= table.panel / table.lanes) continue;
        Random random(41);
        Step one(table, rows, random);
        Step parts = one;
        forward(table, one, apart, falling);
        Rows rh(rows, 4 * kUnits, 4 * kUnits);
        table.multiply(parts.recurrent(rh.row(0)));
        table.cell_forward(parts.cell(rh.row(0)));
        ASSERT_NO_FATAL_FAILURE(expect_same(one.gates, parts.gates, "gates"));
        ASSERT_NO_FATAL_FAILURE(expect_same(one.c, parts.c, "c"));
        ASSERT_NO_FATAL_FAILURE(expect_same(one.h, parts.h, "h"));
        ASSERT_TRUE(one.gates.clean_outside() && one.c.clean_outside() && one.h.clean_outside());

        backward(table, one, apart, falling);
        table.multiply(parts.back(parts.d_h.row(0)));
        for (std::size_t m = 0; m < rows; ++m) {
          for (std::size_t u = 0; u < kUnits; ++u)
            parts.d_h.at(m, u) = parts.above.at(m, u) + parts.d_h.at(m, u);
        }
        table.cell_backward(parts.cell_back());
        ASSERT_NO_FATAL_FAILURE(expect_same(one.d_h, parts.d_h, "d_h"));
        ASSERT_NO_FATAL_FAILURE(expect_same(one.d_c, parts.d_c, "d_c"));
        ASSERT_NO_FATAL_FAILURE(expect_same(one.gates, parts.gates, "d_a"));
      }
    }
  }
}

TEST(StepBackward, WithoutAProductTakesTheGradientThatIsThere) {
  for (const KernelTable& table : available()) {
    SCOPED_TRACE(table.name);
    Random random(43);
    Step one(table, 3, random);
    forward(table, one, false);
    one.d_h = Step::zero_behind(Rows::random(3, kUnits, kUnits, random));
    Step parts = one;
    table.step_backward({.recurrent = {},
                         .above = nullptr,
                         .above_stride = 0,
                         .cell = one.cell_back(),
                         .units = all_of(table)});
    table.cell_backward(parts.cell_back());
    ASSERT_NO_FATAL_FAILURE(expect_same(one.gates, parts.gates, "d_a"));
    ASSERT_NO_FATAL_FAILURE(expect_same(one.d_c, parts.d_c, "d_c"));
  }
}

TEST(Adam, FollowsItsFormulas) {
  for (const KernelTable& table : available()) {
    for (const std::size_t count : {1, 3, 16, 37}) {
      Random random(47);
      Rows p = Rows::random(1, count, 64, random), g = Rows::random(1, count, 64, random);
      Rows first = Rows::random(1, count, 64, random), second = first;
      for (std::size_t j = 0; j < count; ++j) second.at(0, j) = std::abs(second.at(0, j));
      const Rows p0 = p, first0 = first, second0 = second;
      const AdamUpdate update{.parameters = p.row(0),
                              .gradient = g.row(0),
                              .first = first.row(0),
                              .second = second.row(0),
                              .count = count,
                              .scale = 0.7f,
                              .decay = 0.03f,
                              .keep = 0.9f,
                              .beta1 = 0.85f,
                              .beta2 = 0.95f,
                              .new1 = 0.15f,
                              .new2 = 0.05f,
                              .step = 0.02f,
                              .shrink = 1.3f,
                              .epsilon = 1e-3f};
      table.adam(update);
      for (std::size_t j = 0; j < count; ++j) {
        const double d = 0.7 * g.at(0, j) + 0.03 * p0.at(0, j);
        const double m = 0.85 * first0.at(0, j) + 0.15 * d;
        const double v = 0.95 * second0.at(0, j) + 0.05 * d * d;
        const double expected = 0.9 * p0.at(0, j) - 0.02 * m / (std::sqrt(v) * 1.3 + 1e-3);
        ASSERT_NEAR(first.at(0, j), m, 1e-6) << table.name << " " << j;
        ASSERT_NEAR(second.at(0, j), v, 1e-6) << table.name << " " << j;
        ASSERT_NEAR(p.at(0, j), expected, 1e-6) << table.name << " " << j;
      }
      EXPECT_TRUE(p.clean_outside() && first.clean_outside() && second.clean_outside());
    }
  }
}

TEST(SquaredError, IsTheSumAndItsGradient) {
  for (const KernelTable& table : available()) {
    for (std::size_t count = 1; count <= 40; ++count) {
      SCOPED_TRACE(std::string(table.name) + ", " + std::to_string(count));
      Random random(47);
      const Rows y = Rows::random(3, count, count + 5, random);
      const Rows target = Rows::random(3, count, count + 1, random);
      Rows d_y(3, count, count + 9);
      const float sum = table.squared_error({.y = y.row(0),
                                             .target = target.row(0),
                                             .d_y = d_y.row(0),
                                             .y_stride = y.stride,
                                             .target_stride = target.stride,
                                             .d_y_stride = d_y.stride,
                                             .rows = 3,
                                             .count = count,
                                             .share = 0.25f});
      double expected = 0.0;
      for (std::size_t m = 0; m < 3; ++m) {
        for (std::size_t j = 0; j < count; ++j) {
          const double error = static_cast<double>(y.at(m, j)) - target.at(m, j);
          expected += error * error;
          ASSERT_NEAR(d_y.at(m, j), 0.25 * error, 1e-6);
        }
      }
      ASSERT_NEAR(sum, expected, 1e-5 * expected);
      ASSERT_TRUE(d_y.clean_outside());
    }
  }
}

}  // namespace
}  // namespace sluice::kernels
