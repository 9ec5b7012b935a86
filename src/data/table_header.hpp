// The header of a table: column names and the lines of text under them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/csv.hpp"
#include "data/dialect.hpp"

namespace sluice::data {

struct TableHeader {
  std::size_t line = 1;  ///< Line number of the header, from 1.
  /// Empty if a column has none; an unnamed first column is kUnnamed.
  std::vector<std::string> names;
  std::vector<bool> unnamed;  ///< Whether the column has no name in the file.
  bool units = false;         ///< A line of units followed it.
  bool joined = false;        ///< The names were joined from two lines.
};

/// Reads the header and the lines of text under it from the start of a file, as the dialect says.
/// Throws Error(data), naming the line, if there is none, if a name is not unique or not UTF-8, or
/// if the lines under it contradict it.
TableHeader read_header(CsvReader& csv, const Dialect& dialect);

}  // namespace sluice::data
