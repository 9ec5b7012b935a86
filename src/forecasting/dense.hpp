// Dense double-precision routines for fitting linear models: a matrix product and a Cholesky
// solver. Matrices are row-major; sums have a fixed order, so results are bit-reproducible. The
// engine's float products are in kernels/.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pulse.hpp"

namespace sluice::forecasting {

/// A strided matrix view: element (i, j) is at[i * row + j * column].
struct Strided {
  const double* at;
  std::size_t row;
  std::size_t column;
};

/// Dot product of `count` values, in four partial sums.
double dot(const double* a, const double* b, std::size_t count);

/// c[m, n] += factor * a[m, k] * b[k, n]. The rows of `b` and `c` are contiguous, with strides
/// `b_row` and `c_row`; `c` overlaps neither factor.
struct Product {
  std::size_t m, k, n;
  Strided a;
  const double* b;
  std::size_t b_row;
  double factor;
};
void add_product(const Product& product, double* c, std::size_t c_row);

/// Cholesky factor of a symmetric positive definite matrix, for many right-hand sides.
class Cholesky {
 public:
  /// `matrix` [size, size], symmetric. If it is not numerically positive definite, a growing
  /// multiple of the identity is added until it is; throws Error(internal) if that fails, which
  /// means NaN or infinite values.
  Cholesky(std::vector<double> matrix, std::size_t size, Pulse pulse = kNoPulse);

  /// Solves in place: `columns` [size, count] are right-hand sides, replaced by the solutions.
  void solve(std::span<double> columns, std::size_t count) const;

  /// The same, to rounding, for `rows` [count, size], one right-hand side each: much faster for
  /// few.
  void solve_rows(std::span<double> rows) const;

 private:
  bool factor();

  std::size_t size_;
  Pulse pulse_;
  std::vector<double> upper_;  // [size, size], U with U^T U = matrix; U^T below the diagonal
};

}  // namespace sluice::forecasting
