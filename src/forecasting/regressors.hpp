// The regressors r_t of a linear autoregression: one target series on a regular grid and its
// covariates. See ridge.hpp for the model and its fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::forecasting {

/// One target series and its other columns, in scaled units, one row per time step. No NaN: missing
/// values must be filled beforehand. Views only: the caller keeps the arrays alive.
struct LinearInputs {
  std::span<const double> target;          ///< [rows], missing values filled with the last one seen
  std::span<const std::uint8_t> observed;  ///< [rows], 1 if the target was observed
  std::span<const double> now;             ///< [rows, now_width]: covariates, masks, calendar
  std::size_t now_width = 0;
  std::span<const double> known;  ///< [rows_known >= rows, known_width], used at t+1 .. t+N
  std::size_t known_width = 0;

  std::size_t rows() const { return target.size(); }
};

/// r_t = [y_t, y_{t-1}, .., y_{t-lags+1} | now_t | known_{t+1} .. known_{t+N}].
struct RegressorLayout {
  std::size_t lags = 0;     ///< 0: no past value of the target
  std::size_t horizon = 0;  ///< N >= 1
  std::size_t now_width = 0;
  std::size_t known_width = 0;

  std::size_t regressors() const { return lags + now_width + horizon * known_width; }
};

/// Throws Error(shape) unless the spans of `inputs` match their widths.
void check(const LinearInputs& inputs);

/// Writes r_t to `out` [layout.regressors()]. Lags before row 0 read target[0]. Throws Error(shape)
/// if the widths of `inputs` differ from the layout's, or row t or known rows t+1 .. t+N are
/// missing.
void regressors_at(const RegressorLayout& layout, const LinearInputs& inputs, std::size_t t,
                   std::span<double> out);

}  // namespace sluice::forecasting
