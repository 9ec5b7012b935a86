#include "data/cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace sluice::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_missing(std::string_view cell) {
  if (cell.size() > 4) return false;
  if (cell.empty()) return true;
  if (cell[0] != 'n' && cell[0] != 'N') return false;
  const std::string word = lower_case(cell);
  return word == "na" || word == "nan" || word == "n/a" || word == "null";
}

// A number out of the range of double is tiny where its exponent is negative, or it has none and
// begins with 0.
bool is_tiny(std::string_view number) {
  const std::size_t exponent = number.find_first_of("eE");
  if (exponent != std::string_view::npos) return number.substr(exponent + 1, 1) == "-";
  const std::size_t first = number.find_first_not_of("+-0");
  return first != std::string_view::npos && number[first] == '.';
}

}  // namespace

CellValue parse_cell(std::string_view cell) {
  cell = trimmed(cell);
  if (is_missing(cell)) return {CellKind::missing, kNaN};
  std::string_view number = cell;
  if (number.size() > 1 && number[0] == '+' && number[1] != '-') number.remove_prefix(1);
  double value = 0;
  const char* const end = number.data() + number.size();
  const std::from_chars_result result = std::from_chars(number.data(), end, value);
  if (result.ptr != end || result.ec == std::errc::invalid_argument || std::isnan(value)) {
    return {CellKind::text, kNaN};
  }
  if (result.ec == std::errc::result_out_of_range) {
    if (is_tiny(number)) return {CellKind::number, 0.0};
    return {CellKind::infinite, kNaN};
  }
  if (std::isinf(value)) return {CellKind::infinite, kNaN};
  return {CellKind::number, value};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& ch : lower) {
    if (ch >= 'A' && ch <= 'Z') ch = static_cast<char>(ch - 'A' + 'a');
  }
  return lower;
}

std::string shown_cell(std::string_view cell) {
  constexpr std::size_t kShown = 40;
  if (cell.size() <= kShown) return fmt::format("'{}'", cell);
  std::size_t cut = kShown;  // not inside a character of UTF-8
  while (cut > kShown - 4 && (static_cast<unsigned char>(cell[cut]) & 0xC0) == 0x80) --cut;
  return fmt::format("'{}...'", cell.substr(0, cut));
}

std::string csv_cell(std::string_view text) {
  const bool blank_at_end = !text.empty() && (trimmed(text.substr(0, 1)).empty() ||
                                              trimmed(text.substr(text.size() - 1)).empty());
  if (!blank_at_end && text.find_first_of(",\"\n\r") == std::string_view::npos)
    return std::string(text);
  std::string cell = "\"";
  for (const char ch : text) {
    if (ch == '"') cell += '"';
    cell += ch;
  }
  return cell + '"';
}

std::string csv_number(double value) {
  if (std::isnan(value)) return {};
  std::array<char, 32> text{};
  const std::to_chars_result result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

}  // namespace sluice::data
