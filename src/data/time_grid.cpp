// Tries the possible steps in order: months; the most common difference; if that leaves gaps, a
// calendar of weekdays or sessions; last, a grid that all times miss by a little. A row off the
// grid is an error that names it.
#include "data/time_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "data/step_search.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::int64_t kMostRowsFilled = 100'000;
constexpr std::int64_t kMostGrowth = 10;

struct Fault {
  const char* what;
  std::string expected;
  std::string hint;
};

// Reports a fault between a row and the row before it.
[[noreturn]] void fail_at(const TimeColumn& column, std::size_t row, const Fault& fault) {
  throw Error(ErrorCode::data, {.where = column.where(row),
                                .what = fault.what,
                                .expected = fault.expected,
                                .got = fmt::format("'{}' after '{}' in line {}", column.text(row),
                                                   column.text(row - 1), column.lines[row - 1]),
                                .hint = fault.hint});
}

[[noreturn]] void fail_off_grid(const TimeColumn& column, std::size_t row, const TimeStep& step) {
  fail_at(column, row,
          {"time off the grid",
           fmt::format("whole steps of {}, as between most rows", step_in_words(step)),
           fmt::format("leave a missing row out or write it with empty cells, but at its time on "
                       "the grid; {}--time none takes the rows as equally spaced",
                       column.written.empty() ? ""
                                              : "--zone, such as Europe/Berlin, counts on a clock "
                                                "whose offset from UTC changes; ")});
}

void place_row(TimeGrid& grid, const TimeColumn& column, std::size_t row, std::int64_t place) {
  const auto rows = static_cast<std::int64_t>(column.times.size());
  const std::int64_t most_rows = std::max(kMostGrowth * rows, kMostRowsFilled);
  if (place >= most_rows) {
    fail_at(column, row,
            {"gaps too wide to fill",
             fmt::format("at most {} rows, {} apart, once gaps are filled", most_rows,
                         describe(grid.step)),
             "correct this time, or start the file after the gap"});
  }
  grid.row_of[row] = static_cast<std::size_t>(place);
}

// Places each row by its steps from the row before; nullopt if a row is off the grid, whose index
// goes to `off`.
std::optional<TimeGrid> placed(const TimeColumn& column, const TimeStep& step, std::size_t& off) {
  TimeGrid grid{.step = step, .start = column.times.front(), .row_of = {}};
  grid.row_of.assign(column.times.size(), 0);
  std::int64_t place = 0;
  for (std::size_t row = 1; row < column.times.size(); ++row) {
    const std::optional<std::int64_t> steps =
        steps_between(column.times[row - 1], column.times[row], step, column.clock);
    off = row;
    if (!steps || *steps < 1) return std::nullopt;
    place += *steps;
    place_row(grid, column, row, place);
  }
  return grid;
}

std::optional<TimeGrid> snapped_grid(const TimeColumn& column) {
  const std::optional<NearGrid> near = find_near_grid(column.times);
  if (!near) return std::nullopt;
  TimeGrid grid{.step = {.micros = near->micros}, .row_of = {}};
  grid.row_of.assign(column.times.size(), 0);
  const auto place_of = [&](Timestamp time) {
    return floor_divide(time - near->phase + near->micros / 2, near->micros);
  };
  const std::int64_t first = place_of(column.times.front());
  grid.start = near->phase + first * near->micros;
  for (std::size_t row = 0; row < column.times.size(); ++row) {
    const std::int64_t place = place_of(column.times[row]);
    const std::int64_t miss = std::abs(column.times[row] - near->phase - place * near->micros);
    grid.snapped += miss > 0 ? 1 : 0;
    grid.farthest = std::max(grid.farthest, miss);
    if (row > 0) place_row(grid, column, row, place - first);
  }
  return grid;
}

void check_holidays(const TimeColumn& column, const std::vector<Timestamp>& walls,
                    const std::vector<std::int64_t>& holidays) {
  for (std::size_t row = 0; row < walls.size(); ++row) {
    if (!std::binary_search(holidays.begin(), holidays.end(), day_of(walls[row]))) continue;
    throw Error(ErrorCode::data, {.where = column.where(row),
                                  .what = "a row on a holiday",
                                  .expected = "no rows on the days of --holidays",
                                  .got = fmt::format("'{}'", column.text(row)),
                                  .hint = "remove the day from that file"});
  }
}

// Whether a calendar of days is worth searching: the plain grid has gaps.
bool has_gaps(const TimeGrid& grid) { return grid.row_of.back() + 1 > grid.row_of.size(); }

}  // namespace

TimeGrid find_grid(const TimeColumn& column, const std::vector<std::int64_t>& holidays) {
  TimeGrid grid;
  const std::size_t rows = column.times.size();
  grid.row_of.assign(rows, 0);
  if (rows > 0) grid.start = column.times.front();
  if (rows < 2) return grid;
  std::vector<Timestamp> walls;
  walls.reserve(rows);
  for (const Timestamp time : column.times) walls.push_back(column.clock.wall(time));

  std::size_t off = 0;
  if (std::optional<TimeStep> step = find_months(walls, holidays)) {
    if (std::optional<TimeGrid> months = placed(column, *step, off)) return *months;
    fail_off_grid(column, off, *step);
  }
  check_holidays(column, walls, holidays);
  // Steps of whole days are counted on the wall clock: in elapsed time they change with summer
  // time.
  std::int64_t micros = commonest_difference(walls);
  const bool days = micros % kDay == 0;
  if (!days) micros = commonest_difference(column.times);
  const TimeStep plain{.micros = micros};
  std::optional<TimeGrid> found = placed(column, plain, off);
  const std::size_t first_off = off;
  if (!found || has_gaps(*found)) {
    const std::optional<TimeStep> calendar =
        days ? find_weekdays(walls, holidays) : find_sessions(walls, micros, holidays);
    std::size_t off_calendar = 0;
    if (calendar) {
      if (std::optional<TimeGrid> on = placed(column, *calendar, off_calendar)) return *on;
    }
  }
  if (!found) found = snapped_grid(column);
  if (!found) fail_off_grid(column, first_off, plain);
  return *found;
}

TimeGrid place_on_grid(const TimeColumn& column, const TimeStep& step) {
  const Timestamp first = column.times.front();
  if (!steps_between(first, first, step, column.clock)) {
    throw Error(ErrorCode::data, {.where = column.where(0),
                                  .what = "a time that the model's calendar does not have",
                                  .expected = fmt::format("rows {} apart", step_in_words(step)),
                                  .got = fmt::format("'{}'", column.text(0)),
                                  .hint = "leave the row out"});
  }
  std::size_t off = 0;
  std::optional<TimeGrid> grid = placed(column, step, off);
  if (!grid) fail_off_grid(column, off, step);
  return *grid;
}

}  // namespace sluice::data
