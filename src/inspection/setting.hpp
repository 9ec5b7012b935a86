// What `--set` says: which signal of which units is held, replaced, scaled or added to, and when.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspection/where.hpp"
#include "reference/cell.hpp"

namespace sluice::inspection {

struct Assignment {
  enum class Kind {
    replace,  ///< f=1
    scale,    ///< f*=0.5
    add,      ///< f+=0.1
    hold,     ///< f=hold: what it was at the step before the first changed one
    mean,     ///< f=mean: its mean over the untouched run, unit by unit
  };
  reference::Signal signal;
  Kind kind;
  double value = 0.0;
};

struct Setting {
  std::string text;  ///< As given.
  std::vector<Assignment> assignments;
  Where where;
};

/// `SIGNAL=NUMBER[, ..] [@ PLACES]`: signals f i g o c h, `=`, `*=` or `+=` before a number,
/// `=hold`,
/// `=mean`; PLACES as where.hpp says. Throws Error(usage) with the grammar and an example for
/// anything else, for what the network does not have, and for a signal said twice.
Setting parse_setting(std::string_view text, const Architecture& of, Range steps);

/// "f", "i", ..
std::string_view name(reference::Signal signal);

}  // namespace sluice::inspection
