// Operators that create arrays of numbers, and Cast.
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "formats/onnx/kernels.hpp"
#include "formats/onnx/proto_types.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

template <class T>
Value filled(const Value& one, Shape shape) {
  std::vector<T> all(count_of(shape), one.as<T>()[0]);
  return {one.dtype(), std::move(shape), std::move(all)};
}

template <class T>
Value counted(const Call& call) {
  const T start = call.input(0).as<T>()[0], limit = call.input(1).as<T>()[0];
  const T delta = call.input(2).as<T>()[0];
  if (delta == T{0}) call.refuse_value("its step is 0");
  const double wanted = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) /
                                  static_cast<double>(delta));
  if (!(wanted <= static_cast<double>(call.max_elements))) {
    call.refuse_value("its range is too long",
                      "at most " + std::to_string(call.max_elements) + " elements");
  }
  std::vector<T> all(wanted > 0.0 ? static_cast<std::size_t>(wanted) : 0);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      all[i] = static_cast<T>(static_cast<U>(start) + static_cast<U>(i) * static_cast<U>(delta));
    } else {
      all[i] = start + static_cast<T>(i) * delta;
    }
  }
  const std::size_t count = all.size();
  return {call.input(0).dtype(), {count}, std::move(all)};
}

// A float outside the integer range becomes the nearest integer, NaN 0 (C++ leaves both undefined).
template <class To, class From>
To to_integer(From value) {
  constexpr auto kLow = static_cast<From>(std::numeric_limits<To>::min());
  if (std::isnan(value)) return 0;
  if (value <= kLow) return std::numeric_limits<To>::min();
  if (value >= -kLow) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

template <class To, class From>
To converted(From value) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    return to_integer<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

template <class To>
Value cast_to(DType dtype, const Value& value) {
  std::vector<To> all;
  all.reserve(value.count());
  std::visit(
      [&](const auto& from) {
        for (const auto element : from) all.push_back(converted<To>(element));
      },
      value.elements());
  return {dtype, value.shape(), std::move(all)};
}

Value cast_to_bool(const Value& value) {
  std::vector<std::uint8_t> all;
  all.reserve(value.count());
  std::visit(
      [&](const auto& from) {
        for (const auto element : from) all.push_back(element != 0 ? 1 : 0);
      },
      value.elements());
  return {DType::boolean, value.shape(), std::move(all)};
}

}  // namespace

Values constant(const Call& call) {
  if (call.node.attributes.size() != 1) {
    call.refuse("it has the wrong number of values", "one",
                std::to_string(call.node.attributes.size()));
  }
  const std::string& name = call.node.attributes.begin()->first;
  const Attribute& given = call.node.attributes.begin()->second;
  if (name == "value") return {given.tensor};
  if (name == "value_float") return {Value(DType::f32, {}, std::vector<float>{given.real})};
  if (name == "value_floats") return {Value(DType::f32, {given.reals.size()}, given.reals)};
  if (name == "value_int") {
    return {Value(DType::i64, {}, std::vector<std::int64_t>{given.integer})};
  }
  return {Value(DType::i64, {given.integers.size()}, given.integers)};
}

Values constant_of_shape(const Call& call) {
  Shape shape = call.shape_from(call.integers(0));
  Value one(DType::f32, {1}, std::vector<float>{0.0f});
  if (const Attribute* value = call.attribute("value")) one = value->tensor;
  if (one.count() != 1) {
    call.refuse("its value is not one number", "1 element", std::to_string(one.count()));
  }
  return {std::visit(
      [&](const auto& like) {
        using T = typename std::decay_t<decltype(like)>::value_type;
        return filled<T>(one, std::move(shape));
      },
      one.elements())};
}

Values range(const Call& call) {
  for (std::size_t i = 0; i < 3; ++i) {
    call.expect_same_type(call.input(0), call.input(i));
    if (call.input(i).count() != 1) {
      call.refuse("its inputs are not single numbers", "1 element",
                  formats::to_string(call.input(i).shape()));
    }
  }
  switch (call.input(0).dtype()) {
    case DType::f32:
      return {counted<float>(call)};
    case DType::f64:
      return {counted<double>(call)};
    case DType::i64:
      return {counted<std::int64_t>(call)};
    case DType::i32:
      return {counted<std::int32_t>(call)};
    default:
      call.expect_type(false, call.input(0), "float32, float64, int64 or int32");
      return {};
  }
}

Values cast(const Call& call) {
  const Value& x = call.input(0);
  const std::int64_t number = call.integer("to", 0);
  const auto dtype = dtype_of(number);
  if (!dtype) {
    call.refuse("it casts to an unsupported type", kHeldTypes, data_type_name(number));
  }
  switch (*dtype) {
    case DType::f64:
      return {cast_to<double>(*dtype, x)};
    case DType::i64:
      return {cast_to<std::int64_t>(*dtype, x)};
    case DType::i32:
      return {cast_to<std::int32_t>(*dtype, x)};
    case DType::boolean:
      return {cast_to_bool(x)};
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return {cast_to<float>(*dtype, x)};
    default:
      not_held(*dtype);
  }
}

}  // namespace sluice::formats::onnx::kernels
