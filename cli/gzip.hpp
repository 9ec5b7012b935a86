// Bytes of a gzip file as they were before.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.hpp"

namespace sluice::cli {

/// The file at `path`, unpacked where it begins as gzip does. Throws Error(file) where it cannot be
/// read; reading throws Error(data) where it is damaged or cut.
std::unique_ptr<data::ByteSource> open_unpacked(const std::string& path);

}  // namespace sluice::cli
