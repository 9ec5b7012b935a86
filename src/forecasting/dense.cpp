// Blocked so that the innermost loop runs along a row, over a tile that stays in the L1 cache.
#include "forecasting/dense.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

// Tiles of 32 x 96 doubles (24 kB) fit a 32 kB L1 cache together with the row being written.
constexpr std::size_t kTileRows = 32;
constexpr std::size_t kTileColumns = 96;

// c[0..n) += sum over kk < k of a[kk * a_stride] * b[kk, 0..n), four rows of b at a time.
void add_rows(const double* a, std::size_t a_stride, double factor, const double* b,
              std::size_t b_row, std::size_t k, std::size_t n, double* c) {
  std::size_t kk = 0;
  for (; kk + 4 <= k; kk += 4) {
    const double a0 = factor * a[kk * a_stride];
    const double a1 = factor * a[(kk + 1) * a_stride];
    const double a2 = factor * a[(kk + 2) * a_stride];
    const double a3 = factor * a[(kk + 3) * a_stride];
    const double* b0 = b + kk * b_row;
    const double* b1 = b0 + b_row;
    const double* b2 = b1 + b_row;
    const double* b3 = b2 + b_row;
    for (std::size_t j = 0; j < n; ++j) {
      c[j] += (a0 * b0[j] + a1 * b1[j]) + (a2 * b2[j] + a3 * b3[j]);
    }
  }
  for (; kk < k; ++kk) {
    const double a0 = factor * a[kk * a_stride];
    const double* b0 = b + kk * b_row;
    for (std::size_t j = 0; j < n; ++j) c[j] += a0 * b0[j];
  }
}

// Factors rows [begin, end) of `u` after the earlier rows have been subtracted. False: not positive
// definite.
bool factor_panel(double* u, std::size_t size, std::size_t begin, std::size_t end) {
  for (std::size_t k = begin; k < end; ++k) {
    double* row = u + k * size;
    add_rows(u + begin * size + k, size, -1.0, u + begin * size + k, size, k - begin, size - k,
             row + k);
    if (!(row[k] > 0.0) || !std::isfinite(row[k])) return false;
    const double pivot = std::sqrt(row[k]);
    for (std::size_t j = k; j < size; ++j) row[j] /= pivot;
  }
  return true;
}

}  // namespace

double dot(const double* a, const double* b, std::size_t count) {
  double sum[4] = {0.0, 0.0, 0.0, 0.0};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sum[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; ++i) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

void add_product(const Product& p, double* c, std::size_t c_row) {
  for (std::size_t k = 0; k < p.k; k += kTileRows) {
    const std::size_t depth = std::min(kTileRows, p.k - k);
    for (std::size_t j = 0; j < p.n; j += kTileColumns) {
      const std::size_t width = std::min(kTileColumns, p.n - j);
      for (std::size_t i = 0; i < p.m; ++i) {
        add_rows(p.a.at + i * p.a.row + k * p.a.column, p.a.column, p.factor, p.b + k * p.b_row + j,
                 p.b_row, depth, width, c + i * c_row + j);
      }
    }
  }
}

bool Cholesky::factor() {
  double* u = upper_.data();
  const std::size_t size = size_;
  for (std::size_t begin = 0; begin < size; begin += kTileRows) {
    pulse_();
    const std::size_t end = std::min(begin + kTileRows, size);
    if (!factor_panel(u, size, begin, end)) return false;
    for (std::size_t i = end; i < size; i += kTileRows) {
      const std::size_t height = std::min(kTileRows, size - i);
      add_product({.m = height,
                   .k = end - begin,
                   .n = size - i,
                   .a = {u + begin * size + i, 1, size},
                   .b = u + begin * size + i,
                   .b_row = size,
                   .factor = -1.0},
                  u + i * size + i, size);
    }
  }
  return true;
}

Cholesky::Cholesky(std::vector<double> matrix, std::size_t size, Pulse pulse)
    : size_(size), pulse_(pulse), upper_(matrix) {
  double trace = 0.0;
  for (std::size_t i = 0; i < size; ++i) trace += matrix[i * size + i];
  double jitter = 1e-14 * trace / static_cast<double>(std::max<std::size_t>(size, 1));
  for (int attempt = 0; !factor(); ++attempt) {
    if (attempt == 12) {
      throw Error(ErrorCode::internal,
                  {.where = "linear model",
                   .what = "the normal equations cannot be solved",
                   .expected = "finite values in every column",
                   .hint = "look for values near 1e150 or infinite in the data"});
    }
    upper_ = matrix;
    for (std::size_t i = 0; i < size; ++i) upper_[i * size + i] += jitter;
    jitter *= 10.0;
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) upper_[i * size + j] = upper_[j * size + i];
  }
}

void Cholesky::solve(std::span<double> columns, std::size_t count) const {
  const double* u = upper_.data();
  double* x = columns.data();
  // U^T z = columns, top to bottom by blocks: one product subtracts all rows above.
  for (std::size_t begin = 0; begin < size_; begin += kTileRows) {
    pulse_();
    const std::size_t end = std::min(begin + kTileRows, size_);
    add_product({.m = end - begin,
                 .k = begin,
                 .n = count,
                 .a = {u + begin, 1, size_},
                 .b = x,
                 .b_row = count,
                 .factor = -1.0},
                x + begin * count, count);
    for (std::size_t k = begin; k < end; ++k) {
      double* row = x + k * count;
      add_rows(u + begin * size_ + k, size_, -1.0, x + begin * count, count, k - begin, count, row);
      for (std::size_t j = 0; j < count; ++j) row[j] /= u[k * size_ + k];
    }
  }
  // U x = z, bottom to top.
  for (std::size_t end = size_; end > 0;) {
    pulse_();
    const std::size_t begin = (end - 1) / kTileRows * kTileRows;
    add_product({.m = end - begin,
                 .k = size_ - end,
                 .n = count,
                 .a = {u + begin * size_ + end, size_, 1},
                 .b = x + end * count,
                 .b_row = count,
                 .factor = -1.0},
                x + begin * count, count);
    for (std::size_t k = end; k-- > begin;) {
      double* row = x + k * count;
      add_rows(u + k * size_ + k + 1, 1, -1.0, x + (k + 1) * count, count, end - k - 1, count, row);
      for (std::size_t j = 0; j < count; ++j) row[j] /= u[k * size_ + k];
    }
    end = begin;
  }
}

void Cholesky::solve_rows(std::span<double> rows) const {
  const double* u = upper_.data();
  const std::size_t count = rows.size() / size_;
  for (std::size_t begin = 0; begin < size_; begin += kTileRows) {
    const std::size_t end = std::min(begin + kTileRows, size_);
    for (double* x = rows.data(); x != rows.data() + rows.size(); x += size_) {
      for (std::size_t k = begin; k < end; ++k) {
        x[k] /= u[k * size_ + k];
        for (std::size_t j = k + 1; j < end; ++j) x[j] -= x[k] * u[k * size_ + j];
      }
    }
    add_product({.m = count,
                 .k = end - begin,
                 .n = size_ - end,
                 .a = {rows.data() + begin, size_, 1},
                 .b = u + begin * size_ + end,
                 .b_row = size_,
                 .factor = -1.0},
                rows.data() + end, size_);
  }
  for (std::size_t end = size_; end > 0;) {
    const std::size_t begin = (end - 1) / kTileRows * kTileRows;
    for (double* x = rows.data(); x != rows.data() + rows.size(); x += size_) {
      for (std::size_t k = end; k-- > begin;) {
        x[k] /= u[k * size_ + k];
        for (std::size_t j = begin; j < k; ++j) x[j] -= x[k] * u[k * size_ + j];
      }
    }
    add_product({.m = count,
                 .k = end - begin,
                 .n = begin,
                 .a = {rows.data() + begin, size_, 1},
                 .b = u + begin * size_,
                 .b_row = size_,
                 .factor = -1.0},
                rows.data(), size_);
    end = begin;
  }
}

}  // namespace sluice::forecasting
