#include "inspection/where.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "inspection/words.hpp"
#include "sluice/error.hpp"

namespace sluice::inspection {
namespace {

[[noreturn]] void refuse(std::string_view part, const std::string& what,
                         const std::string& expected) {
  throw Error(ErrorCode::usage, {.where = "'" + std::string(part) + "'",
                                 .what = what,
                                 .expected = expected,
                                 .hint = "for example: layer 0, units 3-7, steps 100:200"});
}

// One part with its number or range, the end included.
class Part {
 public:
  Part(std::string_view text, char between) : text_(text) {
    const std::size_t blank = text.find(' ');
    name_ = text.substr(0, blank);
    if (blank == std::string_view::npos) return;
    const std::string_view rest = trimmed(text.substr(blank));
    const std::size_t at = rest.find(between);
    alone_ = at == std::string_view::npos;
    first_ = trimmed(rest.substr(0, at));
    last_ = alone_ ? first_ : trimmed(rest.substr(at + 1));
  }

  // Within 0 .. count - 1. `open`: the end is excluded, and either end may be left out.
  Range range(const char* of_what, Range allowed, bool open) const {
    const bool half_open = open && !alone_;
    Range range = allowed;
    if (!(half_open && first_.empty())) range.first = number(first_);
    if (!(half_open && last_.empty())) range.last = number(last_) + (half_open ? 0 : 1);
    if (range.first >= range.last || range.first < allowed.first || range.last > allowed.last) {
      refuse(text_, std::string("no such ") + of_what,
             std::to_string(allowed.first) + " to " + std::to_string(allowed.last - 1) +
                 ", the first before the last");
    }
    return range;
  }

  std::string_view name() const { return name_; }

 private:
  std::size_t number(std::string_view digits) const {
    if (const auto value = number_in<std::size_t>(digits)) return *value;
    refuse(text_, "not a part of the network", std::string(kWhereGrammar));
  }

  std::string_view text_, name_, first_, last_;
  bool alone_ = true;
};

}  // namespace

Where parse_where(std::string_view text, const Architecture& arch, Range steps) {
  Where where;
  where.steps = steps;
  const std::size_t widest = *std::max_element(arch.hidden.begin(), arch.hidden.end());
  std::vector<char> seen;
  for (const std::string_view one : split(text, ',')) {
    const bool of_steps = one.substr(0, 4) == "step";
    const Part part(one, of_steps ? ':' : '-');
    const std::string_view name = part.name();
    if (name == "layer" || name == "layers") {
      where.layers = part.range("layers", {0, arch.layers()}, false);
    } else if (name == "unit" || name == "units") {
      where.units = part.range("units", {0, widest}, false);
    } else if (name == "step" || name == "steps") {
      where.steps = part.range("steps", steps, true);
    } else if (one == "forward" || one == "reverse") {
      const bool reverse = one == "reverse";
      if (arch.direction != Direction::both && reverse != (arch.direction == Direction::reverse))
        refuse(one, "the network has no such direction", reverse ? "forward" : "reverse");
      if (arch.direction == Direction::both) where.direction = reverse ? 1 : 0;
    } else {
      refuse(one, "not a part of the network", std::string(kWhereGrammar));
    }
    const char kind = one == "forward" || one == "reverse" ? 'd' : name.front();
    if (std::find(seen.begin(), seen.end(), kind) != seen.end())
      refuse(one, "said twice", "each part once");
    seen.push_back(kind);
  }
  return where;
}

}  // namespace sluice::inspection
