// Strided views of arrays: the common part of transposes, slices, repeats and broadcasts.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

using Strides = std::vector<std::ptrdiff_t>;

/// Strides of a row-major array, in elements.
Strides strides_of(const Shape& shape);

/// The array of this shape whose element [i, j, ..] is element offset + i strides[0] + j strides[1]
/// + .. of `value`; all must lie within `value`.
Value take(const Value& value, Shape shape, const Strides& strides, std::ptrdiff_t offset = 0);

/// The shape that both broadcast to (NumPy's rule: axes of length 1 repeat); nullopt if there is
/// none.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// Strides that read an array as if broadcast to a shape from broadcast_shape.
Strides repeated_strides(const Shape& own, const Shape& common);

/// Calls each(i, places) for the elements i = 0, 1, .. of a row-major array of this shape; places
/// are the offsets of that element in N arrays with these strides.
template <std::size_t N, class Each>
void for_each_place(const Shape& shape, const std::array<Strides, N>& strides, Each each) {
  const std::size_t count = count_of(shape);
  if (count == 0) return;
  const std::size_t inner = shape.empty() ? 1 : shape.back();
  std::vector<std::size_t> index(shape.size(), 0);  // of all axes but the last
  std::array<std::ptrdiff_t, N> row{}, step{}, at{};
  for (std::size_t n = 0; n < N; ++n) step[n] = shape.empty() ? 0 : strides[n].back();
  for (std::size_t done = 0;;) {
    at = row;
    for (std::size_t i = 0; i < inner; ++i) {
      each(done + i, at);
      for (std::size_t n = 0; n < N; ++n) at[n] += step[n];
    }
    done += inner;
    if (done == count) return;
    for (std::size_t axis = shape.size() - 1; axis-- > 0;) {
      for (std::size_t n = 0; n < N; ++n) row[n] += strides[n][axis];
      if (++index[axis] < shape[axis]) break;
      for (std::size_t n = 0; n < N; ++n)
        row[n] -= strides[n][axis] * static_cast<std::ptrdiff_t>(shape[axis]);
      index[axis] = 0;
    }
  }
}

/// Broadcasts `value` to a shape from broadcast_shape.
Value broadcast_to(const Value& value, const Shape& shape);

}  // namespace sluice::formats::onnx
