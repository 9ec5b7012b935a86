// sluice inspect --watch: the seven steps on a terminal, drawn anew after each row that comes in.
#pragma once

#include <string>

namespace sluice::cli {

/// Rows come from the file `data`, or from standard input where it is "-". `select`: which layers
/// and units (four of each layer where none are named).
void watch(const std::string& model, const std::string& data, const std::string& select);

}  // namespace sluice::cli
