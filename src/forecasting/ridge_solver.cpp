// Solves the normal equations. Without missing targets all horizons share one matrix, and one
// factor per strength. Otherwise each horizon has its own matrix, often close to that of an earlier
// horizon: conjugate gradients use the earlier factor as preconditioner. If they need more time
// than a new factor, a new factor is computed, and the next horizons start from it.
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "forecasting/horizon_gram.hpp"
#include "forecasting/normal_equations.hpp"

namespace sluice::forecasting {
namespace {

using Columns = std::vector<double>;  // [size, columns]

using Rows = std::vector<double>;  // [rows, size]

// A factor for one strength, of a matrix near the next ones.
struct NearFactor {
  Cholesky factor;
  std::size_t next_try = 0;  // the horizon at which conjugate gradients are tried again
  std::size_t pause = 1;     // doubled after every failed try
};

// Factoring `size` rows costs about as much as size / kRowsOfAStep steps of one right-hand side.
constexpr std::size_t kRowsOfAStep = 8;

std::vector<double> penalised(std::vector<double> matrix, std::size_t size, double strength) {
  for (std::size_t i = 0; i + 1 < size; ++i) matrix[i * size + i] += strength;
  return matrix;
}

Columns right_sides(const NormalEquations& equations, double strength, const Columns& priors) {
  const std::size_t size = equations.size;
  const std::size_t horizon = equations.layout.horizon;
  const std::size_t columns = priors.size() / size;
  const double origins = static_cast<double>(equations.origins);
  Columns right(priors.size());
  for (std::size_t i = 0; i < size; ++i) {
    const double penalty = i + 1 < size ? strength : 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t seen = equations.seen[c % horizon];
      const double share = origins / std::max(static_cast<double>(seen), 1.0);
      right[i * columns + c] =
          share * equations.cross[i * horizon + c % horizon] + penalty * priors[i * columns + c];
    }
  }
  return right;
}

// The dot products of corresponding rows of two matrices [rows, size].
std::vector<double> row_dots(const Rows& a, const Rows& b, std::size_t size) {
  std::vector<double> sums;
  for (std::size_t i = 0; i < a.size(); i += size) sums.push_back(dot(&a[i], &b[i], size));
  return sums;
}

Rows solved(const Cholesky& factor, Rows rows) {
  factor.solve_rows(rows);
  return rows;
}

// Solves matrix * x = right for each row x and right by conjugate gradients, preconditioned with
// the factor of a nearby matrix, whose energy norm measures the error. False: no convergence in
// `most_steps`.
bool conjugate_gradients(const std::vector<double>& matrix, std::size_t size, const Cholesky& near,
                         const Rows& right, double tolerance, std::size_t most_steps, Rows& x) {
  const std::size_t count = right.size() / size;
  const auto add_applied = [&](const Rows& rows, double factor, Rows& out) {
    add_product({.m = count,
                 .k = size,
                 .n = size,
                 .a = {rows.data(), size, 1},
                 .b = matrix.data(),
                 .b_row = size,
                 .factor = factor},
                out.data(), size);
  };
  x = solved(near, right);
  const std::vector<double> whole = row_dots(right, x, size);
  Rows residual = right;
  add_applied(x, -1.0, residual);
  Rows preconditioned = solved(near, residual);
  Rows direction = preconditioned;
  std::vector<double> energy = row_dots(residual, preconditioned, size);
  for (std::size_t step = 0;; ++step) {
    bool done = true;
    for (std::size_t r = 0; r < count; ++r)
      done = done && !(energy[r] > tolerance * tolerance * whole[r]);
    if (done) return true;
    if (step == most_steps) return false;
    Rows applied(right.size(), 0.0);
    add_applied(direction, 1.0, applied);
    const std::vector<double> curvature = row_dots(direction, applied, size);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t r = i / size;
      const double length = curvature[r] > 0.0 ? energy[r] / curvature[r] : 0.0;
      x[i] += length * direction[i];
      residual[i] -= length * applied[i];
    }
    preconditioned = solved(near, residual);
    const std::vector<double> before =
        std::exchange(energy, row_dots(residual, preconditioned, size));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t r = i / size;
      const double ratio = before[r] > 0.0 ? energy[r] / before[r] : 0.0;
      direction[i] = preconditioned[i] + ratio * direction[i];
    }
  }
}

// Replaces the right-hand sides of horizon h, every `horizon`-th column, by the solutions.
void solve_horizon(const std::vector<double>& matrix, std::size_t size, std::size_t h,
                   std::size_t horizon, double tolerance, Pulse pulse, NearFactor& near,
                   Columns& columns) {
  const std::size_t width = columns.size() / size;
  const std::size_t count = width / horizon;
  const auto entry = [&](std::size_t r, std::size_t i) -> double& {
    return columns[i * width + r * horizon + h];
  };
  Rows right(count * size), x;
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t i = 0; i < size; ++i) right[r * size + i] = entry(r, i);
  }
  pulse();
  const std::size_t most_steps = size / kRowsOfAStep / std::max<std::size_t>(count, 1);
  if (h < near.next_try ||
      !conjugate_gradients(matrix, size, near.factor, right, tolerance, most_steps, x)) {
    if (h >= near.next_try) near.next_try = h + 1 + std::exchange(near.pause, 2 * near.pause);
    near.factor = Cholesky(matrix, size, pulse);
    x = solved(near.factor, std::move(right));
  }
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t i = 0; i < size; ++i) entry(r, i) = x[r * size + i];
  }
}

}  // namespace

std::vector<Columns> solve_ridge(const NormalEquations& equations,
                                 std::span<const double> strengths, const Columns& priors,
                                 double tolerance, Pulse pulse) {
  const std::size_t size = equations.size;
  const std::size_t horizon = equations.layout.horizon;
  std::vector<Columns> solutions;
  std::vector<NearFactor> factors;
  for (double strength : strengths) {
    solutions.push_back(right_sides(equations, strength, priors));
    Cholesky shared(penalised(equations.gram, size, strength), size, pulse);
    if (equations.complete()) {
      shared.solve(solutions.back(), priors.size() / size);
    } else {
      factors.push_back({std::move(shared)});
    }
  }
  if (equations.complete()) return solutions;
  HorizonGram grams(equations, pulse);
  for (std::size_t h = 0; h < horizon; ++h) {
    const std::vector<double>& gram = grams.next();
    for (std::size_t s = 0; s < strengths.size(); ++s) {
      solve_horizon(penalised(gram, size, strengths[s]), size, h, horizon, tolerance, pulse,
                    factors[s], solutions[s]);
    }
  }
  return solutions;
}

}  // namespace sluice::forecasting
