// The regular grid that the times of a file's rows lie on: its step, and where each row stands on
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/time_column.hpp"
#include "data/time_step.hpp"

namespace sluice::data {

struct TimeGrid {
  TimeStep step;                    ///< Unknown for a single row.
  Timestamp start = 0;              ///< Of the first row on the grid.
  std::vector<std::size_t> row_of;  ///< Place on the grid of each row read: rises from 0.
  std::size_t snapped = 0;          ///< Times that missed the grid a little and were moved onto it.
  std::int64_t farthest = 0;        ///< By how many microseconds at most.
};

/// Finds the step of times that rise, as docs/tables.md says: months, else days that leave out the
/// same days of every week, else the commonest difference (of two, the smaller) with the hours of
/// the day that have rows. `holidays`: days without rows. Throws Error(data), naming the line and
/// both times, where a time lies off the grid, or leaves a gap that makes of the rows more than ten
/// times as many and more than 100,000.
TimeGrid find_grid(const TimeColumn& column, const std::vector<std::int64_t>& holidays = {});

/// Places the times on the grid of a known step; nothing is found anew. Throws as find_grid.
TimeGrid place_on_grid(const TimeColumn& column, const TimeStep& step);

}  // namespace sluice::data
