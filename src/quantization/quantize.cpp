// Rounds the matrices of a network to float16 or int8; biases and other vectors stay float32. How
// they are rounded is in calibration.cpp; how they are stored, in engine/storage.
#include "quantization/quantize.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/half.hpp"
#include "engine/storage.hpp"
#include "sluice/error.hpp"

namespace sluice::quantization {
namespace {

using engine::Network;
using engine::Storage;
using kernels::WeightType;

void expect_floats(const Network& network) {
  if (network.storage().weights == WeightType::f32) return;
  throw Error(ErrorCode::usage,
              {.where = "weights",
               .what = "the model's weights are stored smaller already",
               .expected = "float32",
               .got = engine::kWeightTypeNames[static_cast<std::size_t>(network.storage().weights)],
               .hint = "convert the model that it was made of"});
}

// The scale of a row; 0 if all its weights are negligible.
float scale_of(const float* weights, std::size_t count) {
  constexpr float kAsGoodAsZero = 1e-30f;
  float largest = 0.0f;
  for (std::size_t k = 0; k < count; ++k) largest = std::max(largest, std::abs(weights[k]));
  return largest < kAsGoodAsZero ? 0.0f : largest / 127.0f;
}

void expect_finite(const Parameter& parameter, float value, float most) {
  if (std::abs(value) <= most) return;
  throw Error(ErrorCode::model, {.where = "tensor '" + parameter.name + "'",
                                 .what = "a weight is too large to be stored smaller",
                                 .expected = "at most " + std::to_string(most) + " in size",
                                 .got = std::to_string(value)});
}

// Moments of the values a matrix multiplies. A later layer's x is the h of the layer below.
Moments moments_of(const Parameter& parameter, const Calibration& calibration) {
  if (calibration.h.empty()) return {};
  if (parameter.role != Role::weight_ih) return calibration.h[parameter.layer];
  return parameter.layer == 0 ? calibration.x : calibration.h[parameter.layer - 1];
}

}  // namespace

Network to_f16(const Network& network) {
  expect_floats(network);
  constexpr float kLargestHalf = 65504.0f;
  std::vector<float> values(network.parameters().begin(), network.parameters().end());
  for (const Parameter& parameter : network.list()) {
    if (!engine::is_matrix(parameter.role)) continue;
    for (std::size_t n = 0; n < parameter.count; ++n) {
      float& value = values[parameter.offset + n];
      value = from_half(to_half(value));
      expect_finite(parameter, value, kLargestHalf);
    }
  }
  Network rounded(network.architecture(), network.kernels());
  rounded.set_stored(values, {.weights = WeightType::f16});
  return rounded;
}

Network to_int8(const Network& network, const Calibration& calibration) {
  expect_floats(network);
  engine::check_int8(network.architecture());
  constexpr float kLargest = 1e30f;
  std::vector<float> values(network.parameters().begin(), network.parameters().end());
  Storage storage{.weights = WeightType::int8, .largest_input = calibration.largest_input};
  for (const Parameter& parameter : network.list()) {
    if (!engine::is_matrix(parameter.role)) continue;
    const std::size_t inner = parameter.shape[1], rows = parameter.shape[0];
    const std::span<float> weights(values.data() + parameter.offset, parameter.count);
    for (const float weight : weights) expect_finite(parameter, weight, kLargest);
    for (std::size_t row = 0; row < rows; ++row)
      storage.scales.push_back(scale_of(weights.data() + row * inner, inner));
    round_rows(weights, inner, std::span(storage.scales).last(rows),
               moments_of(parameter, calibration));
  }
  Network whole(network.architecture(), network.kernels());
  whole.set_stored(values, std::move(storage));
  return whole;
}

}  // namespace sluice::quantization
