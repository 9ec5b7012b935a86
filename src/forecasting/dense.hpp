// The few dense routines in double that fitting a linear model needs: a product, and Cholesky's way
// of solving. Matrices are row-major; every sum has one written order, so the bits repeat. Not the
// engine's products: those are float and in kernels/.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pulse.hpp"

namespace sluice::forecasting {

/// A matrix read through strides: element (i, j) is at[i * row + j * column].
struct Strided {
  const double* at;
  std::size_t row;
  std::size_t column;
};

/// The sum of a[i] * b[i] over `count` values, in four partial sums.
double dot(const double* a, const double* b, std::size_t count);

/// c[m, n] += factor * a[m, k] * b[k, n]. The rows of `b` and `c` are contiguous, `b_row` and
/// `c_row` values apart; `c` overlaps neither factor.
struct Product {
  std::size_t m, k, n;
  Strided a;
  const double* b;
  std::size_t b_row;
  double factor;
};
void add_product(const Product& product, double* c, std::size_t c_row);

/// The factor of a symmetric positive definite matrix, to solve with many right-hand sides.
class Cholesky {
 public:
  /// `matrix` [size, size], symmetric. Where it is not positive definite to rounding, a multiple of
  /// the identity is added that grows until it is; throws Error(internal) where that does not help,
  /// which means values that are NaN or infinite.
  Cholesky(std::vector<double> matrix, std::size_t size, Pulse pulse = kNoPulse);

  /// Replaces `columns` [size, count] by the solution.
  void solve(std::span<double> columns, std::size_t count) const;

  /// The same to rounding with `rows` [count, size], each a right-hand side: much faster where they
  /// are few.
  void solve_rows(std::span<double> rows) const;

 private:
  bool factor();

  std::size_t size_;
  Pulse pulse_;
  std::vector<double> upper_;  // [size, size], U with U^T U = matrix; below the diagonal: U^T
};

}  // namespace sluice::forecasting
