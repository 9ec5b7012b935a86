// The time formats that a cell may have: a text may fit several, a number may be a date stamp or a
// count of seconds.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "data/time_format.hpp"

namespace sluice::data {

/// The formats in which the cell is a time but not a number; several if the order of day, month and
/// year is open. Empty if it is not a time.
std::vector<TimeFormat> time_forms(std::string_view cell);

/// The formats in which a number may be a time: digits from the year down (20160701, 201607011330),
/// then units since 1970 by their size. `years`: also months (201607) and years (2016), which
/// usually are plain numbers.
std::vector<TimeFormat> number_forms(std::string_view cell, bool years);

/// Whether the text looks like a time, perhaps in an unknown format: a year beside other digits or
/// letters.
bool resembles_time(std::string_view cell);

/// Parses a time as written into model files: ISO 8601, or seconds since 1970. UTC if it states an
/// offset.
std::optional<Timestamp> stored_time(std::string_view text);

}  // namespace sluice::data
