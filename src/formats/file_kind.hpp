// Guesses the kind of a file from its first bytes, for error messages about a wrong file. Parsing
// does not use it.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::formats {

struct FileKind {
  std::string_view name;  ///< "an HDF5 file (Keras .h5)".
  std::string_view hint;  ///< How to get a .safetensors file; empty if there is no advice.
};

std::optional<FileKind> guess_kind(std::string_view bytes);

}  // namespace sluice::formats
