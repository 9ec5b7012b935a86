#include "data/number_column.hpp"

#include <fmt/format.h>

#include <utility>

#include "data/cell.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

// A number as people write it: 1,234.5 or 3,14 or 1 234 or 1'234.
bool has_separators(std::string_view cell) {
  if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
  return !cell.empty() && is_digit(cell.front()) && is_digit(cell.back()) &&
         cell.find_first_of(", '") != std::string_view::npos &&
         cell.find_first_not_of("0123456789., '") == std::string_view::npos;
}

}  // namespace

NumberColumn::NumberColumn(std::string path, std::string name)
    : path_(std::move(path)), name_(std::move(name)) {}

std::string NumberColumn::where(std::size_t line) const {
  return fmt::format("{}:{}, column {}", path_, line, shown_cell(name_));
}

void NumberColumn::add(std::string_view cell, std::size_t line) {
  const CellValue parsed = parse_cell(cell);
  if (parsed.kind == CellKind::text) return add_text(cell, line);
  if (parsed.kind == CellKind::infinite) {
    throw Error(ErrorCode::data, {.where = where(line),
                                  .what = "infinite value",
                                  .expected = "a finite number",
                                  .got = shown_cell(cell),
                                  .hint = "write NA where the value is missing"});
  }
  if (parsed.kind == CellKind::number) {
    if (is_text()) fail_text(false);
    has_number_ = true;
  }
  if (!is_text()) values_.push_back(parsed.value);
}

void NumberColumn::add_text(std::string_view cell, std::size_t line) {
  if (is_text()) return;
  text_line_ = line;
  text_ = cell;
  const bool separators = has_separators(cell);
  if (has_number_ || separators) fail_text(separators);
  values_ = {};
}

void NumberColumn::fail_text(bool separators) const {
  throw Error(
      ErrorCode::data,
      {.where = where(text_line_),
       .what = "not a number",
       .expected = "a number, or NA where it is missing",
       .got = shown_cell(text_),
       .hint = separators ? "write 1234.5: a point before the decimals, nothing between thousands"
                          : "correct the cell or remove the column"});
}

}  // namespace sluice::data
