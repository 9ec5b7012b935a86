// The normal equations of a linear autoregression on standardised regressors: sums of products over
// all origins of the fit, computed in one pass from the shift structure of lagged columns. See
// ridge.hpp for the choice of lags and strength.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/dense.hpp"
#include "forecasting/regressors.hpp"
#include "forecasting/tracks.hpp"

namespace sluice::forecasting {

/// A standardised regressor is (r - offset) / scale; scale 0 marks a constant one, which is left
/// out. The last "regressor" is the constant 1 of the bias. Sums are divided by the number of
/// origins.
struct NormalEquations {
  RegressorLayout layout;
  std::size_t size = 0;        ///< layout.regressors() + 1
  std::size_t origins = 0;     ///< origins t: t - lags + 1 >= 0 and t + N < fit_end
  double target_offset = 0.0;  ///< subtracted from every target
  std::vector<double> offset;  ///< [size]
  std::vector<double> scale;   ///< [size]
  std::vector<double> gram;    ///< [size, size], 1 on the diagonal
  std::vector<double> cross;   ///< [size, N], observed targets only

  std::vector<std::size_t> seen;  ///< [N] origins with an observed target at h

  bool complete() const;  ///< True if no origin lacks a target.

  /// Input of the Gram matrices of each horizon (horizon_gram.hpp); empty if complete.
  struct Missing {
    std::vector<Track> tracks;
    Origins origins = {};
    std::vector<std::uint8_t> observed;  ///< [fit_end]
    std::vector<double> means;  ///< [size, size] mean products over all origins, not standardised
  } missing;
};

/// Reads rows before `fit_end` only, the targets included. Throws Error(data) if there is no
/// origin.
NormalEquations make_normal_equations(const RegressorLayout& layout, const LinearInputs& inputs,
                                      std::size_t fit_end, Pulse pulse = kNoPulse);

/// For each of `strengths`, and independently for every column (b, h) of `priors` [size, B * N],
/// column b * N + h, minimises
///   mean over origins with a target of (y - offset - z . w)^2 + strength * |w - prior|^2,
/// with the bias w[size - 1] unpenalised. The solutions w, [size, B * N] for each strength, are
/// direct; if targets are missing, their relative error is at most `tolerance`.
std::vector<std::vector<double>> solve_ridge(const NormalEquations& equations,
                                             std::span<const double> strengths,
                                             const std::vector<double>& priors, double tolerance,
                                             Pulse pulse = kNoPulse);

}  // namespace sluice::forecasting
