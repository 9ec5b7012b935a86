// Reads and writes whole files. A written file holds its old bytes or its new ones at any moment,
// never a part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// The bytes of the file. Throws Error(file), naming the path, if it does not exist, is a folder,
/// cannot be read, or is larger than `limit` bytes.
std::string read_file(const std::string& path, std::uint64_t limit = std::uint64_t{1} << 36);

/// Writes the bytes to a temporary file beside `path`, syncs it, renames it to `path` and syncs the
/// folder. If the process is killed, `path` holds either the old bytes or the new ones. On failure
/// it removes the temporary file and throws Error(file). A replaced file keeps its mode and, where
/// the system allows it, its owner. Temporary files of killed writers of the same path are removed.
void write_file_atomically(const std::string& path, std::string_view bytes);

/// Throws Error(file) if write_file_atomically() of `bytes` bytes would fail now; for a check
/// before long work. It tries every step but the rename and leaves nothing behind.
void check_can_write(const std::string& path, std::uint64_t bytes = 0);

/// Resolves symbolic links. The target need not exist yet.
std::string follow_links(const std::string& path);

}  // namespace sluice
