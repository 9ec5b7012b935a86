// Conversion between tensors and floating-point numbers.
#include <fmt/format.h>

#include <utility>

#include "formats/quotes.hpp"
#include "formats/safetensors.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

template <class T>
std::vector<T> converted(const Tensor& tensor) {
  if (auto values = convert<T>(tensor.bytes, tensor.dtype)) return *std::move(values);
  throw Error(ErrorCode::model, {.where = "tensor " + in_quotes(tensor.name),
                                 .what = "its elements are not floats",
                                 .expected = "F64, F32, F16 or BF16",
                                 .got = std::string(name_of(tensor.dtype)),
                                 .hint = "convert it to float32 in the program that wrote it"});
}

template <class T>
Tensor made_from(std::string name, std::vector<std::size_t> shape, DType dtype,
                 std::span<const T> values) {
  const auto count = element_count(shape, dtype);
  if (!count || *count != values.size()) {
    throw Error(ErrorCode::shape, {.where = "tensor " + in_quotes(name),
                                   .what = "the shape does not fit the values",
                                   .expected = to_string(shape),
                                   .got = std::to_string(values.size()) + " values",
                                   .hint = ""});
  }
  return {std::move(name), std::move(shape), dtype, to_bytes(values)};
}

}  // namespace

std::vector<float> Tensor::as_floats() const {
  if (dtype == DType::f64) {
    const std::vector<double> values = as_doubles();
    if (const auto place = first_beyond_float(values)) {
      throw Error(ErrorCode::model, {.where = "tensor " + in_quotes(name),
                                     .what = "a number is too large for a float",
                                     .expected = "at most 3.4e38 in size",
                                     .got = fmt::format("{}", values[*place]),
                                     .hint = "scale the model down"});
    }
  }
  return converted<float>(*this);
}

std::vector<double> Tensor::as_doubles() const { return converted<double>(*this); }

Tensor Tensor::from_floats(std::string name, std::vector<std::size_t> shape,
                           std::span<const float> values) {
  return made_from(std::move(name), std::move(shape), DType::f32, values);
}

Tensor Tensor::from_doubles(std::string name, std::vector<std::size_t> shape,
                            std::span<const double> values) {
  return made_from(std::move(name), std::move(shape), DType::f64, values);
}

}  // namespace sluice::formats
