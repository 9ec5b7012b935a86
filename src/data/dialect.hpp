// Finds how a file of separated values is written from its first lines: the delimiter, the lines
// above the header, the lines under it that are no rows.
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
  std::size_t width = 0;       ///< Cells of most rows.
  /// The cells of the header, of the lines of text, and of the first rows.
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> texts, rows;
  std::vector<std::size_t> row_lines;  ///< The line of each of these rows, from 1.
};

/// `sample`: the first bytes of the file, without a byte order mark; `whole`: they are all of it.
/// Where `form` names the delimiter or the lines to skip, these are taken.
Dialect find_dialect(std::string_view sample, bool whole, const TableForm& form);

/// The cells of one line, without their quotes; a quote that is not closed ends with the line.
std::vector<std::string> split_line(std::string_view line, char delimiter);

}  // namespace sluice::data
