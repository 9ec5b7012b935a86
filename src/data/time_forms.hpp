// Which forms a cell may have: a text may be a time in several, a number a stamp or a count of
// seconds.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "data/time_format.hpp"

namespace sluice::data {

/// The forms in which the cell is a time and not a number as well, as the cell itself is written;
/// several where the order of day, month and year is open. Empty where it is none.
std::vector<TimeFormat> time_forms(std::string_view cell);

/// The forms in which a number may be a time: digits from the year down (20160701, 201607011330),
/// then units since 1970 by their size. `years`: also months (201607) and years (2016), which are
/// numbers as a rule.
std::vector<TimeFormat> number_forms(std::string_view cell, bool years);

/// Whether the text looks like a time, perhaps in a form that is not known: a year beside other
/// digits or letters.
bool resembles_time(std::string_view cell);

/// A time as this program has written it into a model: ISO 8601, or seconds since 1970. In UTC
/// where it states an offset.
std::optional<Timestamp> stored_time(std::string_view text);

}  // namespace sluice::data
