// Converts a float32 network to one whose matrices are float16 or int8. The original is unchanged.
// The resulting error is measured in drift.hpp.
#pragma once

#include "engine/network.hpp"
#include "quantization/calibration.hpp"

namespace sluice::quantization {

/// Rounds every matrix weight to the nearest float16. Throws Error(usage) if the weights are not
/// float32, Error(model) if one is too large.
engine::Network to_f16(const engine::Network& network);

/// Rounds every matrix row to integers in [-127, 127] times a scale; the row's largest weight
/// becomes 127. Throws as to_f16 and engine::check_int8.
engine::Network to_int8(const engine::Network& network, const Calibration& calibration);

}  // namespace sluice::quantization
