// Tables of aligned columns for the terminal.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

/// Rows of cells, the first row is the header. The first column is left-aligned, the others
/// right-aligned.
std::string columns(const std::vector<std::vector<std::string>>& rows);

/// A number with about four significant digits: "0.0314", "1.234", "5516"; "-" for NaN.
std::string figure(double value);

}  // namespace sluice::cli
