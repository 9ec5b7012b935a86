// Detects how a file of separated values is written from its first lines: the delimiter, the lines
// above the header, the lines under it that are not rows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/table_form.hpp"

namespace sluice::data {

struct Dialect {
  char delimiter = ',';
  std::size_t skipped = 0;     ///< Lines above the header.
  std::size_t text_lines = 0;  ///< Lines of text under it: units, or the second half of the names.
  bool sep_line = false;       ///< The first line is sep= with the delimiter.
  bool hash_header = false;    ///< The header begins with #, which is not part of a name.
  std::size_t width = 0;       ///< Cells in most rows.
  /// The cells of the header, of the lines of text, and of the first rows.
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> texts, rows;
  std::vector<std::size_t> row_lines;  ///< Line number of each row, from 1.
};

/// `sample`: the first bytes of the file, without a byte order mark; `whole`: the sample is the
/// whole file. A delimiter or number of lines to skip given in `form` is used as is.
Dialect find_dialect(std::string_view sample, bool whole, const TableForm& form);

/// The cells of one line without their quotes; an unclosed quote ends with the line.
std::vector<std::string> split_line(std::string_view line, char delimiter);

}  // namespace sluice::data
