// Functions of one number, applied to each element of an array.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "formats/onnx/kernels.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

template <class T, class Function>
Value mapped(const Value& x, Function function) {
  std::vector<T> all = x.as<T>();
  for (T& element : all) element = function(element);
  return {x.dtype(), x.shape(), std::move(all)};
}

template <class Function>
Values of_floats(const Call& call, Function function) {
  const Value& x = call.input(0);
  call.expect_type(is_float(x.dtype()), x, "floats");
  return {x.dtype() == DType::f64 ? mapped<double>(x, function) : mapped<float>(x, function)};
}

template <class Function>
Values of_numbers(const Call& call, Function function) {
  const Value& x = call.input(0);
  if (x.dtype() == DType::i64) return {mapped<std::int64_t>(x, function)};
  if (x.dtype() == DType::i32) return {mapped<std::int32_t>(x, function)};
  return of_floats(call, function);
}

// The lowest integer stays as it is.
template <class T>
T opposite(T x) {
  if constexpr (std::is_integral_v<T>) {
    return x == std::numeric_limits<T>::min() ? x : static_cast<T>(-x);
  } else {
    return -x;
  }
}

}  // namespace

Values relu(const Call& call) {
  return of_numbers(call, [](auto x) { return x > 0 ? x : (x == x ? decltype(x){0} : x); });
}

Values neg(const Call& call) {
  return of_numbers(call, [](auto x) { return opposite(x); });
}

Values abs(const Call& call) {
  return of_numbers(call, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return x < 0 ? opposite(x) : x;
    } else {
      return std::fabs(x);
    }
  });
}

Values leaky_relu(const Call& call) {
  const float alpha = call.real("alpha", 0.01f);
  return of_floats(call, [alpha](auto x) { return x < 0 ? alpha * x : x; });
}

Values elu(const Call& call) {
  const float alpha = call.real("alpha", 1.0f);
  return of_floats(call, [alpha](auto x) { return x < 0 ? alpha * std::expm1(x) : x; });
}

Values tanh(const Call& call) {
  return of_floats(call, [](auto x) { return std::tanh(x); });
}

Values sigmoid(const Call& call) {
  return of_floats(call, [](auto x) { return 1 / (1 + std::exp(-x)); });
}

Values hard_sigmoid(const Call& call) {
  const float alpha = call.real("alpha", 0.2f), beta = call.real("beta", 0.5f);
  return of_floats(call, [alpha, beta](auto x) {
    using T = decltype(x);
    return std::clamp<T>(alpha * x + beta, T{0}, T{1});
  });
}

Values softplus(const Call& call) {
  // log(1 + exp(x)) without overflow
  return of_floats(call, [](auto x) {
    return std::max<decltype(x)>(x, 0) + std::log1p(std::exp(-std::fabs(x)));
  });
}

Values softsign(const Call& call) {
  return of_floats(call, [](auto x) { return x / (1 + std::fabs(x)); });
}

Values exp(const Call& call) {
  return of_floats(call, [](auto x) { return std::exp(x); });
}

Values log(const Call& call) {
  return of_floats(call, [](auto x) { return std::log(x); });
}

Values reciprocal(const Call& call) {
  return of_floats(call, [](auto x) { return 1 / x; });
}

Values sqrt(const Call& call) {
  return of_floats(call, [](auto x) { return std::sqrt(x); });
}

}  // namespace sluice::formats::onnx::kernels
