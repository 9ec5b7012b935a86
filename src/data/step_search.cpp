// Searches for steps other than a plain duration: months, weekdays, sessions, and grids that times
// miss by a little. Each search returns nothing unless the times support it clearly.
#include "data/step_search.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <map>

namespace sluice::data {
namespace {

// whole weeks without a row on a day before it counts as a day off
constexpr std::int64_t kWeeksOfEvidence = 2;
constexpr double kDaysFilled = 0.6;  // share of the calendar's days that must have rows
constexpr std::size_t kDaysOfEvidence = 5;
// share of the days on which an hour of a session must have a row
constexpr double kSlotOnDays = 0.5;
constexpr std::int64_t kNearness = 10;  // a tenth of the step

std::int64_t time_of_day(Timestamp wall) { return wall - day_of(wall) * kDay; }

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

// How often each weekday occurs between two days, both included.
std::array<std::int64_t, 7> weekdays_between(std::int64_t first, std::int64_t last) {
  std::array<std::int64_t, 7> counts{};
  const std::int64_t weeks = (last - first + 1) / 7;
  counts.fill(weeks);
  for (std::int64_t day = first + weeks * 7; day <= last; ++day)
    ++counts[static_cast<std::size_t>(weekday_of(day))];
  return counts;
}

// Weekdays that have rows, or occur less than `least` times and so prove nothing.
unsigned days_with_rows(const std::vector<std::int64_t>& days, std::int64_t least) {
  unsigned seen = 0;
  for (const std::int64_t day : days) seen |= 1U << weekday_of(day);
  const std::array<std::int64_t, 7> between = weekdays_between(days.front(), days.back());
  for (std::size_t day = 0; day < 7; ++day) {
    if (between[day] < least) seen |= 1U << day;
  }
  return seen;
}

std::vector<std::int64_t> days_of(const std::vector<Timestamp>& walls) {
  std::vector<std::int64_t> days;
  for (const Timestamp wall : walls) {
    if (days.empty() || day_of(wall) != days.back()) days.push_back(day_of(wall));
  }
  return days;
}

}  // namespace

std::int64_t commonest_difference(const std::vector<Timestamp>& times) {
  std::vector<std::int64_t> differences;
  differences.reserve(times.size());
  for (std::size_t row = 1; row < times.size(); ++row)
    differences.push_back(times[row] - times[row - 1]);
  return commonest(std::move(differences));
}

std::optional<TimeStep> find_months(const std::vector<Timestamp>& walls,
                                    const std::vector<std::int64_t>& holidays) {
  if (walls.size() < 2) return std::nullopt;
  std::vector<std::int64_t> differences;
  TimeStep step{.holidays = holidays};
  for (std::size_t row = 0; row < walls.size(); ++row) {
    if (time_of_day(walls[row]) != time_of_day(walls.front())) return std::nullopt;
    const CalendarTime at = calendar_time(walls[row]);
    step.day = std::max(step.day, at.day);
    if (row == 0) continue;
    const CalendarTime before = calendar_time(walls[row - 1]);
    differences.push_back((at.year - before.year) * 12 + at.month - before.month);
  }
  step.months = commonest(std::move(differences));
  // A step such as 13 months is not a calendar step.
  if (step.months == 0 || (12 % step.months != 0 && step.months % 12 != 0)) return std::nullopt;
  const auto rows_by = [&](MonthDay rule) {
    step.month_day = rule;
    return static_cast<std::size_t>(std::count_if(walls.begin(), walls.end(), [&](Timestamp wall) {
      const CalendarTime at = calendar_time(wall);
      return day_of(wall) == row_day(at.year, at.month, step);
    }));
  };
  std::size_t most = 0;
  MonthDay best = MonthDay::last;
  for (const MonthDay rule :
       {MonthDay::last, MonthDay::same, MonthDay::last_weekday, MonthDay::first_weekday}) {
    const std::size_t rows = rows_by(rule);
    if (rows > most) best = rule, most = rows;
  }
  // A row or two on other days than all the rest are errors, not evidence against months.
  constexpr double kNearlyAll = 0.8;
  if (static_cast<double>(most) < kNearlyAll * static_cast<double>(walls.size()))
    return std::nullopt;
  step.month_day = best;
  if (best != MonthDay::same) step.day = 0;
  if (best == MonthDay::same || best == MonthDay::last) step.holidays.clear();
  return step;
}

std::optional<TimeStep> find_weekdays(const std::vector<Timestamp>& walls,
                                      const std::vector<std::int64_t>& holidays) {
  const bool daily = std::all_of(walls.begin(), walls.end(), [&](Timestamp wall) {
    return time_of_day(wall) == time_of_day(walls.front());
  });
  if (!daily) return std::nullopt;
  const std::vector<std::int64_t> days = days_of(walls);
  TimeStep step{.micros = kDay, .weekdays = days_with_rows(days, kWeeksOfEvidence)};
  if (step.weekdays == kEveryDay && holidays.empty()) return std::nullopt;
  if (std::popcount(step.weekdays) < 2) return std::nullopt;
  step.holidays = holidays;
  if (!step.has_calendar()) return std::nullopt;
  const std::optional<std::int64_t> places = steps_between(walls.front(), walls.back(), step, {});
  if (!places) return std::nullopt;
  const double filled = static_cast<double>(walls.size()) / static_cast<double>(*places + 1);
  if (filled < kDaysFilled) return std::nullopt;
  return step;
}

std::optional<TimeStep> find_sessions(const std::vector<Timestamp>& walls, std::int64_t micros,
                                      const std::vector<std::int64_t>& holidays) {
  if (micros >= kDay || kDay % micros != 0) return std::nullopt;
  const std::vector<std::int64_t> days = days_of(walls);
  if (days.size() < kDaysOfEvidence) return std::nullopt;
  const std::int64_t phase = time_of_day(walls.front()) % micros;
  std::map<std::int64_t, std::size_t> rows_at;
  for (const Timestamp wall : walls) {
    const std::int64_t time = time_of_day(wall);
    if (time % micros != phase) return std::nullopt;
    ++rows_at[time];
  }
  TimeStep step{.micros = micros, .weekdays = days_with_rows(days, 2), .holidays = holidays};
  const bool whole_day = static_cast<std::int64_t>(rows_at.size()) == kDay / micros;
  for (const auto& [time, rows] : rows_at) {
    const bool often = static_cast<double>(rows) >= kSlotOnDays * static_cast<double>(days.size());
    if (!often && !whole_day) return std::nullopt;
    if (step.sessions.empty() || step.sessions.back().end + micros != time) {
      step.sessions.push_back({time, time});
    } else {
      step.sessions.back().end = time;
    }
  }
  if (whole_day) step.sessions.clear();
  if (!step.has_calendar()) return std::nullopt;
  // A calendar of whole days must have rows on most of its days, as a daily one must.
  const auto between =
      static_cast<double>(days.back() - days.front() + 1) * std::popcount(step.weekdays) / 7.0;
  if (static_cast<double>(days.size()) < kDaysFilled * between) return std::nullopt;
  return step;
}

std::optional<NearGrid> find_near_grid(const std::vector<Timestamp>& times) {
  if (times.size() < 3) return std::nullopt;
  std::vector<std::int64_t> differences;
  for (std::size_t row = 1; row < times.size(); ++row)
    differences.push_back(times[row] - times[row - 1]);
  const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
  std::nth_element(differences.begin(), middle, differences.end());
  const std::int64_t median = *middle;
  // Candidates: round durations near the median one.
  std::vector<std::int64_t> candidates;
  for (const std::int64_t unit : {kDay, kHour, kMinute, kSecond, kSecond / 10, kSecond / 1000}) {
    for (const std::int64_t count :
         {1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100, 125, 200, 250, 500}) {
      const std::int64_t round = unit * count;
      if (std::abs(round - median) * 20 <= round) candidates.push_back(round);
    }
  }
  candidates.push_back(commonest_difference(times));
  for (const std::int64_t micros : candidates) {
    // The phase that most times share, to a hundredth of the step, then the middle of the times
    // near it.
    std::vector<std::int64_t> phases;
    phases.reserve(times.size());
    for (const Timestamp time : times)
      phases.push_back((time - floor_divide(time, micros) * micros) * 100 / micros);
    std::sort(phases.begin(), phases.end());
    const std::int64_t shared = commonest(phases) * micros / 100;
    std::vector<std::int64_t> residuals;
    residuals.reserve(times.size());
    for (const Timestamp time : times) {
      const std::int64_t ahead = time - shared + micros / 2;
      residuals.push_back(ahead - floor_divide(ahead, micros) * micros - micros / 2);
    }
    const auto ends = std::minmax_element(residuals.begin(), residuals.end());
    const std::int64_t low = *ends.first, high = *ends.second;
    // Prefer a grid through midnight.
    const std::int64_t to_midnight = shared > micros / 2 ? shared - micros : shared;
    const auto fits = [&](std::int64_t shift) {
      return (high - shift) * kNearness <= micros && (shift - low) * kNearness <= micros;
    };
    std::int64_t shift = 0;
    if (fits(-to_midnight)) {
      shift = -to_midnight;
    } else if (!fits(0)) {
      continue;
    }
    const std::int64_t phase = shared + shift;
    std::int64_t place = 0;
    bool rises = true;
    for (std::size_t row = 0; row < times.size() && rises; ++row) {
      const std::int64_t now = floor_divide(times[row] - phase + micros / 2, micros);
      rises = row == 0 || now > place;
      place = now;
    }
    if (rises) return NearGrid{micros, phase};
  }
  return std::nullopt;
}

}  // namespace sluice::data
