// Before the work, not after it: can a file be written where it shall go?
#pragma once

#include <string>

namespace sluice::cli {

/// Throws Error(file) where the path is a folder or its folder is missing or may not be written to.
/// An empty path asks for no file.
void check_output(const std::string& path);

}  // namespace sluice::cli
