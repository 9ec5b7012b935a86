#include "formats/onnx/strided.hpp"

#include <algorithm>
#include <utility>

namespace sluice::formats::onnx {
namespace {

template <class T>
std::vector<T> taken(const std::vector<T>& from, const Shape& shape, const Strides& strides,
                     std::ptrdiff_t offset) {
  std::vector<T> to(count_of(shape));
  if (to.empty()) return to;
  const std::size_t inner = shape.empty() ? 1 : shape.back();
  const std::ptrdiff_t step = shape.empty() ? 0 : strides.back();
  std::vector<std::size_t> index(shape.size(), 0);  // of all axes but the last
  for (std::size_t done = 0;;) {
    for (std::size_t i = 0; i < inner; ++i) {
      to[done + i] = from[static_cast<std::size_t>(offset + static_cast<std::ptrdiff_t>(i) * step)];
    }
    done += inner;
    if (done == to.size()) return to;
    for (std::size_t axis = shape.size() - 1; axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * static_cast<std::ptrdiff_t>(shape[axis]);
      index[axis] = 0;
    }
  }
}

}  // namespace

Strides strides_of(const Shape& shape) {
  Strides strides(shape.size());
  std::ptrdiff_t next = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = next;
    next *= static_cast<std::ptrdiff_t>(shape[axis]);
  }
  return strides;
}

Value take(const Value& value, Shape shape, const Strides& strides, std::ptrdiff_t offset) {
  Value::Elements elements = std::visit(
      [&](const auto& all) { return Value::Elements(taken(all, shape, strides, offset)); },
      value.elements());
  return {value.dtype(), std::move(shape), std::move(elements)};
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < shape.size(); ++i) {  // from the last axis
    const std::size_t in_a = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::size_t in_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (in_a != in_b && in_a != 1 && in_b != 1) return std::nullopt;
    shape[shape.size() - 1 - i] = in_a == 1 ? in_b : in_a;
  }
  return shape;
}

Strides repeated_strides(const Shape& own, const Shape& common) {
  const Strides all = strides_of(own);
  Strides strides(common.size(), 0);
  for (std::size_t i = 0; i < own.size(); ++i)
    strides[common.size() - own.size() + i] = own[i] == 1 ? 0 : all[i];
  return strides;
}

Value broadcast_to(const Value& value, const Shape& shape) {
  if (value.shape() == shape) return value;
  return take(value, shape, repeated_strides(value.shape(), shape));
}

}  // namespace sluice::formats::onnx
