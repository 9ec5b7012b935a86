// Before the work, not after it: can the outputs be written where they shall go, and does none of
// them take the place of an input or of another output?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::cli {

/// Throws Error(file) where the path is a folder, its folder is missing or may not be written to,
/// or there is no room for so many bytes. An empty path asks for no file.
void check_output(const std::string& path, std::uint64_t bytes = 0);

/// check_output() of each, and Error(usage) where an output is the same file as an input or another
/// output, whatever names or links lead to it. Empty paths are none.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

}  // namespace sluice::cli
