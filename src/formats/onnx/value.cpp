// Conversions between stored tensors and the element types of the interpreter; float16 and bfloat16
// become rounded floats.
#include "formats/onnx/value.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

// The bits of a float16, rounded to nearest, ties to even.
std::uint16_t half_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const float size = std::fabs(value);
  if (std::isnan(value)) return sign | 0x7e00u;
  if (size >= 65520.0f) return sign | 0x7c00u;  // halfway to the first value out of range
  if (size < 0x1p-14f) {                        // subnormal: multiples of 2^-24
    return sign | static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24f));
  }
  std::uint32_t rest = bits & 0x7fffffffu;
  rest += 0xfffu + ((rest >> 13) & 1u);
  return sign | static_cast<std::uint16_t>((rest >> 13) - ((127u - 15u) << 10));
}

std::uint16_t brain_bits(float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  bits += 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<std::uint16_t>(bits >> 16);
}

std::string half_bytes(const std::vector<float>& values, DType dtype) {
  std::string bytes(values.size() * 2, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t bits = dtype == DType::f16 ? half_bits(values[i]) : brain_bits(values[i]);
    std::memcpy(bytes.data() + 2 * i, &bits, 2);
  }
  return bytes;
}

template <class T>
std::vector<T> copied(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Value::Elements elements_from(const Tensor& tensor) {
  switch (tensor.dtype) {
    case DType::f64:
      return copied<double>(tensor.bytes);
    case DType::i64:
      return copied<std::int64_t>(tensor.bytes);
    case DType::i32:
      return copied<std::int32_t>(tensor.bytes);
    case DType::boolean: {
      std::vector<std::uint8_t> flags = copied<std::uint8_t>(tensor.bytes);
      for (std::uint8_t& flag : flags) flag = flag != 0 ? 1 : 0;
      return flags;
    }
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return *convert<float>(tensor.bytes, tensor.dtype);
    default:
      not_held(tensor.dtype);
  }
}

std::size_t place_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 1;
    case DType::i64:
      return 2;
    case DType::i32:
      return 3;
    case DType::boolean:
      return 4;
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return 0;
    default:
      not_held(dtype);
  }
}

}  // namespace

Value::Value() : Value(DType::f32, {0}, std::vector<float>{}) {}

Value::Value(DType dtype, Shape shape, Elements elements)
    : dtype_(dtype), shape_(std::move(shape)) {
  const std::size_t held = std::visit([](const auto& all) { return all.size(); }, elements);
  if (elements.index() != place_of(dtype) || held != count_of(shape_)) {
    throw Error(ErrorCode::internal, {.where = "ONNX graph",
                                      .what = "an array was made with the wrong elements",
                                      .expected = formats::to_string(shape_),
                                      .got = std::to_string(held) + " elements"});
  }
  if (dtype == DType::f16 || dtype == DType::bf16) {
    elements = *convert<float>(half_bytes(std::get<std::vector<float>>(elements), dtype), dtype);
  }
  elements_ = std::make_shared<const Elements>(std::move(elements));
}

bool Value::holds(DType dtype) {
  return is_float(dtype) || is_integer(dtype) || dtype == DType::boolean;
}

Value Value::from_tensor(const Tensor& tensor) {
  return {tensor.dtype, tensor.shape, elements_from(tensor)};
}

Tensor Value::to_tensor(std::string name) const {
  Tensor tensor{std::move(name), shape_, dtype_, ""};
  tensor.bytes = dtype_ == DType::f16 || dtype_ == DType::bf16
                     ? half_bytes(as<float>(), dtype_)
                     : std::visit([](const auto& all) { return bytes_of(all); }, *elements_);
  return tensor;
}

std::size_t Value::count() const { return count_of(shape_); }

std::size_t Value::bytes() const {
  return std::visit([](const auto& all) { return all.size() * sizeof all[0]; }, *elements_);
}

Value Value::reshaped(Shape shape) const {
  if (count_of(shape) != count()) {
    throw Error(ErrorCode::internal, {.where = "ONNX graph",
                                      .what = "a reshape changes the number of elements",
                                      .expected = formats::to_string(shape_),
                                      .got = formats::to_string(shape)});
  }
  Value same = *this;
  same.shape_ = std::move(shape);
  return same;
}

void not_held(DType dtype) {
  throw Error(ErrorCode::internal,
              {.where = "ONNX graph", .what = "an array of " + type_name(dtype) + " was made"});
}

std::string type_name(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return "float64";
    case DType::f32:
      return "float32";
    case DType::f16:
      return "float16";
    case DType::bf16:
      return "bfloat16";
    case DType::i64:
      return "int64";
    case DType::i32:
      return "int32";
    case DType::boolean:
      return "bool";
    default:
      return std::string(name_of(dtype));
  }
}

bool is_float(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

bool is_integer(DType dtype) { return dtype == DType::i64 || dtype == DType::i32; }

bool is_reasonable(const Shape& shape) {
  constexpr std::size_t kMost = std::size_t{1} << 28;
  if (std::find(shape.begin(), shape.end(), std::size_t{0}) == shape.end()) return true;
  std::size_t places = 1;
  for (const std::size_t length : shape) {
    if (length > kMost / places) return false;
    places *= std::max<std::size_t>(length, 1);
  }
  return true;
}

std::size_t count_of(const Shape& shape) {
  std::size_t count = 1;
  for (const std::size_t length : shape) count *= length;
  return count;
}

}  // namespace sluice::formats::onnx
