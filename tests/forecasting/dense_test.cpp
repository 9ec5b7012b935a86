// The dense solver under ridge.
#include "forecasting/dense.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <vector>

#include "forecasting/ridge_series.hpp"
#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

TEST(Cholesky, SolvesAndAddsToTheDiagonalOnlyWhereItMust) {
  constexpr std::size_t kSize = 71;
  Noise noise(9);
  std::vector<double> root(kSize * kSize);
  for (double& value : root) value = noise.next();
  std::vector<double> matrix(kSize * kSize, 0.0);
  add_product({.m = kSize,
               .k = kSize,
               .n = kSize,
               .a = {root.data(), 1, kSize},
               .b = root.data(),
               .b_row = kSize,
               .factor = 1.0},
              matrix.data(), kSize);
  for (std::size_t i = 0; i < kSize; ++i) matrix[i * kSize + i] += 0.5;
  std::vector<double> x(kSize * 3);
  for (double& value : x) value = noise.next();
  std::vector<double> right(kSize * 3, 0.0);
  for (std::size_t i = 0; i < kSize; ++i) {
    for (std::size_t j = 0; j < kSize; ++j) {
      for (std::size_t c = 0; c < 3; ++c) right[i * 3 + c] += matrix[i * kSize + j] * x[j * 3 + c];
    }
  }
  Cholesky(matrix, kSize).solve(right, 3);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(right[i], x[i], 1e-10);
  std::vector<double> singular(9, 1.0);
  std::vector<double> ones(3, 1.0);
  Cholesky(singular, 3).solve(ones, 1);
  EXPECT_NEAR(ones[0] + ones[1] + ones[2], 1.0, 1e-6);
  singular[4] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(Cholesky(singular, 3), Error);
}

}  // namespace
}  // namespace sluice::forecasting
