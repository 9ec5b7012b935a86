// The .safetensors container: named tensors and a map of texts in one file. It knows no models;
// docs/formats.md describes what the tensors mean.
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
  /// for other types, and for an f64 beyond the range of float.
  std::vector<float> as_floats() const;
  std::vector<double> as_doubles() const;

  /// Throws Error(shape) if the shape does not fit the number of values.
  static Tensor from_floats(std::string name, std::vector<std::size_t> shape,
                            std::span<const float> values);
  static Tensor from_doubles(std::string name, std::vector<std::size_t> shape,
                             std::span<const double> values);
};

struct SafeTensors {
  std::vector<Tensor> tensors;  // in the order of their data in the file
  std::map<std::string, std::string> metadata;

  /// Makes find() take O(log n) instead of O(n). Call it again after tensors are added, removed or
  /// renamed. A file just read is indexed.
  void index();
  /// The tensor of this name, or nullptr.
  const Tensor* find(std::string_view name) const;
  /// The tensor of this name. Throws Error(model), naming the file, the tensor and the existing
  /// ones.
  const Tensor& at(std::string_view name, const std::string& path) const;

 private:
  std::vector<std::size_t> by_name_;  // indices into `tensors`, sorted by name at the last index()
};

/// Reads a whole file. Throws Error(file) if it cannot be read and Error(model), with the path and
/// the tensor, for whatever the format forbids: a header that is not JSON, is longer than 100 MB or
/// has unknown, missing or repeated keys; an unknown type; a shape that does not fit its bytes;
/// bytes that are missing, overlap, or belong to no tensor. Time is linear in the file, memory a
/// few times its size.
SafeTensors read_safetensors(const std::string& path);

/// Parses the bytes of a file; `path` is only for messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& path);

/// The bytes of the file; deterministic. Tensors keep their order, except that those of wider
/// elements come first, so that each is aligned to its element's size. Throws Error(internal) for a
/// tensor that the reader would reject, Error(data) for a name or text that is not UTF-8.
std::string serialize_safetensors(const SafeTensors& file);

}  // namespace sluice::formats
