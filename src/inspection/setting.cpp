#include "inspection/setting.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "inspection/words.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

using reference::Signal;

constexpr std::array<std::pair<std::string_view, Signal>, 6> kSignals = {{{"f", Signal::f},
                                                                          {"i", Signal::i},
                                                                          {"g", Signal::g},
                                                                          {"o", Signal::o},
                                                                          {"c", Signal::c},
                                                                          {"h", Signal::h}}};

[[noreturn]] void refuse(std::string_view part, const std::string& what) {
  throw Error(ErrorCode::usage,
              {.where = "--set, '" + std::string(part) + "'",
               .what = what,
               .expected = "f|i|g|o|c|h then =, *= or += and a number, =hold or =mean; several "
                           "separated by commas; then @ and places (" +
                           std::string(kWhereGrammar) + ")",
               .hint = "for example: f=1,i=0 @ layer 0, units 3-7, steps 100:200"});
}

Assignment parse_assignment(std::string_view text, const Architecture& arch) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) refuse(text, "not an assignment");
  const char before = text[equals - 1];
  const bool scale = before == '*', add = before == '+';
  const std::string_view signal = trimmed(text.substr(0, equals - (scale || add ? 1 : 0)));
  const std::string_view value = trimmed(text.substr(equals + 1));
  Assignment made{};
  bool known = false;
  for (const auto& [word, one] : kSignals) {
    if (signal != word) continue;
    made.signal = one;
    known = true;
  }
  if (!known) refuse(text, "unknown signal");
  if (arch.cell.kind == CellKind::rnn && made.signal != Signal::g && made.signal != Signal::h)
    refuse(text, "a plain RNN has only g and h");
  made.kind = scale ? Assignment::Kind::scale
              : add ? Assignment::Kind::add
                    : Assignment::Kind::replace;
  if (!scale && !add && (value == "hold" || value == "mean")) {
    made.kind = value == "hold" ? Assignment::Kind::hold : Assignment::Kind::mean;
    return made;
  }
  const auto number = number_in<double>(value);
  if (!number || !std::isfinite(*number)) refuse(text, "no number after the operator");
  made.value = *number;
  return made;
}

}  // namespace

std::string_view name(Signal signal) {
  for (const auto& [word, one] : kSignals) {
    if (one == signal) return word;
  }
  return "";
}

Setting parse_setting(std::string_view text, const Architecture& arch, Range steps) {
  Setting made{.text = std::string(text), .assignments = {}, .where = {}};
  const std::size_t at = text.find('@');
  for (const std::string_view one : split(text.substr(0, at), ',')) {
    const Assignment assignment = parse_assignment(one, arch);
    for (const Assignment& other : made.assignments) {
      if (other.signal == assignment.signal) refuse(one, "the signal is set twice");
    }
    made.assignments.push_back(assignment);
  }
  made.where.steps = steps;
  if (at != std::string_view::npos) made.where = parse_where(text.substr(at + 1), arch, steps);
  return made;
}

}  // namespace sluice::inspection
