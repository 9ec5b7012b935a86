// Finds the grid of a table's times, or checks them against a remembered step, and spreads the
// columns over it.
#include "data/table_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "data/cell.hpp"
#include "data/step_search.hpp"
#include "data/time_grid.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

// Rows that fill gaps: at most ten times the rows of the file, or this many cells (32 MB).
constexpr std::size_t kMostGrowth = 10;
constexpr std::size_t kMostCellsFilled = 4'000'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string counted(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

TimeGrid grid_of(const TimeColumn& column, const TableOptions& options) {
  const std::size_t rows = column.times.size();
  if (options.remembered_step.known()) {
    try {
      TimeGrid grid = place_on_grid(column, options.remembered_step);
      if ((grid.row_of.back() + 1) * 6 <= rows * 10) return grid;
    } catch (const Error&) {
      if (rows == 1) throw;  // a single row has no step of its own
      // Fall through: the file has its own step, which the caller compares.
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

// Throws if numbers after a year may be quarters or weeks, or month names may come before days, and
// the column's name or values suggest it.
void check_months(const TimeColumn& time) {
  const std::string& form = time.format.date;
  const bool numbers = form == "%Y-%m" || form == "%Y/%m" || form == "%Y%m" || form == "%m/%Y" ||
                       form == "%m-%Y" || form == "%m.%Y";
  const bool two_digits = form == "%b-%y" || form == "%b %y" || form == "%B-%y";
  if (!numbers && !two_digits) return;
  const std::string name = lower_case(time.name);
  bool other = false;
  for (const char* word : {"quarter", "half", "week", "season", "woche", "kw", "trimest"})
    other = other || name.find(word) != std::string::npos;
  int last = 0;
  std::size_t same = 0;
  for (std::size_t row = 0; row < time.times.size(); ++row) {
    const int month = calendar_time(time.clock.wall(time.times[row])).month;
    same += row > 0 && month == calendar_time(time.clock.wall(time.times[row - 1])).month ? 1 : 0;
    last = std::max(last, month);
  }
  constexpr std::size_t kRowsOfEvidence = 8;
  const bool many = time.times.size() >= kRowsOfEvidence;
  const bool quarters = numbers && many && last <= 4 && same == 0;
  const bool days = two_digits && many && same * 10 >= time.times.size() * 8;
  if (!(numbers && other) && !quarters && !days) return;
  throw Error(
      ErrorCode::data,
      {.where = time.where(0),
       .what = days       ? "years of one month, or the days of it"
               : quarters ? "months 1 to 4 alone: they may be quarters"
                          : "a column whose name says that its numbers are not months",
       .expected = "months, or another format",
       .got = "'" + time.text(0) + "'",
       .hint = fmt::format("write quarters as 2016-Q3, weeks as 2016-W26, days with their year; "
                           "--time-format '{}' says that they are months",
                           form)});
}

// Filling gaps costs a cell in every column: the memory is bounded by the size of the file.
void check_filled(const TimeColumn& time, const TimeGrid& grid, std::size_t columns) {
  const std::size_t rows = grid.row_of.size(), filled = grid.row_of.back() + 1 - rows;
  const std::size_t most =
      std::max(kMostGrowth * rows, kMostCellsFilled / std::max<std::size_t>(columns, 1));
  if (filled <= most) return;
  std::size_t behind = 1;  // the row after the widest gap
  for (std::size_t row = 1; row < rows; ++row) {
    if (grid.row_of[row] - grid.row_of[row - 1] > grid.row_of[behind] - grid.row_of[behind - 1])
      behind = row;
  }
  throw Error(
      ErrorCode::data,
      {.where = time.where(behind),
       .what = "gaps too wide to fill in so many columns",
       .expected = fmt::format("at most {} missing rows in {}, {} apart", most,
                               counted(columns, "column"), describe(grid.step)),
       .got = fmt::format("{}, {} of them between '{}' in line {} and '{}'", filled,
                          grid.row_of[behind] - grid.row_of[behind - 1] - 1, time.text(behind - 1),
                          time.lines[behind - 1], time.text(behind)),
       .hint = "correct this time, start the file after the gap, or leave out columns that are not "
               "needed"});
}

}  // namespace

void put_on_grid(Table& table, TimeColumn time, const TableOptions& options) {
  if (!time.order.empty()) {
    for (Column& column : table.columns) reorder(column.values, time.order);
    reorder(table.lines, time.order);
    table.understood.emplace_back("rows sorted by time");
  }
  if (options.form.time_format.empty()) check_months(time);
  const TimeGrid grid = grid_of(time, options);
  check_filled(time, grid, table.columns.size());
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
  if (rows > table.times.size()) {
    table.understood.push_back(counted(rows - table.times.size(), "missing row") + " filled in");
    if (!time.written.empty() && !grid.step.has_calendar() &&
        find_sessions(time.written, grid.step.micros, options.holidays)) {
      table.notes.push_back(fmt::format(
          "the hours of '{}' form a session on a clock whose offset from UTC changes: --zone, such "
          "as Europe/Berlin, finds it, and no rows are then filled in outside of it",
          time.name));
    }
  }
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
