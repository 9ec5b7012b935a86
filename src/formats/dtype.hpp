// The element types of stored arrays, and their conversion to float and double. Files are
// little-endian, as is every machine that Sluice runs on.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::formats {

/// Every type of .safetensors whose elements take whole bytes. Only the floats are computed with.
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

/// Its name in a .safetensors header: "F32".
std::string_view name_of(DType dtype);
std::optional<DType> dtype_named(std::string_view name);
/// Bytes of one element: 1, 2, 4 or 8.
std::size_t size_of(DType dtype);

/// Elements of an array with this shape, 1 where it has no dimensions. Nothing where the bytes of
/// such an array overflow a size_t, lengths of 0 left out: so the product of any of them is safe.
std::optional<std::size_t> element_count(std::span<const std::size_t> shape, DType dtype);
/// "[3, 5]", "[]".
std::string to_string(std::span<const std::size_t> shape);

/// f64, f32, f16 and bf16: `bytes` as T = float or double, rounded to nearest. Nothing for other
/// types.
template <class T>
std::optional<std::vector<T>> convert(std::string_view bytes, DType dtype);

/// The place of the first finite value that a float cannot hold.
std::optional<std::size_t> first_beyond_float(std::span<const double> values);

/// The little-endian bytes of the values, T = float or double.
template <class T>
std::string to_bytes(std::span<const T> values);

}  // namespace sluice::formats
