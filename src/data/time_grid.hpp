// The regular grid that the times of a file's rows lie on: its step, and where each row stands on
// it.
#pragma once

#include <cstddef>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/time_column.hpp"

namespace sluice::data {

struct TimeGrid {
  TimeStep step;                    ///< Unknown for a single row.
  std::vector<std::size_t> row_of;  ///< Place on the grid of each row read: rises from 0.
};

/// Finds the step, which is the commonest difference between neighbours (of two, the smaller): in
/// whole months where all times share the day of the month and the time of day, or all are ends of
/// months; else in seconds. Throws Error(data), naming the line and both times, where a time does
/// not rise, lies off the grid, or leaves a gap that makes of the rows more than ten times as many
/// and more than 100,000.
TimeGrid find_grid(const TimeColumn& column);

}  // namespace sluice::data
