// The header of a table: the names of its columns and the lines of text under them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/csv.hpp"
#include "data/dialect.hpp"

namespace sluice::data {

struct TableHeader {
  std::size_t line = 1;            ///< Where it stands, from 1.
  std::vector<std::string> names;  ///< Empty where a column has none; the first is then kUnnamed.
  std::vector<bool> unnamed;       ///< Whether the file gives the column no name.
  bool units = false;              ///< A line of units stood under it.
  bool joined = false;             ///< The names were joined from two lines.
};

/// Reads the header and the lines of text under it from a file at its beginning, as the dialect
/// says. Throws Error(data), naming the line, where there is none, a name stands twice or is not
/// UTF-8, or the lines under it say too much.
TableHeader read_header(CsvReader& csv, const Dialect& dialect);

}  // namespace sluice::data
