// One cell of a data file: what it says, and numbers and names written as cells.
#pragma once

#include <string>
#include <string_view>

namespace sluice::data {

enum class CellKind {
  number,    ///< A finite decimal number, point before the decimals, no thousands separators.
  missing,   ///< Nothing, NA, NaN, N/A or null, in any case of letters.
  infinite,  ///< inf, infinity, or a number beyond the range of double.
  text,
};

struct CellValue {
  CellKind kind;
  double value;  ///< NaN unless `kind` is number.
};

/// What a cell says; blanks around it do not count. Does not depend on the locale.
CellValue parse_cell(std::string_view cell);

/// The text with its ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// The cell in quotes for a message, cut to 40 characters.
std::string shown_cell(std::string_view cell);

/// The text as a cell of a comma-separated file: in quotes where it needs them.
std::string csv_cell(std::string_view text);

/// The shortest decimal number that reads back as `value`; an empty cell where it is NaN.
std::string csv_number(double value);

}  // namespace sluice::data
