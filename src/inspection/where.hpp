// Selects layers, units and steps: "layer 0, units 3-7, steps 100:200".
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

#include "model/parameters.hpp"

namespace sluice::inspection {

/// first <= n < last.
struct Range {
  std::size_t first = 0, last = std::numeric_limits<std::size_t>::max();
  bool holds(std::size_t n) const { return first <= n && n < last; }
  std::size_t count() const { return last - first; }
};

struct Where {
  Range layers, units, steps;
  std::optional<std::size_t> direction;  ///< 0 forward, 1 reverse; nothing: both.

  bool holds(std::size_t layer, std::size_t of_direction, std::size_t step) const {
    return layers.holds(layer) && steps.holds(step) && (!direction || *direction == of_direction);
  }
};

/// Parts separated by commas, each at most once, in any order: `layer N`, `layers A-B`, `unit N`,
/// `units A-B` (B included), `step N`, `steps A:B` (B excluded, either may be left out), `forward`,
/// `reverse`. A part that is left out selects everything. `steps`: the rows of the data. Throws
/// Error(usage) with the grammar for any other text, and for a part that the network does not have.
Where parse_where(std::string_view text, const Architecture& arch, Range steps);

/// The grammar in one line, for messages.
inline constexpr std::string_view kWhereGrammar =
    "layer N | layers A-B | unit N | units A-B | step N | steps A:B | forward | reverse";

}  // namespace sluice::inspection
