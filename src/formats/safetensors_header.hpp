// Parses the JSON header of a .safetensors file as a stream of events. Only what the format allows
// is stored, so deep nesting, repeated keys and invalid numbers end the parse at once. See
// safetensors.cpp for layout checks.
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
  std::uint64_t begin = 0;  // offset in the data section, after the header
  std::uint64_t end = 0;
};

struct Header {
  std::map<std::string, HeaderEntry> tensors;
  std::map<std::string, std::string> metadata;
};

/// Throws Error(model) with `path` and the tensor, if any.
Header parse_header(std::string_view json, const std::string& path);

}  // namespace sluice::formats
