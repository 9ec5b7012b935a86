// The order of a file's times: rising, or an error that says what disturbs it; instants from
// wall-clock times by their order.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/time_column.hpp"

namespace sluice::data {

/// Throws Error(data), naming the line, at the first time that does not follow the one before.
void check_order(const TimeColumn& column);

/// Which row comes n-th when the times rise; equal ones stay in their order.
std::vector<std::size_t> sorted_order(std::span<const Timestamp> times);

/// Turns the column's times, wall-clock times in the order of the rows, into instants. An hour that
/// the zone's clock shows twice is the second where the rows go through it again. Throws
/// Error(data), naming the line, where a time never was, or is in such an hour and the rows do not
/// say which.
void to_instants(TimeColumn& column, const Zone& zone);

}  // namespace sluice::data
