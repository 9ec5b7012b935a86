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
/// A file that is replaced keeps its mode and, where the system allows it, its owner. What killed
/// writers of the same path left beside it is removed.
void write_file_atomically(const std::string& path, std::string_view bytes);

/// Before the work: throws Error(file) where write_file_atomically() of so many bytes would fail
/// now, by the same steps but the last. Changes nothing.
void check_can_write(const std::string& path, std::uint64_t bytes = 0);

/// The path behind symbolic links, also where it does not exist yet.
std::string follow_links(const std::string& path);

}  // namespace sluice
