// Normalisations with given or computed mean and variance, in inference mode. Sums are in double
// precision.
#include <cmath>
#include <utility>

#include "formats/onnx/kernels.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

void expect_shape(const Call& call, std::size_t place, const Shape& expected) {
  const Value& value = call.input(place);
  call.expect_same_type(call.input(0), value);
  if (value.shape() == expected) return;
  call.refuse("its input " + std::to_string(place) + " does not fit", formats::to_string(expected),
              formats::to_string(value.shape()));
}

// row = (row - mean) / sqrt(variance + epsilon) gain + bias, with the row's own mean and variance
void normalise(float* row, std::size_t count, double epsilon, const float* gain,
               const float* bias) {
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(row[i]);
  const double mean = sum / static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double above = static_cast<double>(row[i]) - mean;
    squares += above * above;
  }
  const double factor = 1.0 / std::sqrt(squares / static_cast<double>(count) + epsilon);
  for (std::size_t i = 0; i < count; ++i) {
    const double y = (static_cast<double>(row[i]) - mean) * factor * static_cast<double>(gain[i]);
    row[i] = static_cast<float>(y + (bias != nullptr ? static_cast<double>(bias[i]) : 0.0));
  }
}

}  // namespace

// y = (x - mean) / sqrt(variance + epsilon) scale + bias, per channel (axis 1)
Values batch_normalization(const Call& call) {
  const Value& x = call.input(0);
  call.expect_type(x.dtype() != DType::f64 && is_float(x.dtype()), x, "float32 or float16");
  if (x.rank() < 2) call.refuse("its input has no channels", "[N, C, ..]");
  if (call.integer("training_mode", 0) != 0) {
    call.refuse("it is in training mode", "training_mode 0", "1", "export the model for inference");
  }
  const std::size_t channels = x.shape()[1];
  std::size_t inner = 1;
  for (std::size_t i = 2; i < x.rank(); ++i) inner *= x.shape()[i];
  for (std::size_t place = 1; place < 5; ++place) expect_shape(call, place, {channels});
  const double epsilon = static_cast<double>(call.real("epsilon", 1e-5f));
  std::vector<float> all = x.as<float>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t channel = i / inner % channels;
    const auto channel_value = [&](std::size_t place) {
      return static_cast<double>(call.input(place).as<float>()[channel]);
    };
    const double factor = channel_value(1) / std::sqrt(channel_value(4) + epsilon);
    all[i] = static_cast<float>((static_cast<double>(all[i]) - channel_value(3)) * factor +
                                channel_value(2));
  }
  return {Value(x.dtype(), x.shape(), std::move(all))};
}

// Over all axes from `axis` on, with an element-wise gain and optional bias.
Values layer_normalization(const Call& call) {
  const Value& x = call.input(0);
  call.expect_type(x.dtype() != DType::f64 && is_float(x.dtype()), x, "float32 or float16");
  const std::size_t axis = call.axis(call.integer("axis", -1), x.rank());
  const Shape normed(x.shape().begin() + static_cast<std::ptrdiff_t>(axis), x.shape().end());
  const std::size_t count = count_of(normed);
  expect_shape(call, 1, normed);
  const float* bias = nullptr;
  if (const Value* given = call.optional(2)) {
    expect_shape(call, 2, normed);
    bias = given->as<float>().data();
  }
  const double epsilon = static_cast<double>(call.real("epsilon", 1e-5f));
  std::vector<float> all = x.as<float>();
  for (std::size_t start = 0; start < all.size(); start += count) {
    normalise(all.data() + start, count, epsilon, call.input(1).as<float>().data(), bias);
  }
  return {Value(x.dtype(), x.shape(), std::move(all))};
}

}  // namespace sluice::formats::onnx::kernels
