// The normal equations of a linear autoregression, on standardised regressors: sums of products
// over all origins of the fit, made in one pass from the shift structure of lagged columns. Not the
// choice of lags or strength: that is ridge.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/dense.hpp"
#include "forecasting/regressors.hpp"
#include "forecasting/tracks.hpp"

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

  std::vector<std::size_t> seen;  ///< [N] origins with a target at h

  bool complete() const;  ///< No origin lacks a target.

  /// What the Gram matrix of each horizon is made from (horizon_gram.hpp); empty where complete.
  struct Missing {
    std::vector<Track> tracks;
    Origins origins = {};
    std::vector<std::uint8_t> observed;  ///< [fit_end]
    std::vector<double> means;  ///< [size, size] of products over all origins, not standardised
  } missing;
};

/// Reads rows before `fit_end` only, the targets among them. Throws Error(data) where no origin is
/// left.
NormalEquations make_normal_equations(const RegressorLayout& layout, const LinearInputs& inputs,
                                      std::size_t fit_end, Pulse pulse = kNoPulse);

/// Minimises for each of `strengths`, and every column (b, h) of `priors` [size, B * N], column
/// b * N + h, on its own,
///   mean over origins with a target of (y - offset - z . w)^2 + strength * |w - prior|^2,
/// the bias w[size - 1] unpenalised. The solutions w, [size, B * N] for each strength, are direct
/// or, where targets are missing, have at most the relative error `tolerance`.
std::vector<std::vector<double>> solve_ridge(const NormalEquations& equations,
                                             std::span<const double> strengths,
                                             const std::vector<double>& priors, double tolerance,
                                             Pulse pulse = kNoPulse);

}  // namespace sluice::forecasting
