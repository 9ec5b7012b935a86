// How far a network with smaller weights goes from the one that it was made of: the error of its
// outputs over many steps, and whether it grows with time.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/network.hpp"

namespace sluice::quantization {

struct Drift {
  std::size_t steps = 0;
  /// Root of the mean square of the error in each quarter of time, over that of the float outputs
  /// over all of it.
  std::array<double, 4> quarters{};
  double error_to_signal = 0.0;  ///< Sum of squares of the error over that of the float outputs.
  double largest = 0.0;          ///< The largest error, over the same root as the quarters.

  /// Whether the error of the last quarter is more than kGrowth times that of the first.
  bool grows() const;
  static constexpr double kGrowth = 1.5;
};

/// Both networks over so many rows: `rows` [T, I], again and again. With `window` 0 the state is
/// carried over all of them, else every `window` rows start from the initial state. Throws
/// Error(data) where there is no row, or a value is not finite.
Drift measure_drift(const engine::Network& exact, const engine::Network& smaller,
                    std::span<const float> rows, std::size_t window, std::size_t steps);

}  // namespace sluice::quantization
