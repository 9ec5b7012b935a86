// Operators along axes: softmax, sums, means and maxima. Sums are in double precision.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "formats/onnx/kernels.hpp"
#include "formats/onnx/strided.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

// An array as [outer, length, inner]; the operator runs along `length`.
struct Lines {
  std::size_t outer, length, inner;
};

Lines lines_along(const Shape& shape, std::size_t axis) {
  Lines lines{1, shape[axis], 1};
  for (std::size_t i = 0; i < axis; ++i) lines.outer *= shape[i];
  for (std::size_t i = axis + 1; i < shape.size(); ++i) lines.inner *= shape[i];
  return lines;
}

template <class T>
void softmax_line(T* x, const Lines& lines, bool logarithm) {
  const auto at = [&](std::size_t i) -> T& { return x[i * lines.inner]; };
  T highest = at(0);
  for (std::size_t i = 1; i < lines.length; ++i) highest = std::max(highest, at(i));
  double sum = 0.0;
  for (std::size_t i = 0; i < lines.length; ++i) {
    sum += std::exp(static_cast<double>(at(i)) - static_cast<double>(highest));
  }
  for (std::size_t i = 0; i < lines.length; ++i) {
    const double above = static_cast<double>(at(i)) - static_cast<double>(highest);
    at(i) = static_cast<T>(logarithm ? above - std::log(sum) : std::exp(above) / sum);
  }
}

template <class T>
Value softmax_of(const Value& x, const Lines& lines, bool logarithm) {
  std::vector<T> all = x.as<T>();
  if (!all.empty()) {
    for (std::size_t o = 0; o < lines.outer; ++o) {
      for (std::size_t i = 0; i < lines.inner; ++i) {
        softmax_line(all.data() + o * lines.length * lines.inner + i, lines, logarithm);
      }
    }
  }
  return {x.dtype(), x.shape(), std::move(all)};
}

// Before opset 13, all axes from `axis` on count as one.
Values softmax_along(const Call& call, bool logarithm) {
  const Value& x = call.input(0);
  call.expect_type(is_float(x.dtype()), x, "floats");
  const std::size_t axis = call.axis(call.integer("axis", call.opset < 13 ? 1 : -1), x.rank());
  Lines lines = lines_along(x.shape(), axis);
  if (call.opset < 13) lines = {lines.outer, lines.length * lines.inner, 1};
  return {x.dtype() == DType::f64 ? softmax_of<double>(x, lines, logarithm)
                                  : softmax_of<float>(x, lines, logarithm)};
}

// x as [kept, reduced], with the axes to reduce last; and the shape of the result.
struct Reduction {
  Value rows;
  std::size_t kept, reduced;
  Shape shape;
};

std::optional<Reduction> reduction(const Call& call) {
  const Value& x = call.input(0);
  const std::vector<std::int64_t> listed =
      call.listed("axes", 1).value_or(std::vector<std::int64_t>{});
  std::set<std::size_t> axes;
  for (const std::int64_t axis : listed) axes.insert(call.axis(axis, x.rank()));
  if (axes.empty()) {
    if (call.integer("noop_with_empty_axes", 0) != 0) return std::nullopt;
    for (std::size_t i = 0; i < x.rank(); ++i) axes.insert(i);
  }
  call.spend(kWorkOfElement * static_cast<double>(x.count()));
  const bool keep = call.integer("keepdims", 1) != 0;
  const Strides own = strides_of(x.shape());
  Reduction result{x, 1, 1, {}};
  Shape order_shape;
  Strides order;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (axes.count(i) > 0) {
      if (keep) result.shape.push_back(1);
      continue;
    }
    result.shape.push_back(x.shape()[i]);
    result.kept *= x.shape()[i];
    order_shape.push_back(x.shape()[i]);
    order.push_back(own[i]);
  }
  for (const std::size_t axis : axes) {
    result.reduced *= x.shape()[axis];
    order_shape.push_back(x.shape()[axis]);
    order.push_back(own[axis]);
  }
  call.allowed({result.kept});
  result.rows = take(x, std::move(order_shape), order);
  return result;
}

template <class T, class Function>
Value reduced(const Reduction& from, Function function) {
  std::vector<T> all(from.kept);
  const T* row = from.rows.as<T>().data();
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = function(row + i * from.reduced);
  return {from.rows.dtype(), from.shape, std::move(all)};
}

// Calls function(pointer to `count` elements, count) for float, double and the integers.
template <class Function>
Values reduce(const Call& call, Function function) {
  const Value& x = call.input(0);
  call.expect_type(x.dtype() != DType::boolean, x, "numbers");
  const auto from = reduction(call);
  if (!from) return {x};
  const std::size_t count = from->reduced;
  const auto each = [&](const auto* row) { return function(row, count); };
  switch (x.dtype()) {
    case DType::f64:
      return {reduced<double>(*from, each)};
    case DType::i64:
      return {reduced<std::int64_t>(*from, each)};
    case DType::i32:
      return {reduced<std::int32_t>(*from, each)};
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return {reduced<float>(*from, each)};
    default:
      not_held(x.dtype());
  }
}

template <class T>
T sum_of(const T* row, std::size_t count) {
  if constexpr (std::is_integral_v<T>) {
    std::make_unsigned_t<T> sum = 0;  // wraps
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<std::make_unsigned_t<T>>(row[i]);
    return static_cast<T>(sum);
  } else {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(row[i]);
    return static_cast<T>(sum);
  }
}

template <class T>
T mean_of(const T* row, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(row[i]);
  return static_cast<T>(sum / static_cast<double>(count));
}

}  // namespace

Values softmax(const Call& call) { return softmax_along(call, false); }
Values log_softmax(const Call& call) { return softmax_along(call, true); }

Values reduce_sum(const Call& call) {
  return reduce(call, [](const auto* row, std::size_t count) { return sum_of(row, count); });
}

Values reduce_mean(const Call& call) {
  const Value& x = call.input(0);
  call.expect_type(is_float(x.dtype()), x, "floats");
  return reduce(call, [](const auto* row, std::size_t count) { return mean_of(row, count); });
}

Values reduce_max(const Call& call) {
  return reduce(call, [&](const auto* row, std::size_t count) {
    if (count == 0) call.refuse("the maximum of no elements is requested");
    return *std::max_element(row, row + count);
  });
}

// The mean over all axes after the channels.
Values global_average_pool(const Call& call) {
  const Value& x = call.input(0);
  call.expect_type(is_float(x.dtype()), x, "floats");
  if (x.rank() < 2) call.refuse("its input has no channels", "[N, C, ..]");
  call.spend(kWorkOfElement * static_cast<double>(x.count()));
  Reduction over{x, x.shape()[0] * x.shape()[1], 1, x.shape()};
  for (std::size_t i = 2; i < x.rank(); ++i) {
    over.reduced *= x.shape()[i];
    over.shape[i] = 1;
  }
  const auto mean = [&](const auto* row) { return mean_of(row, over.reduced); };
  return {x.dtype() == DType::f64 ? reduced<double>(over, mean) : reduced<float>(over, mean)};
}

}  // namespace sluice::formats::onnx::kernels
