// NumPy's .npy files, one array each. Does not read .npz archives, pickled objects or records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/dtype.hpp"

namespace sluice::formats {

struct NpyArray {
  std::string path;                // names the array in messages
  std::vector<std::size_t> shape;  // [] is one number
  DType dtype = DType::f32;        // boolean, f16, f32, f64, i32 or i64
  std::string bytes;               // little-endian, row-major whatever the order in the file

  std::size_t count() const { return bytes.size() / size_of(dtype); }

  /// The elements, rounded to nearest. Throws Error(data) for a double that a float cannot hold.
  std::vector<float> as_floats() const;
  /// The elements of an i32 or i64 array. Throws Error(data) for other types.
  std::vector<std::int64_t> as_integers() const;
};

/// Reads versions 1.0, 2.0 and 3.0 with elements '|b1', '<f2', '<f4', '<f8', '<i4' or '<i8' in C or
/// Fortran order. Throws Error(file) if the file cannot be read and Error(data), with the path, for
/// anything else: another type or kind of file, a header that is truncated or has extra content,
/// data that do not fit the shape.
NpyArray read_npy(const std::string& path);

/// Parses the bytes of a file.
NpyArray parse_npy(std::string_view bytes, const std::string& path);

/// The bytes of a version 1.0 file in C order; deterministic. Throws Error(shape) if the shape does
/// not fit the number of values.
std::string serialize_npy(const NpyArray& array);
std::string serialize_npy(std::span<const std::size_t> shape, std::span<const float> values);

/// Writes the whole file or nothing. Throws Error(file) as write_file_atomically does.
void write_npy(const std::string& path, const NpyArray& array);
void write_npy(const std::string& path, std::span<const std::size_t> shape,
               std::span<const float> values);

}  // namespace sluice::formats
