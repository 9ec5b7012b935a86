// One cell of a data file: parsing it, and writing numbers and names as cells.
#pragma once

#include <string>
#include <string_view>

namespace sluice::data {

enum class CellKind {
  number,    ///< A finite decimal number with a decimal point and no thousands separators.
  missing,   ///< Empty, NA, NaN, N/A, #N/A, <NA>, null or None, in any letter case.
  infinite,  ///< inf, infinity, or a number beyond the range of double.
  text,
};

struct CellValue {
  CellKind kind;
  double value;  ///< NaN unless `kind` is number.
};

/// How a file writes numbers.
struct NumberFormat {
  char decimal = '.';          ///< The decimal mark.
  std::string thousands = {};  ///< Between groups of three digits; "space" for blanks of all kinds.
  std::string strip = {};      ///< Characters to strip from around a number, as UTF-8.

  bool plain() const { return decimal == '.' && thousands.empty() && strip.empty(); }
};

/// Parses a cell; surrounding blanks are ignored. Independent of the locale.
CellValue parse_cell(std::string_view cell);
CellValue parse_cell(std::string_view cell, const NumberFormat& format);

/// Whether it is a number in a form that parse_cell rejects: 3,14 or 1,234.5 or 1 234 or 1'234.
bool has_separators(std::string_view cell);
/// Whether it is a number with a sign that NumberFormat::strip would remove: 12 % or $3.50.
bool has_signs(std::string_view cell);

/// The text with ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// The cell quoted for a message, cut to 40 characters.
std::string shown_cell(std::string_view cell);

/// The text as a cell of a comma-separated file, quoted if needed.
std::string csv_cell(std::string_view text);

/// The shortest decimal number that reads back as `value`; an empty cell for NaN.
std::string csv_number(double value);

}  // namespace sluice::data
