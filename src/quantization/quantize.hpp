// Makes a network whose matrices are float16 or int8 of one whose are float32.
#pragma once

#include "engine/network.hpp"
#include "quantization/calibration.hpp"

namespace sluice::quantization {

/// The network with every weight of a matrix rounded to the nearest float16. Throws Error(usage)
/// where the weights are stored smaller already, Error(model) where one is too large.
engine::Network to_f16(const engine::Network& network);

/// The network with every row of a matrix as whole numbers of [-127, 127] times a scale: its
/// largest weight is 127. Throws as to_f16, and engine::check_int8.
engine::Network to_int8(const engine::Network& network, const Calibration& calibration);

}  // namespace sluice::quantization
