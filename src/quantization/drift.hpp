// The output error of a quantised network against its float32 original over many steps, and whether
// it grows with time.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/network.hpp"

namespace sluice::quantization {

struct Drift {
  std::size_t steps = 0;
  /// Root mean square of the error in each quarter of time, relative to that of the float outputs
  /// over the whole time.
  std::array<double, 4> quarters{};
  /// Sum of squared errors over the sum of squared float outputs.
  double error_to_signal = 0.0;
  /// Largest error, relative as in `quarters`.
  double largest = 0.0;

  /// Whether the last quarter's error exceeds kGrowth times the first's.
  bool grows() const;
  static constexpr double kGrowth = 1.5;
};

/// Runs both networks for `steps` steps over `rows` [T, I], repeated as needed. `window` 0 carries
/// the state throughout; otherwise every `window` rows start from the initial state. Throws
/// Error(data) if there is no row or a value is not finite.
Drift measure_drift(const engine::Network& exact, const engine::Network& smaller,
                    std::span<const float> rows, std::size_t window, std::size_t steps);

}  // namespace sluice::quantization
