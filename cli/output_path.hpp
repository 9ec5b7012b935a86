// Checks before a long run that every output can be written and overwrites no input and no other
// output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::cli {

/// Throws Error(file) where the path is a folder, its folder is missing or not writable, or the
/// disk has no room for `bytes`. Skips an empty path.
void check_output(const std::string& path, std::uint64_t bytes = 0);

/// check_output() for each. Throws Error(usage) where an output is the same file as an input or
/// another output, by whatever name or link. Skips empty paths.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs);

}  // namespace sluice::cli
