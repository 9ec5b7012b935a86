#include "data/time_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::int64_t kMostRowsFilled = 100'000;
constexpr std::int64_t kMostGrowth = 10;
constexpr std::int64_t kDay = 86'400;

struct Fault {
  const char* what;
  std::string expected;
  std::string hint;
};

// The fault between a row and the row before it.
[[noreturn]] void fail_at(const TimeColumn& column, std::size_t row, const Fault& fault) {
  throw Error(
      ErrorCode::data,
      {.where = fmt::format("{}:{}, column '{}'", column.path, column.lines[row], column.name),
       .what = fault.what,
       .expected = fault.expected,
       .got =
           fmt::format("'{}' after '{}' in line {}", format_time(column.times[row], column.format),
                       format_time(column.times[row - 1], column.format), column.lines[row - 1]),
       .hint = fault.hint});
}

void check_order(const TimeColumn& column) {
  const std::vector<Timestamp>& times = column.times;
  for (std::size_t row = 1; row < times.size(); ++row) {
    if (times[row] > times[row - 1]) continue;
    if (times[row] == times[row - 1]) {
      fail_at(
          column, row,
          {"repeated time", "one row per time",
           "several series in one file want a column each; a clock that was put back wants UTC"});
    }
    const bool newest_first = std::is_sorted(times.rbegin(), times.rend());
    fail_at(
        column, row,
        {"unordered time", "rows from old to new",
         newest_first ? "the rows run from new to old: sort them by time"
                      : "sort the rows by time; several series in one file want a column each"});
  }
}

// Whether the times count months: same day of the month and time of day, or all ends of months.
bool counts_months(const TimeColumn& column, bool& month_end) {
  const std::int64_t offset = column.format.offset;
  const CalendarTime first = calendar_time(column.times.front() + offset);
  month_end = true;
  bool same_day = true;
  for (const Timestamp time : column.times) {
    if ((time - column.times.front()) % kDay != 0) return false;
    const CalendarTime at = calendar_time(time + offset);
    month_end = month_end && at.month_end;
    same_day = same_day && at.day == first.day;
    if (!month_end && !same_day) return false;
  }
  return true;
}

std::int64_t commonest(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  std::int64_t best = 0;
  std::ptrdiff_t best_count = 0;
  for (auto begin = values.begin(); begin != values.end();) {
    const auto end = std::upper_bound(begin, values.end(), *begin);
    if (end - begin > best_count) {
      best_count = end - begin;
      best = *begin;
    }
    begin = end;
  }
  return best;
}

std::string off_grid_hint(const TimeColumn& column) {
  if (column.format.offsets_differ) {
    return "the offset from UTC changes within the file: write the times of days without an offset";
  }
  return "leave a missing row out or write it with empty cells, but at its time on the grid";
}

}  // namespace

TimeGrid find_grid(const TimeColumn& column) {
  TimeGrid grid;
  const std::size_t rows = column.times.size();
  grid.row_of.assign(rows, 0);
  if (rows < 2) return grid;
  check_order(column);

  bool month_end = false;
  const bool months = counts_months(column, month_end);
  const auto position = [&column, months](std::size_t row) {
    if (!months) return column.times[row];
    const CalendarTime at = calendar_time(column.times[row] + column.format.offset);
    return std::int64_t{at.year} * 12 + at.month;
  };
  std::vector<std::int64_t> differences(rows - 1);
  for (std::size_t row = 1; row < rows; ++row)
    differences[row - 1] = position(row) - position(row - 1);
  const std::int64_t step = commonest(differences);
  if (months) {
    grid.step = {.seconds = 0, .months = step, .month_end = month_end};
  } else {
    grid.step = {.seconds = step, .months = 0, .month_end = false};
  }

  const std::int64_t most_rows =
      std::max(kMostGrowth * static_cast<std::int64_t>(rows), kMostRowsFilled);
  std::int64_t place = 0;
  for (std::size_t row = 1; row < rows; ++row) {
    const std::int64_t difference = differences[row - 1];
    if (difference % step != 0) {
      fail_at(column, row,
              {"time off the grid",
               fmt::format("whole steps of {}, as between most rows", describe(grid.step)),
               off_grid_hint(column)});
    }
    place += difference / step;
    if (place >= most_rows) {
      fail_at(column, row,
              {"gaps too wide to fill",
               fmt::format("at most {} rows, {} apart, once gaps are filled", most_rows,
                           describe(grid.step)),
               "correct this time, or start the file behind the gap"});
    }
    grid.row_of[row] = static_cast<std::size_t>(place);
  }
  return grid;
}

}  // namespace sluice::data
