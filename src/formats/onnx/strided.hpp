// An array read with other strides: what transposes, slices, repeats and broadcasts have in common.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

using Strides = std::vector<std::ptrdiff_t>;

/// Elements from one index to the next, for each axis of a row-major array.
Strides strides_of(const Shape& shape);

/// The array of this shape whose element [i, j, ..] is that of `value` at offset + i strides[0] +
/// j strides[1] + ..; all must lie within `value`.
Value take(const Value& value, Shape shape, const Strides& strides, std::ptrdiff_t offset = 0);

/// The shape to which both can be repeated along axes of length 1 (NumPy's rule); nothing where
/// there is none.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// `value` repeated to a shape that broadcast_shape gave.
Value broadcast_to(const Value& value, const Shape& shape);

}  // namespace sluice::formats::onnx
