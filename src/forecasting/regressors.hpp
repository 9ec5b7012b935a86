// What a linear autoregression multiplies: the regressors r_t of one target series on a regular
// grid. Not the model and not its fit: those are ridge.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::forecasting {

/// One target series and its other columns, in scaled units, a row per step of time. No value may
/// be NaN: a missing one is filled beforehand. Views only: the caller keeps the arrays alive.
struct LinearInputs {
  std::span<const double> target;          ///< [rows], missing ones filled with the last seen value
  std::span<const std::uint8_t> observed;  ///< [rows], 1 where the target was really seen
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

/// Throws Error(shape) unless the spans of `inputs` have the sizes that their widths say.
void check(const LinearInputs& inputs);

/// r_t into `out` [layout.regressors()]. Lags before row 0 are target[0]. Throws Error(shape) where
/// `inputs` has other widths than `layout`, or lacks row t or the known rows t+1 .. t+N.
void regressors_at(const RegressorLayout& layout, const LinearInputs& inputs, std::size_t t,
                   std::span<double> out);

}  // namespace sluice::forecasting
