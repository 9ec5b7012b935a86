// Finds the step of a series of rising times, if it has one. See time_grid.hpp for rows that are
// off it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/time_step.hpp"

namespace sluice::data {

/// A step of whole months: nearly all wall-clock times lie on its days.
std::optional<TimeStep> find_months(const std::vector<Timestamp>& walls,
                                    const std::vector<std::int64_t>& holidays);
/// A step of one day on some weekdays: all times share one time of day and the other weekdays never
/// occur.
std::optional<TimeStep> find_weekdays(const std::vector<Timestamp>& walls,
                                      const std::vector<std::int64_t>& holidays);
/// The hours and weekdays of rows `micros` apart that never fall outside of them.
std::optional<TimeStep> find_sessions(const std::vector<Timestamp>& walls, std::int64_t micros,
                                      const std::vector<std::int64_t>& holidays);

/// The most common difference of neighbours; of two, the smaller. Needs at least two times.
std::int64_t commonest_difference(const std::vector<Timestamp>& times);

/// The nearest grid that all times miss by at most a tenth of the step: its step, and a time on it
/// modulo the step.
struct NearGrid {
  std::int64_t micros = 0, phase = 0;
};
std::optional<NearGrid> find_near_grid(const std::vector<Timestamp>& times);

}  // namespace sluice::data
