// An architecture as one line of text, and back: "3 -> 64 -> 64, head=1, peephole". Words of the
// cell's options are parsed by cell_words.
#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "model/cell_words.hpp"
#include "model/option_names.hpp"
#include "sluice/architecture.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

constexpr std::string_view kArrow = "->";

[[noreturn]] void refuse(std::string_view text, const std::string& what,
                         const std::string& expected) {
  throw Error(ErrorCode::usage, {.where = "architecture '" + std::string(text) + "'",
                                 .what = what,
                                 .expected = expected,
                                 .got = "",
                                 .hint = "\"3 -> 64 -> 64, head=1, peephole\" is an example"});
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    parts.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(end + at.size());
  }
  parts.push_back(trimmed(text));
  return parts;
}

template <class Number>
Number number_in(std::string_view part, std::string_view text) {
  Number value{};
  const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
  if (read.ec != std::errc() || read.ptr != part.data() + part.size())
    refuse(text, "'" + std::string(part) + "' is no number", "sizes, then words, with commas");
  return value;
}

}  // namespace

std::string to_text(const Architecture& architecture) {
  std::string text = std::to_string(architecture.input);
  for (const std::size_t hidden : architecture.hidden) text += fmt::format(" -> {}", hidden);
  if (architecture.output > 0) text += fmt::format(", head={}", architecture.output);
  if (architecture.biases != 1) text += fmt::format(", biases={}", architecture.biases);
  if (architecture.cell.projection > 0)
    text += fmt::format(", projection={}", architecture.cell.projection);
  if (architecture.direction == Direction::both) text += ", bidirectional";
  if (architecture.direction == Direction::reverse) text += ", reverse";
  if (architecture.merge != Merge::concat)
    text += fmt::format(", merge={}", name(architecture.merge));
  if (architecture.dropout > 0.0) text += fmt::format(", dropout={}", architecture.dropout);
  for (const std::string& word : cell_words(architecture)) text += ", " + word;
  return text;
}

Architecture architecture_from_text(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ",");
  Architecture architecture;
  const std::vector<std::string_view> sizes = split(parts[0], kArrow);
  if (sizes.size() < 2) refuse(text, "no layers", "the inputs, and the units of each layer");
  architecture.input = number_in<std::size_t>(sizes[0], text);
  for (std::size_t layer = 1; layer < sizes.size(); ++layer)
    architecture.hidden.push_back(number_in<std::size_t>(sizes[layer], text));
  const auto own = [&](std::string_view name, const std::string& value) {
    if (name == "head") {
      architecture.output = number_in<std::size_t>(value, text);
    } else if (name == "biases") {
      architecture.biases = number_in<std::size_t>(value, text);
    } else if (name == "projection") {
      architecture.cell.projection = number_in<std::size_t>(value, text);
    } else if (name == "bidirectional" && value.empty()) {
      architecture.direction = Direction::both;
    } else if (name == "reverse" && value.empty()) {
      architecture.direction = Direction::reverse;
    } else if (name == "merge") {
      const auto merge = from_name<Merge>(value);
      if (!merge) refuse(text, "no such merge '" + value + "'", "one of " + names_of<Merge>());
      architecture.merge = *merge;
    } else if (name == "dropout") {
      architecture.dropout = number_in<double>(value, text);
    } else {
      return false;
    }
    return true;
  };
  apply_cell_words({parts.begin() + 1, parts.end()}, "architecture, word", architecture, own);
  check(architecture);
  return architecture;
}

}  // namespace sluice
