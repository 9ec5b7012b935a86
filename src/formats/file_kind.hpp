// What a file seems to be by its first bytes, to tell a user who named the wrong one. It is a guess
// for messages; nothing is read by it.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::formats {

struct FileKind {
  std::string_view name;  ///< "an HDF5 file (Keras .h5)".
  std::string_view
      hint;  ///< What to do to get a .safetensors file; empty where nothing can be said.
};

std::optional<FileKind> guess_kind(std::string_view bytes);

}  // namespace sluice::formats
