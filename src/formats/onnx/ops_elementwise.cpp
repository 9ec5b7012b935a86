// Element-wise operators of two or three arrays with broadcasting. Integers wrap.
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include "formats/onnx/kernels.hpp"
#include "formats/onnx/strided.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

Shape common_shape(const Call& call, const Shape& a, const Shape& b) {
  const auto shape = broadcast_shape(a, b);
  if (!shape) {
    call.refuse("the shapes of its inputs do not fit", formats::to_string(a),
                formats::to_string(b));
  }
  return call.allowed(*shape);
}

// Two arrays read as if broadcast to one shape, without copies: an operator holds only its inputs
// and its result.
struct Pair {
  const Value &a, &b;
  Shape shape;

  // each(i, index in a, index in b) for each element i
  template <class Each>
  void for_each(Each each) const {
    if (a.shape() == b.shape()) {
      for (std::size_t i = 0, count = a.count(); i < count; ++i) each(i, i, i);
      return;
    }
    const std::array<Strides, 2> strides = {repeated_strides(a.shape(), shape),
                                            repeated_strides(b.shape(), shape)};
    for_each_place(shape, strides, [&](std::size_t i, const std::array<std::ptrdiff_t, 2>& at) {
      each(i, static_cast<std::size_t>(at[0]), static_cast<std::size_t>(at[1]));
    });
  }
};

Pair same_shape(const Call& call, const Value& a, const Value& b) {
  return {a, b, common_shape(call, a.shape(), b.shape())};
}

template <class T>
using Unsigned = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                             std::type_identity<T>>::type;

// Integers are added as unsigned: they wrap, as in every framework.
struct Add {
  template <class T>
  T operator()(const Call&, T a, T b) const {
    return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
  }
};
struct Sub {
  template <class T>
  T operator()(const Call&, T a, T b) const {
    return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
  }
};
struct Mul {
  template <class T>
  T operator()(const Call&, T a, T b) const {
    return static_cast<T>(static_cast<Unsigned<T>>(a) * static_cast<Unsigned<T>>(b));
  }
};
struct Div {
  template <class T>
  T operator()(const Call& call, T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) call.refuse_value("an integer is divided by 0");
      if (b == -1) return Sub{}(call, T{0}, a);  // the lowest integer has no negative
    }
    return a / b;
  }
};

template <class T, class Function>
Value combined(const Call& call, const Pair& pair, Function function) {
  const auto& a = pair.a.as<T>();
  const auto& b = pair.b.as<T>();
  std::vector<T> all(count_of(pair.shape));
  pair.for_each([&](std::size_t i, std::size_t in_a, std::size_t in_b) {
    all[i] = function(call, a[in_a], b[in_b]);
  });
  return {pair.a.dtype(), pair.shape, std::move(all)};
}

template <class Function>
Values arithmetic(const Call& call, Function function) {
  call.expect_same_type(call.input(0), call.input(1));
  const Pair pair = same_shape(call, call.input(0), call.input(1));
  switch (pair.a.dtype()) {
    case DType::f64:
      return {combined<double>(call, pair, function)};
    case DType::i64:
      return {combined<std::int64_t>(call, pair, function)};
    case DType::i32:
      return {combined<std::int32_t>(call, pair, function)};
    case DType::boolean:
      call.expect_type(false, pair.a, "numbers");
      return {};
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return {combined<float>(call, pair, function)};
    default:
      not_held(pair.a.dtype());
  }
}

template <class Function>
Values compared(const Call& call, Function function) {
  call.expect_same_type(call.input(0), call.input(1));
  const Pair pair = same_shape(call, call.input(0), call.input(1));
  std::vector<std::uint8_t> all(count_of(pair.shape));
  std::visit(
      [&](const auto& a) {
        const auto& b = std::get<std::decay_t<decltype(a)>>(pair.b.elements());
        pair.for_each([&](std::size_t i, std::size_t in_a, std::size_t in_b) {
          all[i] = function(a[in_a], b[in_b]) ? 1 : 0;
        });
      },
      pair.a.elements());
  return {Value(DType::boolean, pair.shape, std::move(all))};
}

template <class T, class Exponent>
Value powers(const Pair& pair, const std::vector<Exponent>& exponents) {
  const auto& bases = pair.a.as<T>();
  std::vector<T> all(count_of(pair.shape));
  pair.for_each([&](std::size_t i, std::size_t in_a, std::size_t in_b) {
    all[i] = static_cast<T>(
        std::pow(static_cast<double>(bases[in_a]), static_cast<double>(exponents[in_b])));
  });
  return {pair.a.dtype(), pair.shape, std::move(all)};
}

void expect_flags(const Call& call) {
  for (const std::size_t place : {0, 1}) {
    call.expect_type(call.input(place).dtype() == DType::boolean, call.input(place), "bool");
  }
}

}  // namespace

Values add(const Call& call) { return arithmetic(call, Add{}); }
Values sub(const Call& call) { return arithmetic(call, Sub{}); }
Values mul(const Call& call) { return arithmetic(call, Mul{}); }
Values div(const Call& call) { return arithmetic(call, Div{}); }

// The exponent may have another type; the result has the base's.
Values pow(const Call& call) {
  const Value& base = call.input(0);
  call.expect_type(is_float(base.dtype()), base, "a base of floats");
  const Pair pair = same_shape(call, base, call.input(1));
  return {std::visit(
      [&](const auto& exponents) {
        return base.dtype() == DType::f64 ? powers<double>(pair, exponents)
                                          : powers<float>(pair, exponents);
      },
      pair.b.elements())};
}

Values equal(const Call& call) { return compared(call, std::equal_to<>()); }
Values less(const Call& call) { return compared(call, std::less<>()); }
Values greater(const Call& call) { return compared(call, std::greater<>()); }

Values logical_not(const Call& call) {
  const Value& x = call.input(0);
  call.expect_type(x.dtype() == DType::boolean, x, "bool");
  std::vector<std::uint8_t> all = x.as<std::uint8_t>();
  for (std::uint8_t& flag : all) flag = flag != 0 ? 0 : 1;
  return {Value(DType::boolean, x.shape(), std::move(all))};
}

Values logical_and(const Call& call) {
  expect_flags(call);
  return compared(call, std::logical_and<>());
}

Values logical_or(const Call& call) {
  expect_flags(call);
  return compared(call, std::logical_or<>());
}

Values where(const Call& call) {
  const Value& condition = call.input(0);
  call.expect_type(condition.dtype() == DType::boolean, condition, "bool");
  call.expect_same_type(call.input(1), call.input(2));
  const Value &yes = call.input(1), &no = call.input(2);
  const Shape values = common_shape(call, yes.shape(), no.shape());
  const Shape shape = common_shape(call, condition.shape(), values);
  const auto& chosen = condition.as<std::uint8_t>();
  const std::array<Strides, 3> strides = {repeated_strides(condition.shape(), shape),
                                          repeated_strides(yes.shape(), shape),
                                          repeated_strides(no.shape(), shape)};
  Value::Elements picked = std::visit(
      [&](const auto& one) {
        const auto& other = std::get<std::decay_t<decltype(one)>>(no.elements());
        std::decay_t<decltype(one)> all(count_of(shape));
        for_each_place(shape, strides, [&](std::size_t i, const std::array<std::ptrdiff_t, 3>& at) {
          all[i] = chosen[static_cast<std::size_t>(at[0])] != 0
                       ? one[static_cast<std::size_t>(at[1])]
                       : other[static_cast<std::size_t>(at[2])];
        });
        return Value::Elements(std::move(all));
      },
      yes.elements());
  return {Value(yes.dtype(), shape, std::move(picked))};
}

}  // namespace sluice::formats::onnx::kernels
