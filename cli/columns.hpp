// Figures in aligned columns on a terminal.
#pragma once

#include <string>
#include <vector>

namespace sluice::cli {

/// Rows of cells as text, first row the head: the first column to the left, the others to the
/// right.
std::string columns(const std::vector<std::vector<std::string>>& rows);

/// A figure with four significant digits: "0.03142", "1.234", "5516"; "-" where it is NaN.
std::string figure(double value);

}  // namespace sluice::cli
