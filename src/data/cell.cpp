// Parses cells independently of the locale: missing values by their words, numbers with
// std::from_chars. A cell in a number format of the user is first rewritten with plain digits and a
// point.
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
  if (text.empty() || (text.front() > ' ' && text.back() > ' ')) return text;
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_missing(std::string_view cell) {
  if (cell.size() > 4) return false;
  if (cell.empty()) return true;
  if (cell[0] != 'n' && cell[0] != 'N' && cell[0] != '#' && cell[0] != '<') return false;
  const std::string word = lower_case(cell);
  constexpr std::array<std::string_view, 7> kWords{"na",   "nan",  "n/a", "null",
                                                   "none", "#n/a", "<na>"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// Whether a number outside the range of double underflowed: its exponent is negative, or it has
// none and begins with 0.
bool is_tiny(std::string_view number) {
  const std::size_t exponent = number.find_first_of("eE");
  if (exponent != std::string_view::npos) return number.substr(exponent + 1, 1) == "-";
  const std::size_t first = number.find_first_not_of("+-0");
  return first != std::string_view::npos && number[first] == '.';
}

bool is_digit(char ch) { return ch >= '0' && ch <= '9'; }

// Bytes of the first UTF-8 character of the text.
std::size_t character_size(std::string_view text) {
  std::size_t size = text.empty() ? 0 : 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return size;
}

constexpr std::array<std::string_view, 5> kSpaces{" ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89",
                                                  "\xE2\x80\x87"};
constexpr std::array<std::string_view, 2> kApostrophes{"'", "\xE2\x80\x99"};

// Bytes of a thousands separator at the front of the text, 0 if none.
std::size_t separator_size(std::string_view text, const std::string& thousands) {
  const auto size_in = [text](const auto& list) -> std::size_t {
    for (const std::string_view one : list) {
      if (text.substr(0, one.size()) == one) return one.size();
    }
    return 0;
  };
  if (thousands == "space") return size_in(kSpaces);
  if (thousands == "'") return size_in(kApostrophes);
  return !thousands.empty() && text.substr(0, thousands.size()) == thousands ? thousands.size() : 0;
}

std::string_view stripped(std::string_view cell, const std::string& strip) {
  if (strip.empty()) return cell;
  const auto is_stripped = [&strip](std::string_view character) {
    for (std::string_view rest = strip; !rest.empty(); rest.remove_prefix(character_size(rest))) {
      if (rest.substr(0, character_size(rest)) == character) return true;
    }
    return character == " " || character == kSpaces[1];
  };
  while (!cell.empty() && is_stripped(cell.substr(0, character_size(cell))))
    cell.remove_prefix(character_size(cell));
  while (!cell.empty()) {
    std::size_t last = cell.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(cell[last]) & 0xC0) == 0x80) --last;
    if (!is_stripped(cell.substr(last))) break;
    cell = cell.substr(0, last);
  }
  return cell;
}

// The number with a decimal point and without separators; not a number if its groups are not of
// three digits.
std::string plain_number(std::string_view cell, const NumberFormat& format) {
  std::string plain;
  std::size_t at = 0, group = 0, groups = 0;
  if (at < cell.size() && (cell[at] == '-' || cell[at] == '+')) plain += cell[at++];
  while (at < cell.size()) {
    const std::size_t separator = separator_size(cell.substr(at), format.thousands);
    if (is_digit(cell[at])) {
      plain += cell[at++];
      ++group;
    } else if (separator > 0) {
      if (group == 0 || group > 3 || (groups > 0 && group != 3)) return std::string(cell) + '?';
      ++groups;
      group = 0;
      at += separator;
    } else {
      break;
    }
  }
  if (groups > 0 && group != 3) return std::string(cell) + '?';
  if (at < cell.size() && cell[at] == format.decimal) {
    plain += '.';
    ++at;
  } else if (at < cell.size() && cell[at] == '.') {
    return std::string(cell) + '?';  // a point that is not a decimal point: no number
  }
  return plain + std::string(cell.substr(at));
}

}  // namespace

CellValue parse_cell(std::string_view cell, const NumberFormat& format) {
  if (format.plain()) return parse_cell(cell);
  cell = trimmed(cell);
  if (is_missing(cell)) return {CellKind::missing, kNaN};
  // A sign may come before a currency: -$3.
  const std::string_view bare = stripped(cell, format.strip);
  std::string text;
  if (bare.size() == cell.size() && !cell.empty() && (cell[0] == '-' || cell[0] == '+')) {
    text = cell.substr(0, 1);
    text += stripped(cell.substr(1), format.strip);
  } else {
    text = bare;
  }
  return parse_cell(plain_number(text, format));
}

bool has_separators(std::string_view cell) {
  if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
  if (cell.empty() || !is_digit(cell.front()) || !is_digit(cell.back())) return false;
  const auto separates = [](std::string_view character) {
    return character == "." || character == "," ||
           std::find(kSpaces.begin(), kSpaces.end(), character) != kSpaces.end() ||
           std::find(kApostrophes.begin(), kApostrophes.end(), character) != kApostrophes.end();
  };
  std::size_t group = 0, separators = 0, first = 0;
  for (; !cell.empty(); cell.remove_prefix(character_size(cell))) {
    if (is_digit(cell[0])) {
      ++group;
      continue;
    }
    // All groups but the first and the decimals have three digits: 01.07.2016 is not a number.
    if (!separates(cell.substr(0, character_size(cell)))) return false;
    if (separators++ == 0)
      first = group;
    else if (group != 3)
      return false;
    group = 0;
  }
  return separators == 1 || (separators > 1 && first <= 3);
}

bool has_signs(std::string_view cell) {
  // Per cent, dollar, euro, pound, yen, rupee, degree.
  const std::string signs = "%$\xE2\x82\xAC\xC2\xA3\xC2\xA5\xE2\x82\xB9\xC2\xB0";
  cell = trimmed(cell);
  if (!cell.empty() && (cell[0] == '-' || cell[0] == '+')) cell.remove_prefix(1);
  const std::string_view bare = stripped(cell, signs);
  if (bare.empty() || bare.size() == cell.size()) return false;
  return has_separators(bare) || parse_cell(bare).kind == CellKind::number;
}

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
  std::size_t cut = kShown;  // do not cut inside a UTF-8 character
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
