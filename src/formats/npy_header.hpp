// Parser for the header of an .npy file: a Python dictionary literal with three keys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::formats {

struct NpyHeader {
  std::string descr;  // "<f4"
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

/// `text` is the dictionary and its padding. Throws Error(data) with the path.
NpyHeader parse_npy_header(std::string_view text, const std::string& path);

}  // namespace sluice::formats
