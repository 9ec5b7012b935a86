#include "data/table_grid.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>
#include <vector>

#include "data/time_grid.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string counted(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

TimeGrid grid_of(const TimeColumn& column, const TableOptions& options) {
  constexpr std::size_t kFewRows = 10;
  const std::size_t rows = column.times.size();
  if (options.remembered_step.known()) {
    try {
      TimeGrid grid = place_on_grid(column, options.remembered_step);
      if (rows <= kFewRows || (grid.row_of.back() + 1) * 6 <= rows * 10) return grid;
    } catch (const Error&) {
      // The file has a step of its own, which its reader compares.
    }
  }
  return find_grid(column, options.holidays);
}

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::size_t>& order) {
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::size_t row : order) sorted.push_back(values[row]);
  values = std::move(sorted);
}

}  // namespace

void put_on_grid(Table& table, TimeColumn time, const TableOptions& options) {
  if (!time.order.empty()) {
    for (Column& column : table.columns) reorder(column.values, time.order);
    reorder(table.lines, time.order);
    table.understood.emplace_back("rows sorted by time");
  }
  const TimeGrid grid = grid_of(time, options);
  table.time_name = time.name;
  table.format = print_form(time.format);
  table.time_form = name_of(time.format);
  table.clock = time.clock;
  const bool remembered = !options.remembered_clock.empty() && options.remembered_clock != "local";
  if (remembered && !time.clock.local()) table.clock = Clock::named(options.remembered_clock);
  table.step = grid.step;
  table.times = std::move(time.times);
  std::string words = fmt::format("times in '{}' as {}", time.name, describe(time.format));
  if (!table.clock.local()) words += fmt::format(" on the clock of {}", table.clock.name());
  table.understood.insert(table.understood.begin(), words);
  if (grid.snapped > 0) {
    table.understood.push_back(
        fmt::format("{} snapped onto the grid, by {:g} s at most", counted(grid.snapped, "time"),
                    static_cast<double>(grid.farthest) / static_cast<double>(kSecond)));
  }
  const std::size_t rows = grid.row_of.back() + 1;
  if (rows == table.times.size() && grid.snapped == 0) return;
  if (rows > table.times.size())
    table.understood.push_back(counted(rows - table.times.size(), "missing row") + " filled in");
  for (Column& column : table.columns) {
    std::vector<double> spread(rows, kNaN);
    for (std::size_t i = 0; i < grid.row_of.size(); ++i) spread[grid.row_of[i]] = column.values[i];
    column.values = std::move(spread);
  }
  std::vector<std::size_t> lines(rows, 0);
  std::vector<Timestamp> times(rows);
  std::vector<bool> there(rows, false);
  for (std::size_t i = 0; i < grid.row_of.size(); ++i) {
    lines[grid.row_of[i]] = table.lines[i];
    times[grid.row_of[i]] = table.times[i];
    there[grid.row_of[i]] = grid.snapped == 0;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (there[row]) continue;
    times[row] = row == 0 ? grid.start : add_steps(times[row - 1], 1, grid.step, table.clock);
  }
  table.lines = std::move(lines);
  table.times = std::move(times);
}

}  // namespace sluice::data
