// The regular grid of a file's times: its step, and the position of each row on it.
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
  Timestamp start = 0;              ///< Time of the first row on the grid.
  std::vector<std::size_t> row_of;  ///< Grid position of each row read, ascending from 0.
  std::size_t snapped = 0;          ///< Times slightly off the grid that were moved onto it.
  std::int64_t farthest = 0;        ///< Largest such move in microseconds.
};

/// Finds the step of ascending times, see docs/tables.md: months, else days that omit the same
/// weekdays every week, else the most common difference (of two, the smaller) with the hours of the
/// day that have rows. `holidays`: days without rows. Throws Error(data), naming the line and both
/// times, if a time lies off the grid, or if filling a gap would give more than ten times the rows
/// and more than 100,000.
TimeGrid find_grid(const TimeColumn& column, const std::vector<std::int64_t>& holidays = {});

/// Places the times on the grid of a known step; no search. Throws as find_grid.
TimeGrid place_on_grid(const TimeColumn& column, const TimeStep& step);

}  // namespace sluice::data
