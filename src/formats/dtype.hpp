// The element types of stored arrays and their conversion to float and double. Files are
// little-endian, as are all supported machines.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::formats {

/// The types of .safetensors whose elements are whole bytes. Arithmetic uses only the floats.
enum class DType {
  boolean,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  c64,
  f64,
  i64,
  u64,
};

/// The type's name in a .safetensors header: "F32".
std::string_view name_of(DType dtype);
std::optional<DType> dtype_named(std::string_view name);
/// Bytes of one element: 1, 2, 4 or 8.
std::size_t size_of(DType dtype);

/// Number of elements of an array with this shape, 1 without dimensions. nullopt if its bytes
/// overflow a size_t; lengths of 0 are ignored for this, so the product of any subset of lengths is
/// safe.
std::optional<std::size_t> element_count(std::span<const std::size_t> shape, DType dtype);
/// "[3, 5]", "[]".
std::string to_string(std::span<const std::size_t> shape);

/// Converts the bytes of f64, f32, f16 or bf16 elements to T = float or double, rounded to nearest.
/// nullopt for other types.
template <class T>
std::optional<std::vector<T>> convert(std::string_view bytes, DType dtype);

/// Index of the first finite value beyond the range of float.
std::optional<std::size_t> first_beyond_float(std::span<const double> values);

/// The values as little-endian bytes, T = float or double.
template <class T>
std::string to_bytes(std::span<const T> values);

}  // namespace sluice::formats
