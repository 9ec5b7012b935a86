// Solves the normal equations. Without missing targets all horizons share one matrix and one
// factor. With them horizon h has its own matrix, (G - sum of z z^T over the origins without its
// target): the shared factor is then close enough to make conjugate gradients end in a few steps.
#include <algorithm>
#include <utility>
#include <vector>

#include "forecasting/normal_equations.hpp"

namespace sluice::forecasting {
namespace {

constexpr int kMostSteps = 300;

std::vector<double> penalised(const NormalEquations& equations, double strength) {
  std::vector<double> matrix = equations.gram;
  for (std::size_t i = 0; i + 1 < equations.size; ++i) matrix[i * equations.size + i] += strength;
  return matrix;
}

std::vector<double> transposed(const std::vector<double>& matrix, std::size_t rows,
                               std::size_t columns) {
  std::vector<double> turned(matrix.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) turned[j * rows + i] = matrix[i * columns + j];
  }
  return turned;
}

// The products of equally numbered columns of two matrices [size, columns].
std::vector<double> column_dots(const std::vector<double>& a, const std::vector<double>& b,
                                std::size_t columns) {
  std::vector<double> sums(columns, 0.0);
  for (std::size_t i = 0; i < a.size(); i += columns) {
    for (std::size_t c = 0; c < columns; ++c) sums[c] += a[i + c] * b[i + c];
  }
  return sums;
}

}  // namespace

RidgeSolver::RidgeSolver(const NormalEquations& equations, double strength, Pulse pulse)
    : equations_(equations),
      strength_(strength),
      pulse_(pulse),
      factor_(penalised(equations, strength), equations.size, pulse) {}

void RidgeSolver::solve(std::vector<double>& w, double tolerance) const {
  const std::size_t size = equations_.size;
  const std::size_t horizon = equations_.layout.horizon;
  const std::size_t columns = w.size() / size;
  const double origins = static_cast<double>(equations_.origins);
  std::vector<double> right(w.size());
  for (std::size_t i = 0; i < size; ++i) {
    const double penalty = i + 1 < size ? strength_ : 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t missing = equations_.missing.count[c % horizon];
      const double share = origins / std::max(origins - static_cast<double>(missing), 1.0);
      right[i * columns + c] =
          share * equations_.cross[i * horizon + c % horizon] + penalty * w[i * columns + c];
    }
  }
  if (equations_.missing.horizons.empty()) {
    factor_.solve(right, columns);
    w = std::move(right);
  } else {
    conjugate_gradients(right, w, tolerance);
  }
}

// out -= what the origins without a target had added to the gram of their horizons. Both are turned
// so that a column lies in one piece: few of the columns are concerned at each origin.
void RidgeSolver::take_off_missing(const std::vector<double>& w, std::vector<double>& out) const {
  const std::size_t size = equations_.size;
  const std::size_t columns = w.size() / size;
  const double share = 1.0 / static_cast<double>(equations_.origins);
  const auto& missing = equations_.missing;
  const std::vector<double> turned = transposed(w, size, columns);
  std::vector<double> added(w.size(), 0.0);
  for (std::size_t m = 0; m < missing.horizons.size(); ++m) {
    pulse_();
    const double* z = &missing.rows[m * size];
    for (std::size_t h : missing.horizons[m]) {
      for (std::size_t c = h; c < columns; c += equations_.layout.horizon) {
        const double forecast = share * dot(z, &turned[c * size], size);
        double* sum = &added[c * size];
        for (std::size_t i = 0; i < size; ++i) sum[i] += forecast * z[i];
      }
    }
  }
  added = transposed(added, columns, size);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= added[i];
}

// out = A w, column by column: A = the horizon's gram over its own number of origins, plus the
// penalty.
void RidgeSolver::apply(const std::vector<double>& w, std::vector<double>& out) const {
  const std::size_t size = equations_.size;
  const std::size_t horizon = equations_.layout.horizon;
  const std::size_t columns = w.size() / size;
  const double origins = static_cast<double>(equations_.origins);
  std::fill(out.begin(), out.end(), 0.0);
  add_product({.m = size,
               .k = size,
               .n = columns,
               .a = {equations_.gram.data(), size, 1},
               .b = w.data(),
               .b_row = columns,
               .factor = 1.0},
              out.data(), columns);
  take_off_missing(w, out);
  for (std::size_t i = 0; i < size; ++i) {
    const double penalty = i + 1 < size ? strength_ : 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double left = origins - static_cast<double>(equations_.missing.count[c % horizon]);
      double& entry = out[i * columns + c];
      entry = entry * (origins / std::max(left, 1.0)) + penalty * w[i * columns + c];
    }
  }
}

// Every column has its own step lengths and stops on its own. Errors are measured in the energy of
// the shared matrix.
void RidgeSolver::conjugate_gradients(const std::vector<double>& right, std::vector<double>& w,
                                      double tolerance) const {
  const std::size_t columns = w.size() / equations_.size;
  w = right;
  factor_.solve(w, columns);
  const std::vector<double> whole = column_dots(right, w, columns);
  std::vector<double> applied(w.size());
  apply(w, applied);
  std::vector<double> residual = right;
  for (std::size_t i = 0; i < w.size(); ++i) residual[i] -= applied[i];
  std::vector<double> preconditioned = residual;
  factor_.solve(preconditioned, columns);
  std::vector<double> direction = preconditioned;
  std::vector<double> energy = column_dots(residual, preconditioned, columns);
  for (int step = 0; step < kMostSteps; ++step) {
    apply(direction, applied);
    const std::vector<double> curvature = column_dots(direction, applied, columns);
    std::vector<double> length(columns, 0.0);
    bool going = false;
    for (std::size_t c = 0; c < columns; ++c) {
      const bool done = !(energy[c] > tolerance * tolerance * whole[c]);
      if (done || !(curvature[c] > 0.0)) continue;
      length[c] = energy[c] / curvature[c];
      going = true;
    }
    if (!going) return;
    for (std::size_t i = 0; i < w.size(); ++i) {
      w[i] += length[i % columns] * direction[i];
      residual[i] -= length[i % columns] * applied[i];
    }
    preconditioned = residual;
    factor_.solve(preconditioned, columns);
    const std::vector<double> next = column_dots(residual, preconditioned, columns);
    for (std::size_t i = 0; i < w.size(); ++i) {
      const std::size_t c = i % columns;
      const double ratio = energy[c] > 0.0 ? next[c] / energy[c] : 0.0;
      direction[i] = preconditioned[i] + ratio * direction[i];
    }
    for (std::size_t c = 0; c < columns; ++c) {
      if (length[c] > 0.0) energy[c] = next[c];
    }
  }
}

}  // namespace sluice::forecasting
