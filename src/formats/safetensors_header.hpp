// The JSON header of a .safetensors file, read event by event: nothing is built that the format
// does not allow, so depth, repeated keys and odd numbers end it at once. Layout is checked in
// safetensors.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/dtype.hpp"

namespace sluice::formats {

struct HeaderEntry {
  DType dtype = DType::f32;
  std::vector<std::size_t> shape;
  std::uint64_t begin = 0;  // in the data, which starts after the header
  std::uint64_t end = 0;
};

struct Header {
  std::map<std::string, HeaderEntry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Throws Error(model) with `path` and, where there is one, the tensor.
Header parse_header(std::string_view json, const std::string& path);

}  // namespace sluice::formats
