// Checks that times rise, explains common reasons if they do not (summer time, several series in
// one file), and resolves wall-clock times that occur twice by the order of the rows.
#include "data/time_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr std::int64_t kMostPutBack = 3 * kHour;

struct Fault {
  const char* what;
  const char* expected;
  std::string hint;
};

[[noreturn]] void fail_at(const TimeColumn& column, std::size_t row, const Fault& fault) {
  std::string got = fmt::format("'{}'", column.text(row));
  if (row > 0) {
    got += fmt::format(" after '{}' in line {}", column.text(row - 1), column.lines[row - 1]);
  }
  throw Error(ErrorCode::data, {.where = column.where(row),
                                .what = fault.what,
                                .expected = fault.expected,
                                .got = got,
                                .hint = fault.hint});
}

// Whether the times fall back rarely and by little, as when summer time ends.
bool put_back(const std::vector<Timestamp>& times) {
  constexpr std::size_t kRowsPerChange = 24;
  std::size_t falls = 0;
  for (std::size_t row = 1; row < times.size(); ++row) {
    if (times[row] > times[row - 1]) continue;
    ++falls;
    // The hour repeats: its times occurred before.
    std::size_t before = row;
    while (before > 0 && times[before - 1] != times[row] &&
           times[row] - times[before - 1] < kMostPutBack)
      --before;
    if (times[row - 1] - times[row] > kMostPutBack || before == 0 ||
        times[before - 1] != times[row])
      return false;
  }
  return falls * kRowsPerChange <= times.size();
}

std::string hint_for(const TimeColumn& column) {
  if (column.clock.local() && column.format.clock != ClockPrecision::none &&
      put_back(column.times)) {
    return "a clock that was put back at the end of summer time: say on which clock the times are, "
           "as "
           "--zone Europe/Berlin, or write them in UTC";
  }
  std::string hint = "several series in one file want a column each";
  if (column.format.clock == ClockPrecision::none && column.format.unit == TimeUnit::none)
    hint += "; a time of day in another column is named too: --time DATE,TIME";
  return hint;
}

}  // namespace

void check_order(const TimeColumn& column) {
  const std::vector<Timestamp>& times = column.times;
  for (std::size_t row = 1; row < times.size(); ++row) {
    if (times[row] > times[row - 1]) continue;
    if (times[row] == times[row - 1])
      fail_at(column, row, {"repeated time", "one row per time", hint_for(column)});
    if (column.clock.local() && put_back(times))
      fail_at(column, row, {"unordered time", "rows from old to new", hint_for(column)});
    const bool newest_first = std::is_sorted(times.rbegin(), times.rend());
    fail_at(column, row,
            {"unordered time", "rows from old to new",
             newest_first ? "the rows run from new to old: --sort reverses them"
                          : "--sort sorts the rows by time; " + hint_for(column)});
  }
}

std::vector<std::size_t> sorted_order(std::span<const Timestamp> times) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&times](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  return order;
}

namespace {

// A run of rows within one repeated hour, read as its first occurrence: an error unless some of
// them turn out to belong to the second.
struct Passage {
  bool open = false, twice = false;
  std::size_t row = 0;
};

std::int64_t median_difference(const std::vector<Timestamp>& walls) {
  std::vector<std::int64_t> differences;
  for (std::size_t row = 1; row < walls.size(); ++row)
    differences.push_back(walls[row] - walls[row - 1]);
  if (differences.empty()) return kDay;
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  return *middle;
}

}  // namespace

void to_instants(TimeColumn& column, const Zone& zone) {
  // Rows more than an hour apart need not visit the hour twice.
  const bool dense = median_difference(column.times) <= kHour;
  const std::vector<Timestamp> walls = column.times;
  const auto fail = [&](std::size_t row, const Fault& fault) {
    TimeColumn shown = column;
    shown.times = walls;
    shown.clock = {};
    fail_at(shown, row, fault);
  };
  const auto close = [&](Passage& passage) {
    if (passage.open && !passage.twice && dense) {
      fail(passage.row, {"a time that occurs twice",
                         "rows that go through this hour twice, as the clock did, or not at all",
                         "the clock of " + zone.name() +
                             " was put back here: leave the rows of this hour out, or write "
                             "times with their offset from UTC"});
    }
    passage = {};
  };
  Passage passage;
  for (std::size_t row = 0; row < walls.size(); ++row) {
    const Zone::Instants found = zone.instants(walls[row]);
    if (found.count == 0) {
      fail(row, {"a time that did not exist", "a time that the zone's clock showed",
                 "the clock of " + zone.name() + " was put forward here: is it the right zone?"});
    }
    if (found.count == 1) {
      close(passage);
      column.times[row] = found.at[0];
      continue;
    }
    const bool second = row > 0 && column.times[row - 1] >= found.at[0];
    column.times[row] = found.at[second ? 1 : 0];
    if (!passage.open) passage = {true, false, row};
    passage.twice = passage.twice || second;
  }
  // A passage still open at the end of the file is fine: the second may follow.
}

}  // namespace sluice::data
