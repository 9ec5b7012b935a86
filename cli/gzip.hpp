// Transparent reading of gzip files.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.hpp"

namespace sluice::cli {

/// Opens the file at `path` and decompresses it if it starts with the gzip magic bytes. Throws
/// Error(file) where it cannot be read; read() throws Error(data) where it is damaged or truncated.
std::unique_ptr<data::ByteSource> open_unpacked(const std::string& path);

}  // namespace sluice::cli
