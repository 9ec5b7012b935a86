// The normal equations of a linear autoregression, on standardised regressors: sums of products
// over all origins of the fit, made in one pass from the shift structure of lagged columns. Not the
// choice of lags or strength: that is ridge.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/dense.hpp"
#include "forecasting/regressors.hpp"

namespace sluice::forecasting {

/// A regressor standardised is (r - offset) / scale; scale 0 marks one that is constant, and is
/// left out. The last "regressor" is the constant 1 that carries the bias. Sums are divided by the
/// number of origins.
struct NormalEquations {
  RegressorLayout layout;
  std::size_t size = 0;        ///< layout.regressors() + 1
  std::size_t origins = 0;     ///< origins t: t - lags + 1 >= 0 and t + N < fit_end
  double target_offset = 0.0;  ///< taken off every target
  std::vector<double> offset;  ///< [size]
  std::vector<double> scale;   ///< [size]
  std::vector<double> gram;    ///< [size, size], 1 on the diagonal
  std::vector<double> cross;   ///< [size, N], with the observed targets only

  /// Where some targets were not observed: the standardised regressors of the origins concerned.
  struct Missing {
    std::vector<double> rows;  ///< [origins concerned, size]
    std::vector<std::vector<std::size_t>>
        horizons;                    ///< [origins concerned]: h (from 0) without a target
    std::vector<std::size_t> count;  ///< [N]: origins without a target at h
  } missing;
};

/// Reads rows before `fit_end` only, the targets among them. Throws Error(data) where no origin is
/// left.
NormalEquations make_normal_equations(const RegressorLayout& layout, const LinearInputs& inputs,
                                      std::size_t fit_end, Pulse pulse = kNoPulse);

/// Minimises, for every column (b, h) on its own,
///   mean over origins with a target of (y - offset - z . w)^2 + strength * |w - prior|^2,
/// the bias w[size - 1] unpenalised.
class RidgeSolver {
 public:
  RidgeSolver(const NormalEquations& equations, double strength, Pulse pulse = kNoPulse);

  /// `w` [size, B * N], column b * N + h: the priors come in, the solutions go out. `tolerance` is
  /// the relative error allowed where targets are missing; without missing ones the solution is
  /// direct.
  void solve(std::vector<double>& w, double tolerance) const;

 private:
  void take_off_missing(const std::vector<double>& w, std::vector<double>& out) const;
  void apply(const std::vector<double>& w, std::vector<double>& out) const;
  void conjugate_gradients(const std::vector<double>& right, std::vector<double>& w,
                           double tolerance) const;

  const NormalEquations& equations_;
  double strength_;
  Pulse pulse_;
  Cholesky factor_;
};

}  // namespace sluice::forecasting
