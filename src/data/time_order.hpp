// The order of a file's times: checks that they rise, sorts them, and turns wall-clock times into
// instants.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/time_column.hpp"

namespace sluice::data {

/// Throws Error(data), naming the line, at the first time that does not follow the one before.
void check_order(const TimeColumn& column);

/// The permutation that sorts the times; stable.
std::vector<std::size_t> sorted_order(std::span<const Timestamp> times);

/// Converts the column's wall-clock times, in row order, into instants. In an hour that the zone's
/// clock shows twice, rows that go through it again get the second instant. Throws Error(data),
/// naming the line, for a time that did not exist, or if the rows do not tell which of the two it
/// is.
void to_instants(TimeColumn& column, const Zone& zone);

}  // namespace sluice::data
