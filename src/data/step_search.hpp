// The step that rising times keep, where they keep one; which rows are off it is time_grid.hpp's
// business.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/calendar_time.hpp"
#include "data/time_step.hpp"

namespace sluice::data {

/// A step of whole months whose days nearly all wall-clock times lie on.
std::optional<TimeStep> find_months(const std::vector<Timestamp>& walls,
                                    const std::vector<std::int64_t>& holidays);
/// A step of one day on some days of the week, where all times are at one time of day and the other
/// days never occur.
std::optional<TimeStep> find_weekdays(const std::vector<Timestamp>& walls,
                                      const std::vector<std::int64_t>& holidays);
/// The hours, and days of the week, of rows `micros` apart that never come outside of them.
std::optional<TimeStep> find_sessions(const std::vector<Timestamp>& walls, std::int64_t micros,
                                      const std::vector<std::int64_t>& holidays);

/// The commonest difference of neighbours; of two, the smaller. At least two times.
std::int64_t commonest_difference(const std::vector<Timestamp>& times);

/// The nearest grid of times that miss it by at most a tenth of the step: its step and the time of
/// day, modulo the step, that it goes through.
struct NearGrid {
  std::int64_t micros = 0, phase = 0;
};
std::optional<NearGrid> find_near_grid(const std::vector<Timestamp>& times);

}  // namespace sluice::data
