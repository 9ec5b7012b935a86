// A regressor is a column of the data read at a shift: y at -lags+1 .. 0, known columns at 1 .. N.
// A track is a column with all regressors that read it, the input of the sums of normal equations.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/regressors.hpp"

namespace sluice::forecasting {

/// One centred column of the data and the regressors that read it.
struct Track {
  std::vector<double> values;  ///< [fit_end]
  /// of the first of `count` regressors; each next one reads a row later
  std::ptrdiff_t first_shift;
  std::size_t count;
  std::size_t index;          ///< of the first regressor
  std::ptrdiff_t index_step;  ///< from one regressor to the next
  double offset = 0.0;

  std::size_t regressor(std::size_t k) const {
    return index + static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k) * index_step);
  }
  const double* from(std::size_t t, std::size_t k = 0) const {
    return values.data() + (static_cast<std::ptrdiff_t>(t + k) + first_shift);
  }
};

/// The rows t that the sums run over.
struct Origins {
  std::size_t first, end;
  std::size_t count() const { return end - first; }
};

/// Tracks of y, of each column in `now`, of each known column, and last of the constant 1 of the
/// bias; rows before `rows` only.
std::vector<Track> make_tracks(const RegressorLayout& layout, const LinearInputs& inputs,
                               std::size_t rows);

/// The targets y_{t+1} .. y_{t+N}; an unobserved one is 0 and adds nothing.
Track make_target(const RegressorLayout& layout, const LinearInputs& inputs, std::size_t rows);

}  // namespace sluice::forecasting
