// The expressions of `--set`: hold, replace, scale or shift a signal of some units at some steps.
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
    hold,     ///< f=hold: its value at the step before the first changed one
    mean,     ///< f=mean: each unit's mean over the untouched run
  };
  reference::Signal signal;
  Kind kind;
  double value = 0.0;
};

struct Setting {
  std::string text;  ///< As typed.
  std::vector<Assignment> assignments;
  Where where;
};

/// `SIGNAL=NUMBER[, ..] [@ PLACES]`: signals f i g o c h; `=`, `*=` or `+=` before a number, or
/// `=hold`, `=mean`; PLACES as in where.hpp. Throws Error(usage) with the grammar and an example
/// for any other text, for a part that the network does not have, and for a repeated signal.
Setting parse_setting(std::string_view text, const Architecture& arch, Range steps);

/// "f", "i", ..
std::string_view name(reference::Signal signal);

}  // namespace sluice::inspection
