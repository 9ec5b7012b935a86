// The two products against double precision, for every instruction set of this processor.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "kernels/packed_matrix.hpp"
#include "kernels/rows.hpp"
#include "kernels/table.hpp"

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
Operands operands(const Table& table, const Shape& shape, Random& random) {
  Operands made{Rows::random(shape.rows, shape.inner, shape.inner + 5, random),
                Rows::random(shape.outputs, shape.inner, shape.inner, random),
                Rows::random(1, shape.outputs, padded(shape.outputs), random),
                {shape.outputs, shape.inner, table.lanes}};
  made.packed.pack(
      [&](std::size_t n, std::size_t k) { return n < shape.outputs ? made.w.at(n, k) : 0.0f; });
  return made;
}

Product product(const Operands& from, std::size_t first, std::size_t rows, const float* bias,
                Rows& out) {
  return {from.a.row(first), from.a.stride, rows, from.packed.view(), bias,
          out.row(first),    out.stride};
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

std::string describe(const Table& table, const Shape& shape) {
  return std::string(table.name) + ": " + std::to_string(shape.rows) + " rows, inner " +
         std::to_string(shape.inner) + ", outputs " + std::to_string(shape.outputs);
}

TEST(Multiply, AgreesWithDoubleAndStaysInItsPlaces) {
  for (const Table& table : available()) {
    Random random(3);
    for (const Shape& shape : shapes()) {
      SCOPED_TRACE(describe(table, shape));
      const Operands from = operands(table, shape, random);
      const float* bias = (shape.rows + shape.inner) % 3 == 0 ? nullptr : from.bias.row(0);
      Rows out(shape.rows, shape.outputs, shape.outputs + 32);
      table.multiply(product(from, 0, shape.rows, bias, out));
      ASSERT_NO_FATAL_FAILURE(expect_product(from, bias, out));
      ASSERT_TRUE(out.clean_outside());
    }
  }
}

TEST(Multiply, GivesZeroInPaddedOutputs) {
  for (const Table& table : available()) {
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
  for (const Table& table : available()) {
    Random random(7);
    for (const Shape& shape : shapes()) {
      const Operands from = operands(table, shape, random);
      Rows batch(shape.rows, shape.outputs, shape.outputs);
      Rows alone(shape.rows, shape.outputs, shape.outputs);
      table.multiply(product(from, 0, shape.rows, from.bias.row(0), batch));
      for (std::size_t m = 0; m < shape.rows; ++m) {
        table.multiply(product(from, m, 1, from.bias.row(0), alone));
        for (std::size_t n = 0; n < shape.outputs; ++n) {
          ASSERT_TRUE(same_bits(alone.at(m, n), batch.at(m, n)))
              << describe(table, shape) << ", row " << m << ", output " << n;
        }
      }
    }
  }
}

// What decides the bits on one instruction set: bias first, then one chain in rising k.
TEST(Multiply, SumsInRisingOrderFromTheBias) {
  for (const Table& table : available()) {
    Operands from{Rows(1, 3, 3), Rows(16, 3, 3), Rows(1, 16, 16), {16, 3, table.lanes}};
    const float big = 0x1p24f;  // where adding 1 is lost
    for (std::size_t k = 0; k < 3; ++k) from.a.at(0, k) = 1.0f;
    from.packed.pack([&](std::size_t n, std::size_t k) {
      from.w.at(n, k) = k == 0 ? big : k == 1 ? -big : 1.0f;
      return from.w.at(n, k);
    });
    for (std::size_t n = 0; n < 16; ++n) from.bias.at(0, n) = 1.0f;
    Rows out(1, 16, 16);
    table.multiply(product(from, 0, 1, from.bias.row(0), out));
    for (std::size_t n = 0; n < 16; ++n) EXPECT_EQ(out.at(0, n), 1.0f) << table.name;
  }
}

struct OuterShape {
  std::size_t rows, n, k;
};

std::vector<OuterShape> outer_shapes() {
  std::vector<OuterShape> list;
  for (const std::size_t rows : {1, 7, 63, 64, 65, 131}) {
    for (const std::size_t n : {1, 2, 3, 4, 5, 6, 7, 11, 13}) {
      for (std::size_t k = 1; k <= 70; k += k < 34 ? 1 : 5) list.push_back({rows, n, k});
    }
  }
  return list;
}

void expect_outer(const Rows& a, const Rows& b, const Rows& before, const Rows& after) {
  for (std::size_t n = 0; n < a.width; ++n) {
    for (std::size_t k = 0; k < b.width; ++k) {
      double sum = before.at(n, k), size = std::abs(sum);
      for (std::size_t m = 0; m < a.rows; ++m) {
        const double term = static_cast<double>(a.at(m, n)) * b.at(m, k);
        sum += term;
        size += std::abs(term);
      }
      const std::size_t blocks = a.rows / kOuterBlock + 1;
      const auto roundings = static_cast<double>(a.rows + 1 + blocks);
      ASSERT_NEAR(after.at(n, k), sum, 1.01 * roundings * kRounding * size)
          << "n " << n << ", k " << k;
    }
  }
}

TEST(AddOuter, AddsTheProductAndStaysInItsPlaces) {
  for (const Table& table : available()) {
    Random random(11);
    for (const OuterShape& shape : outer_shapes()) {
      SCOPED_TRACE(std::string(table.name) + ": " + std::to_string(shape.rows) + " rows, n " +
                   std::to_string(shape.n) + ", k " + std::to_string(shape.k));
      const Rows a = Rows::random(shape.rows, shape.n, shape.n + 3, random);
      const Rows b = Rows::random(shape.rows, shape.k, padded(shape.k), random);
      const Rows before = Rows::random(shape.n, shape.k, shape.k + 2, random);
      Rows c = before;
      table.add_outer({a.row(0), a.stride, shape.n, b.row(0), b.stride, shape.k, shape.rows,
                       c.row(0), c.stride});
      ASSERT_NO_FATAL_FAILURE(expect_outer(a, b, before, c));
      ASSERT_TRUE(c.clean_outside());
    }
  }
}

TEST(AddOuter, OfNoRowsChangesNothing) {
  for (const Table& table : available()) {
    Random random(13);
    const Rows before = Rows::random(5, 19, 19, random);
    Rows c = before;
    const Rows a(0, 5, 16), b(0, 19, 32);
    table.add_outer({a.row(0), 16, 5, b.row(0), 32, 19, 0, c.row(0), 19});
    for (std::size_t j = 0; j < 5 * 19; ++j) ASSERT_TRUE(same_bits(c.data[j], before.data[j]));
  }
}

}  // namespace
}  // namespace sluice::kernels
