// The two products against double precision, for every instruction set of this processor.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

struct Shape {
  std::size_t rows, inner, outputs;
};

std::vector<Shape> shapes() {
  std::vector<Shape> list;
  for (std::size_t rows = 1; rows <= 13; ++rows) {
    for (const std::size_t inner : {1, 2, 3, 5, 8, 13, 16, 17, 31, 48, 67}) {
      for (std::size_t outputs = 16; outputs <= 144; outputs += 16) {
        list.push_back({rows, inner, outputs});
      }
    }
  }
  return list;
}

struct Operands {
  Rows a, w, bias;
  PackedMatrix packed;
};

// `outputs` may be any number; the weights of the places that round it up are zeros.
Operands operands(const KernelTable& table, const Shape& shape, Random& random) {
  Operands made{Rows::random(shape.rows, shape.inner, shape.inner + 5, random),
                Rows::random(shape.outputs, shape.inner, shape.inner, random),
                Rows::random(1, shape.outputs, padded(shape.outputs), random),
                {shape.outputs, shape.inner, table}};
  made.packed.pack_rows(0, made.packed.panels(),
                        [&](std::size_t n) { return n < shape.outputs ? made.w.row(n) : nullptr; });
  return made;
}

Product product(const Operands& from, std::size_t first, std::size_t rows, const float* bias,
                Rows& out, bool quarters = false) {
  return {.a = from.a.row(first),
          .a_stride = from.a.stride,
          .rows = rows,
          .w = from.packed.view(),
          .bias = bias,
          .out = out.row(first),
          .out_stride = out.stride,
          .quarters = quarters};
}

void expect_product(const Operands& from, const float* bias, const Rows& out) {
  for (std::size_t m = 0; m < from.a.rows; ++m) {
    for (std::size_t n = 0; n < from.w.rows; ++n) {
      double sum = bias == nullptr ? 0.0 : bias[n], size = std::abs(sum);
      for (std::size_t k = 0; k < from.a.width; ++k) {
        const double term = static_cast<double>(from.a.at(m, k)) * from.w.at(n, k);
        sum += term;
        size += std::abs(term);
      }
      // One rounding for each product and each sum.
      const double tolerance = 1.01 * static_cast<double>(from.a.width + 2) * kRounding * size;
      ASSERT_NEAR(out.at(m, n), sum, tolerance) << "row " << m << ", output " << n;
    }
  }
}

std::string describe(const KernelTable& table, const Shape& shape) {
  return std::string(table.name) + ": " + std::to_string(shape.rows) + " rows, inner " +
         std::to_string(shape.inner) + ", outputs " + std::to_string(shape.outputs);
}

TEST(Multiply, AgreesWithDoubleAndStaysInItsPlaces) {
  for (const KernelTable& table : available()) {
    Random random(3);
    for (const Shape& shape : shapes()) {
      SCOPED_TRACE(describe(table, shape));
      const Operands from = operands(table, shape, random);
      const float* bias = (shape.rows + shape.inner) % 3 == 0 ? nullptr : from.bias.row(0);
      for (const bool quarters : {false, true}) {
        Rows out(shape.rows, shape.outputs, shape.outputs + 32);
        table.multiply(product(from, 0, shape.rows, bias, out, quarters));
        ASSERT_NO_FATAL_FAILURE(expect_product(from, bias, out));
        ASSERT_TRUE(out.clean_outside());
      }
    }
  }
}

// Lane j adds the terms j, j + 16, ..; then the upper half of the lanes is added to the lower one
// until one is left.
float dot_in_lanes(const Rows& a, std::size_t m, const Rows& w, std::size_t n, float bias) {
  float lanes[16] = {};
  for (std::size_t k = 0; k < a.width; ++k)
    lanes[k % 16] = std::fma(a.at(m, k), w.at(n, k), lanes[k % 16]);
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
  }
  return bias + lanes[0];
}

TEST(Dots, AreSummedInSixteenLanesAndStayInTheirPlaces) {
  for (const KernelTable& table : available()) {
    Random random(9);
    for (const std::size_t rows : {1, 2, 7}) {
      for (const std::size_t inner : {16, 32, 48, 112}) {
        for (const std::size_t outputs : {1, 2, 5}) {
          const Rows a = Rows::random(rows, inner, inner + 16, random);
          const Rows w = Rows::random(outputs, inner, inner, random);
          const Rows bias = Rows::random(1, outputs, outputs, random);
          Rows out(rows, outputs, outputs + 3);
          table.dots({.a = a.row(0),
                      .a_stride = a.stride,
                      .rows = rows,
                      .w = w.row(0),
                      .inner = inner,
                      .outputs = outputs,
                      .bias = bias.row(0),
                      .out = out.row(0),
                      .out_stride = out.stride});
          for (std::size_t m = 0; m < rows; ++m) {
            for (std::size_t n = 0; n < outputs; ++n) {
              ASSERT_TRUE(same_bits(out.at(m, n), dot_in_lanes(a, m, w, n, bias.at(0, n))))
                  << table.name << ", inner " << inner << ", row " << m << ", output " << n;
            }
          }
          ASSERT_TRUE(out.clean_outside());
        }
      }
    }
  }
}

TEST(Multiply, GivesZeroInPaddedOutputs) {
  for (const KernelTable& table : available()) {
    Random random(5);
    const Shape shape{7, 11, 37};
    const Operands from = operands(table, shape, random);
    Rows out(shape.rows, padded(shape.outputs), padded(shape.outputs));
    table.multiply(product(from, 0, shape.rows, nullptr, out));
    ASSERT_NO_FATAL_FAILURE(expect_product(from, nullptr, out));
    for (std::size_t m = 0; m < shape.rows; ++m) {
      for (std::size_t n = shape.outputs; n < padded(shape.outputs); ++n) {
        ASSERT_EQ(out.at(m, n), 0.0f) << table.name << ", row " << m << ", output " << n;
      }
    }
  }
}

TEST(Multiply, GivesARowAloneTheBitsThatItHasInABatch) {
  for (const KernelTable& table : available()) {
    Random random(7);
    for (const Shape& shape : shapes()) {
      const Operands from = operands(table, shape, random);
      for (const bool quarters : {false, true}) {
        Rows batch(shape.rows, shape.outputs, shape.outputs);
        Rows alone(shape.rows, shape.outputs, shape.outputs);
        table.multiply(product(from, 0, shape.rows, from.bias.row(0), batch, quarters));
        for (std::size_t m = 0; m < shape.rows; ++m) {
          table.multiply(product(from, m, 1, from.bias.row(0), alone, quarters));
          for (std::size_t n = 0; n < shape.outputs; ++n) {
            ASSERT_TRUE(same_bits(alone.at(m, n), batch.at(m, n)))
                << describe(table, shape) << ", row " << m << ", output " << n;
          }
        }
      }
    }
  }
}

// What the outputs are for inputs of 1, the weights given and a bias of 1.
float sum_of(const KernelTable& table, const std::vector<float>& weights, bool quarters) {
  const std::size_t inner = weights.size();
  Operands from{Rows(1, inner, inner), Rows(16, inner, inner), Rows(1, 16, 16), {16, inner, table}};
  for (std::size_t k = 0; k < inner; ++k) from.a.at(0, k) = 1.0f;
  for (std::size_t n = 0; n < 16; ++n) {
    std::copy(weights.begin(), weights.end(), from.w.row(n));
    from.bias.at(0, n) = 1.0f;
  }
  from.packed.pack_rows(0, from.packed.panels(), [&](std::size_t n) { return from.w.row(n); });
  Rows out(1, 16, 16);
  table.multiply(product(from, 0, 1, from.bias.row(0), out, quarters));
  return out.at(0, 7);
}

// What decides the bits on one instruction set: bias first, then one chain in rising k.
TEST(Multiply, SumsInRisingOrderFromTheBias) {
  const float big = 0x1p24f;  // where adding 1 is lost
  for (const KernelTable& table : available())
    EXPECT_EQ(sum_of(table, {big, -big, 1.0f}, false), 1.0f) << table.name;
}

TEST(Multiply, SumsEachQuarterAndThenTheQuartersInOrder) {
  const float big = 0x1p24f;
  for (const KernelTable& table : available()) {
    SCOPED_TRACE(table.name);
    EXPECT_EQ(sum_of(table, {0, 0, big, -big, 0, 0, 0, 0}, true), 1.0f);  // within the second
    EXPECT_EQ(sum_of(table, {big, -big, 0, 0, 0, 0, 0, 0}, true),
              0.0f);  // the bias is in the first
    EXPECT_EQ(sum_of(table, {0, 0, big, 0, -big, 0, 0, 1}, true), 1.0f);  // not in pairs
    EXPECT_EQ(sum_of(table, {0, 0, 0, 0, 0, big, -big}, true), 0.0f);     // a short last one
  }
}

// The inner index over the gates of padded rows, the outputs in the gates' places, some of them
// only. Of 36 and 37 units the last vector is a half, or not, by the lanes.
class GatePlaces : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};
INSTANTIATE_TEST_SUITE_P(Multiply, GatePlaces,
                         testing::Combine(testing::Values(1, 2, 7, 130),
                                          testing::Values(36, 37, 44, 52)));

TEST_P(GatePlaces, GoByTheGatesOfPaddedRows) {
  const std::size_t kRows = std::get<0>(GetParam()), kHidden = std::get<1>(GetParam());
  constexpr std::size_t kInputs = 11;
  const std::size_t units = padded(kHidden);
  for (const KernelTable& table : available()) {
    SCOPED_TRACE(table.name);
    const std::size_t over = kHidden % table.lanes, half = table.lanes / 2;
    const bool halves = table.lanes >= 8 && over > 0 && over <= half;
    const std::size_t written =
        halves ? kHidden - over + half : (kHidden + table.lanes - 1) / table.lanes * table.lanes;
    Random random(9);
    const Rows x = Rows::random(kRows, kInputs, kInputs + 2, random);
    const Rows w = Rows::random(4 * kHidden, kInputs, kInputs, random);
    const Rows bias = Rows::random(1, 4 * units, 4 * units, random);
    PackedMatrix packed = PackedMatrix::gates(kHidden, kInputs, table);
    EXPECT_EQ(packed.view().outputs, 4 * written);
    packed.pack_rows(0, packed.panels(), [&](std::size_t n) {
      return n % units < kHidden ? w.row(n / units * kHidden + n % units) : nullptr;
    });
    Rows gates(kRows, 4 * units, 4 * units);
    constexpr std::size_t kCut = 1;  // from the second vector of units on
    table.multiply({.a = x.row(0),
                    .a_stride = x.stride,
                    .rows = kRows,
                    .w = packed.view(),
                    .bias = bias.row(0),
                    .out = gates.row(0),
                    .out_stride = gates.stride,
                    .first_vector = 4 * kCut});
    for (std::size_t m = 0; m < kRows; ++m) {
      for (std::size_t n = 0; n < 4 * units; ++n) {
        const std::size_t gate = n / units, u = n % units;
        double sum = bias.at(0, n);
        for (std::size_t k = 0; k < kInputs && u < kHidden; ++k)
          sum += static_cast<double>(x.at(m, k)) * w.at(gate * kHidden + u, k);
        if (u < kCut * table.lanes || u >= written) {
          ASSERT_TRUE(std::isnan(gates.at(m, n))) << "row " << m << ", place " << n;
        } else {
          ASSERT_NEAR(gates.at(m, n), sum, 1e-5) << "row " << m << ", place " << n;
        }
      }
    }

    PackedMatrix back(kInputs, 4 * kHidden, table);
    back.pack_columns(0, back.panels(), kInputs, [&](std::size_t k) { return w.row(k); });
    const Rows d = Rows::random(kRows, 4 * units, 4 * units, random);
    Rows d_x(kRows, padded(kInputs), padded(kInputs));
    table.multiply({.a = d.row(0),
                    .a_stride = d.stride,
                    .rows = kRows,
                    .w = back.view(),
                    .bias = nullptr,
                    .out = d_x.row(0),
                    .out_stride = d_x.stride,
                    .a_blocks = 4,
                    .a_block_stride = units});
    for (std::size_t m = 0; m < kRows; ++m) {
      for (std::size_t n = 0; n < padded(kInputs); ++n) {
        double sum = 0.0;
        for (std::size_t k = 0; k < 4 * kHidden && n < kInputs; ++k)
          sum += static_cast<double>(d.at(m, k / kHidden * units + k % kHidden)) * w.at(k, n);
        ASSERT_NEAR(d_x.at(m, n), sum, 1e-4) << "row " << m << ", input " << n;
      }
    }
  }
}

// The columns of a: some of one array, some of another, and one of ones.
struct OuterShape {
  std::size_t rows, first, second, outputs;
};

std::vector<OuterShape> outer_shapes() {
  std::vector<OuterShape> list;
  for (const std::size_t rows : {1, 7, 127, 128, 129, 261}) {
    for (const std::size_t first : {1, 2, 3, 4, 5, 6, 11}) {
      for (const std::size_t second : {1, 7, 13}) {
        for (std::size_t outputs = 16; outputs <= 80; outputs += 16)
          list.push_back({rows, first, second, outputs});
      }
    }
  }
  return list;
}

double column(const Rows& first, const Rows& second, std::size_t m, std::size_t i) {
  if (i < first.width) return first.at(m, i);
  i -= first.width;
  return i < second.width ? second.at(m, i) : 1.0f;
}

TEST(AddOuter, AddsTheSumsAndStaysInItsPlaces) {
  for (const KernelTable& table : available()) {
    Random random(11);
    for (const OuterShape& shape : outer_shapes()) {
      SCOPED_TRACE(std::string(table.name) + ": " + std::to_string(shape.rows) + " rows, columns " +
                   std::to_string(shape.first) + " + " + std::to_string(shape.second) +
                   " + 1, outputs " + std::to_string(shape.outputs));
      const Rows first = Rows::random(shape.rows, shape.first, shape.first + 3, random);
      const Rows second = Rows::random(shape.rows, shape.second, shape.second, random);
      // Sometimes one behind the other.
      const std::size_t apart = shape.second == 7 ? 0 : 16;
      const Rows b = Rows::random(shape.rows, shape.outputs, shape.outputs + apart, random);
      const std::size_t columns = shape.first + shape.second + 1;
      const Rows before = Rows::random(columns, shape.outputs, shape.outputs + 16, random);
      Rows c = before;
      FloatVector work(outer_work(columns));
      const Columns a[] = {{first.row(0), first.stride, shape.first},
                           {second.row(0), second.stride, shape.second},
                           {nullptr, 0, 1}};
      // Columns before and behind these are left alone.
      const std::size_t begin = shape.rows % 3 == 0 ? shape.first / 2 + 1 : 0;
      const std::size_t end = shape.rows % 2 == 0 ? columns - 1 : columns;
      table.add_outer({.a = a,
                       .b = b.row(0),
                       .b_stride = b.stride,
                       .layout = {},
                       .vectors = shape.outputs / table.lanes,
                       .rows = shape.rows,
                       .c = c.row(0),
                       .c_stride = c.stride,
                       .first = begin,
                       .last = end,
                       .work = work.data()});
      ASSERT_TRUE(c.clean_outside());
      for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t n = 0; n < shape.outputs; ++n) {
          double sum = before.at(i, n), size = std::abs(sum);
          for (std::size_t m = 0; m < (i < begin || i >= end ? 0 : shape.rows); ++m) {
            const double term = column(first, second, m, i) * b.at(m, n);
            sum += term;
            size += std::abs(term);
          }
          const auto roundings = static_cast<double>(shape.rows + 2 + shape.rows / kOuterBlock);
          ASSERT_NEAR(c.at(i, n), sum, 1.01 * roundings * kRounding * size)
              << "column " << i << ", output " << n;
        }
      }
    }
  }
}

TEST_P(GatePlaces, AreWhereSumsOverRowsTakeTheirOutputsFrom) {
  const std::size_t kRows = std::get<0>(GetParam()), kHidden = std::get<1>(GetParam());
  const std::size_t units = padded(kHidden);
  for (const KernelTable& table : available()) {
    Random random(12);
    const Rows x = Rows::random(kRows, 3, 3, random);
    const Rows d = Rows::random(kRows, 4 * units, 4 * units, random);
    const GateLayout places = GateLayout::gates(kHidden, table.lanes);
    const std::size_t width = places.outputs(kHidden, table.lanes);
    FloatVector c(3 * width), work(outer_work(3));
    const Columns a[] = {{x.row(0), x.stride, 3}};
    table.add_outer({.a = a,
                     .b = d.row(0),
                     .b_stride = d.stride,
                     .layout = places,
                     .vectors = width / table.lanes,
                     .rows = kRows,
                     .c = c.data(),
                     .c_stride = width,
                     .first = 0,
                     .last = 3,
                     .work = work.data()});
    for (std::size_t gate = 0; gate < 4; ++gate) {
      for (std::size_t u = 0; u < kHidden; ++u) {
        double sum = 0.0;
        for (std::size_t m = 0; m < kRows; ++m)
          sum += static_cast<double>(x.at(m, 2)) * d.at(m, gate * units + u);
        ASSERT_NEAR(c[2 * width + places.output(gate, u, table.lanes)], sum, 1e-5 + 1e-6 * kRows)
            << table.name << gate << " " << u;
      }
    }
  }
}

TEST(AddOuter, FreshTakesItsPlaceAsZeros) {
  constexpr std::size_t kRows = 2 * kOuterBlock + 9, kColumns = 7;
  for (const KernelTable& table : available()) {
    Random random(14);
    const Rows a = Rows::random(kRows, kColumns, kColumns, random);
    const Rows b = Rows::random(kRows, 48, 48, random);
    Rows zeros(kColumns, 48, 48), fresh(kColumns, 48, 48);
    std::fill(zeros.data.begin(), zeros.data.end(), 0.0f);
    FloatVector work(outer_work(kColumns));
    const Columns columns[] = {{a.row(0), a.stride, kColumns}};
    for (Rows* c : {&zeros, &fresh}) {
      table.add_outer({.a = columns,
                       .b = b.row(0),
                       .b_stride = b.stride,
                       .layout = {},
                       .vectors = 48 / table.lanes,
                       .rows = kRows,
                       .c = c->row(0),
                       .c_stride = c->stride,
                       .first = 0,
                       .last = kColumns,
                       .work = work.data(),
                       .fresh = c == &fresh});
    }
    for (std::size_t i = 0; i < kColumns; ++i) {
      for (std::size_t n = 0; n < 48; ++n)
        ASSERT_EQ(fresh.at(i, n), zeros.at(i, n)) << table.name << " " << i << " " << n;
    }
  }
}

TEST(AddOuter, OfNoRowsChangesNothing) {
  for (const KernelTable& table : available()) {
    Random random(13);
    const Rows before = Rows::random(5, 32, 32, random);
    Rows c = before;
    const Rows a(0, 5, 16), b(0, 32, 32);
    FloatVector work(outer_work(5));
    const Columns columns[] = {{a.row(0), 16, 5}};
    table.add_outer({.a = columns,
                     .b = b.row(0),
                     .b_stride = 32,
                     .layout = {},
                     .vectors = 32 / table.lanes,
                     .rows = 0,
                     .c = c.row(0),
                     .c_stride = 32,
                     .first = 0,
                     .last = 5,
                     .work = work.data()});
    for (std::size_t j = 0; j < 5 * 32; ++j) ASSERT_TRUE(same_bits(c.data[j], before.data[j]));
  }
}

TEST(MultiplyAdds, GoOnAsLongAsTheyAreTold) {
  for (const KernelTable& table : available()) {
    // x -> 0.999 x + 0.001 from 0.001 on: 1 - 0.999^(n + 1), in all chains and lanes.
    const double chains = 12.0 * static_cast<double>(table.lanes);
    EXPECT_NEAR(table.multiply_adds(0) / chains, 1e-3, 1e-7) << table.name;
    EXPECT_NEAR(table.multiply_adds(999) / chains, 1.0 - std::pow(0.999, 1000), 1e-4) << table.name;
  }
}

}  // namespace
}  // namespace sluice::kernels
