// Whole files in, whole files out: a file that is written is the old one or the new one at any
// moment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// The bytes of the file. Throws Error(file) with the path where it does not exist, is a folder,
/// cannot be read, or is larger than `limit` bytes.
std::string read_file(const std::string& path, std::uint64_t limit = std::uint64_t{1} << 36);

/// Writes the bytes to a temporary file beside `path`, syncs it, renames it to `path` and syncs the
/// folder. Killed at any moment, `path` holds the old bytes or the new ones. On failure the
/// temporary file is removed and Error(file) is thrown.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace sluice
