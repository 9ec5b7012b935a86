// Reads a column's numbers and gathers evidence on the way: numbers in another form, points that
// may separate thousands, and values that probably mean missing.
#include "data/number_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr const char* kNoSeparators =
    "write 1234.5: a point before the decimals, nothing between thousands";

// How to write a number that is in another form.
std::string hint_for(std::string_view cell) {
  if (has_signs(cell)) {
    return "write 12.5; or say --strip '%$€' to leave such characters around numbers out";
  }
  if (!has_separators(cell)) return "correct the cell or remove the column";
  const bool apostrophe =
      cell.find('\'') != std::string_view::npos || cell.find("’") != std::string_view::npos;
  if (apostrophe) return fmt::format("{}; or say --thousands \"'\"", kNoSeparators);
  if (cell.find_first_of(" \xC2\xE2") != std::string_view::npos)
    return fmt::format("{}; or say --thousands space", kNoSeparators);
  const std::size_t comma = cell.rfind(','), point = cell.rfind('.');
  const bool has_comma = comma != std::string_view::npos,
             has_point = point != std::string_view::npos;
  if (has_comma && has_point)
    return fmt::format("{}; or say {}", kNoSeparators,
                       comma > point ? "--decimal , --thousands ." : "--thousands ,");
  if (has_point) return fmt::format("{}; or say --thousands .", kNoSeparators);
  const bool three = cell.size() - comma == 4;
  return fmt::format("{}; or say {}", kNoSeparators,
                     three ? "--decimal , or --thousands ," : "--decimal ,");
}

}  // namespace

NumberColumn::NumberColumn(std::string path, std::string name, NumberFormat format, bool doubt)
    : path_(std::move(path)), name_(std::move(name)), format_(std::move(format)), doubt_(doubt) {}

std::string NumberColumn::where(std::size_t line) const {
  return fmt::format("{}:{}, column {}", path_, line, shown_cell(name_));
}

void NumberColumn::add(std::string_view cell, std::size_t line) {
  const CellValue parsed = parse_cell(cell, format_);
  if (parsed.kind == CellKind::text) return add_text(cell, line);
  if (parsed.kind == CellKind::infinite) {
    throw Error(ErrorCode::data, {.where = where(line),
                                  .what = "infinite value",
                                  .expected = "a finite number",
                                  .got = shown_cell(cell),
                                  .hint = "write NA where the value is missing"});
  }
  if (parsed.kind == CellKind::number) {
    if (is_text()) fail_text();
    has_number_ = true;
    if (doubt_) doubt_points(cell, parsed.value, line);
  }
  if (!is_text()) values_.push_back(parsed.value);
}

void NumberColumn::add_text(std::string_view cell, std::size_t line) {
  if (is_text()) return;
  text_line_ = line;
  text_ = cell;
  if (has_number_ || has_separators(cell) || has_signs(cell)) fail_text();
  values_ = {};
}

void NumberColumn::fail_text() const {
  throw Error(ErrorCode::data, {.where = where(text_line_),
                                .what = "not a number",
                                .expected = "a number, or NA where it is missing",
                                .got = shown_cell(text_),
                                .hint = hint_for(text_)});
}

void NumberColumn::doubt_points(std::string_view cell, double value, std::size_t line) {
  constexpr double kThousand = 1000.0;
  const std::size_t point = cell.find('.');
  if (point == std::string_view::npos) {
    has_small_ = true;
    largest_small_ = std::max(largest_small_, std::abs(value));
    if (small_.empty()) small_ = cell;
    doubt_ = std::abs(value) < kThousand && cell.find_first_of("eE") == std::string_view::npos;
    return;
  }
  const std::size_t digits = cell.find_first_of("123456789");
  doubt_ = cell.size() - point == 4 && point <= 4 && digits < point &&
           cell.find_first_of("eE") == std::string_view::npos;
  ++pointed_count_;
  if (pointed_line_ > 0) return;
  pointed_line_ = line;
  pointed_ = cell;
}

void NumberColumn::check_points() const {
  if (!doubt_ || !has_small_ || pointed_line_ == 0) return;
  throw Error(ErrorCode::data,
              {.where = where(pointed_line_),
               .what = "a point that may stand before decimals or between thousands",
               .expected = "one reading of the column",
               .got = fmt::format("{} beside {}", shown_cell(pointed_), shown_cell(small_)),
               .hint = "say --thousands . if it is 1000 and more, --decimal . if it has decimals"});
}

std::string NumberColumn::likely_thousands() const {
  constexpr std::size_t kEnough = 3;
  constexpr double kNearThousand = 100.0;
  if (!doubt_ || pointed_count_ < kEnough || largest_small_ < kNearThousand) return "";
  return fmt::format(
      "column {} has {} beside {}: read as decimals; if points stand between thousands, say "
      "--thousands .",
      shown_cell(name_), shown_cell(pointed_), shown_cell(small_));
}

std::string NumberColumn::likely_missing() const {
  constexpr std::size_t kEnough = 3, kOthers = 10;
  if (values_.empty()) return "";
  double mark = std::numeric_limits<double>::infinity(), low = mark, high = -mark;
  for (const double value : values_) mark = std::min(mark, std::isnan(value) ? mark : value);
  std::size_t marks = 0, others = 0;
  for (const double value : values_) {
    if (std::isnan(value)) continue;
    if (value == mark) {
      ++marks;
      continue;
    }
    ++others;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const std::string text = fmt::format("{}", mark);
  // Only nines: -99, -999, -9999, -99.9, ..
  const bool nines = text.size() >= 3 && text[0] == '-' && mark < 0 &&
                     text.find_first_not_of("9.", 1) == std::string::npos;
  const bool far = low - mark > high - low && low - mark > std::abs(mark) / 2;
  if (!nines || !far || marks < kEnough || others < kOthers) return "";
  return fmt::format(
      "column {} holds {} {} times, far from all other values: read as a number; if it means "
      "missing, write NA in its place",
      shown_cell(name_), text, marks);
}

}  // namespace sluice::data
