// The .safetensors container: named tensors and a map of texts in one file. It knows no model: what
// the tensors mean is said in docs/formats.md and by who reads them.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/dtype.hpp"

namespace sluice::formats {

struct Tensor {
  std::string name;
  std::vector<std::size_t> shape;  // [] is one number
  DType dtype = DType::f32;
  std::string bytes;  // little-endian, row-major, without gaps

  std::size_t count() const { return bytes.size() / size_of(dtype); }

  /// The elements of an f64, f32, f16 or bf16 tensor. Throws Error(model) with the tensor's name
  /// for other types, and for an f64 that a float cannot hold.
  std::vector<float> as_floats() const;
  std::vector<double> as_doubles() const;

  /// Throws Error(shape) where the shape does not fit the number of values.
  static Tensor from_floats(std::string name, std::vector<std::size_t> shape,
                            std::span<const float> values);
  static Tensor from_doubles(std::string name, std::vector<std::size_t> shape,
                             std::span<const double> values);
};

struct SafeTensors {
  std::vector<Tensor> tensors;  // in the order of their bytes in the file
  std::map<std::string, std::string> metadata;

  /// Makes find take log n steps instead of n, until tensors are added, taken out or renamed: then
  /// call it again. What was read from a file is indexed.
  void index();
  /// The tensor of this name, or null.
  const Tensor* find(std::string_view name) const;
  /// The tensor of this name. Throws Error(model) that names the file, the tensor and those there
  /// are.
  const Tensor& at(std::string_view name, const std::string& path) const;

 private:
  std::vector<std::size_t> by_name_;  // places in tensors, where they are as index() saw them
};

/// Reads a whole file. Throws Error(file) where it cannot be read and Error(model), with the path
/// and the tensor, for whatever the format forbids: a header that is not JSON, is longer than 100
/// MB or has unknown, missing or repeated keys; an unknown type; a shape that does not fit its
/// bytes; bytes that are cut, overlap, or belong to no tensor. Takes time in proportion to the
/// file, and a few times its memory.
SafeTensors read_safetensors(const std::string& path);

/// The same from bytes in memory; `path` only names them in messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& path);

/// The bytes of the file: the same for the same input. Tensors lie in the order given, but those of
/// wider elements first, so that each starts on a multiple of its element's size. Throws
/// Error(internal) for a tensor that the reader would refuse, Error(data) for a name or text that
/// is not UTF-8.
std::string serialize_safetensors(const SafeTensors& file);

}  // namespace sluice::formats
