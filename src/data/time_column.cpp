// Reads every cell in all formats that the rows before allow. At the end the format that is left is
// taken; if several are left, the remembered one, or else the only one whose times rise, fall, or
// fill a grid.
#include "data/time_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "data/cell.hpp"
#include "data/time_order.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

bool rises(const std::vector<Timestamp>& times) {
  return std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end();
}
bool falls(const std::vector<Timestamp>& times) {
  return std::adjacent_find(times.begin(), times.end(), std::less_equal<>()) == times.end();
}

// The share of the points of a regular grid that have a time; 0 if the times lie on none. Counts in
// months if all are on one day of the month.
double filled_share(const std::vector<Timestamp>& times) {
  const CalendarTime first = calendar_time(times.front());
  const bool months = std::all_of(times.begin(), times.end(), [&](Timestamp time) {
    return (time - times.front()) % kDay == 0 && calendar_time(time).day == first.day;
  });
  const auto position = [months](Timestamp time) {
    const CalendarTime at = calendar_time(time);
    return months ? std::int64_t{at.year} * 12 + at.month : time;
  };
  std::vector<std::int64_t> differences;
  for (std::size_t row = 1; row < times.size(); ++row)
    differences.push_back(std::abs(position(times[row]) - position(times[row - 1])));
  std::vector<std::int64_t> ranked = differences;
  const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>(ranked.size() / 2);
  std::nth_element(ranked.begin(), middle, ranked.end());
  std::int64_t places = 1;
  for (const std::int64_t difference : differences) {
    if (*middle == 0 || difference % *middle != 0) return 0.0;
    places += difference / *middle;
  }
  return static_cast<double>(times.size()) / static_cast<double>(places);
}

std::optional<std::int64_t> hour_of(std::string_view cell) {
  int hour = 0;
  const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), hour);
  const std::string_view rest(result.ptr,
                              static_cast<std::size_t>(cell.data() + cell.size() - result.ptr));
  if (result.ec != std::errc() || hour < 0 || hour > 24 || (!rest.empty() && rest != ".0"))
    return std::nullopt;
  return hour * kHour;
}

}  // namespace

std::string TimeColumn::where(std::size_t row) const {
  return fmt::format("{}:{}, column '{}'", path, lines[row], name);
}

TimeReader::TimeReader(std::string path, std::string name, TimeReading reading)
    : path_(std::move(path)), name_(std::move(name)), reading_(std::move(reading)) {
  for (const TimeFormat& form : reading_.forms) candidates_.push_back({form, {}});
}

void TimeReader::fail(std::string_view cell, std::string expected, std::string hint) const {
  const bool missing = parse_cell(cell).kind == CellKind::missing;
  throw Error(ErrorCode::data,
              {.where = fmt::format("{}:{}, column '{}'", path_, lines_.back(), name_),
               .what = missing ? "no time" : "not a time",
               .expected = std::move(expected),
               .got = missing ? "an empty cell" : shown_cell(cell),
               .hint = missing ? "every row needs its time" : std::move(hint)});
}

void TimeReader::add(std::string_view cell, std::string_view clock_cell, std::size_t line) {
  lines_.push_back(line);
  if (first_cell_.empty()) first_cell_ = cell;
  std::optional<CellTime> any;
  std::size_t alive = 0;
  for (Candidate& candidate : candidates_) {
    std::optional<CellTime> read = read_time(cell, candidate.form);
    if (!read) continue;
    if (reading_.clock_column && !join_clock(*read, clock_cell)) {
      fail(clock_cell, reading_.hours ? "an hour, 0 to 24" : "a time of day such as 13:30",
           "correct the cell");
    }
    if (!any)
      note_offset(cell, !read->form.zone.empty() || candidate.form.unit != TimeUnit::none,
                  read->offset);
    add_to(candidate, *read);
    if (&candidate != &candidates_[alive]) candidates_[alive] = std::move(candidate);
    ++alive;
    any = read;
  }
  if (alive == 0) {
    std::vector<std::string> forms;
    for (const Candidate& candidate : candidates_) {
      const std::string form = describe(candidate.form);
      if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(form);
    }
    const bool first = first_cell_ == cell;
    fail(cell,
         first ? fmt::format("a time as {}", fmt::join(forms, " or "))
               : fmt::format("a time as {}, as '{}' in the first row", fmt::join(forms, " or "),
                             first_cell_),
         "correct it; --time-format names another form, --time another column or none");
  }
  candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(alive), candidates_.end());
}

void TimeReader::add_to(Candidate& candidate, const CellTime& read) {
  if (candidate.walls.empty()) {
    candidate.form = read.form;
  } else {
    widen(candidate.form, read.form);
  }
  candidate.walls.push_back(read.wall);
}

bool TimeReader::join_clock(CellTime& read, std::string_view clock_cell) const {
  if (reading_.hours) {
    const std::optional<std::int64_t> hour = hour_of(clock_cell);
    if (!hour) return false;
    read.wall += *hour;
    read.form.clock = ClockPrecision::minute;
    return true;
  }
  const std::optional<CellTime> time = read_clock(clock_cell);
  if (!time) return false;
  read.wall += time->wall;
  if (!time->form.zone.empty()) read.offset = time->offset;
  TimeFormat date = read.form;
  read.form = time->form;
  read.form.date = date.date;
  read.form.whole = false;
  read.form.padded = date.padded;
  if (read.form.zone.empty()) read.form.zone = date.zone;
  return true;
}

// A number states that it is an instant in UTC.
void TimeReader::note_offset(std::string_view cell, bool stated, std::int64_t offset) {
  const bool first = lines_.size() == 1 && !has_last_;
  if (first) {
    states_offset_ = stated;
    first_offset_ = offset;
  } else if (stated != states_offset_) {
    fail(cell, "an offset from UTC in every row or in none", "add or remove the offset");
  }
  if (!stated) return;
  offsets_.push_back(offset);
  offsets_differ_ = offsets_differ_ || offset != first_offset_;
}

// Drops candidates that read all rows as another one does.
void TimeReader::drop_doubles() {
  for (std::size_t n = 1; n < candidates_.size();) {
    const bool doubled =
        std::any_of(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(n),
                    [&](const Candidate& other) { return other.walls == candidates_[n].walls; });
    if (doubled) {
      candidates_.erase(candidates_.begin() + static_cast<std::ptrdiff_t>(n));
    } else {
      ++n;
    }
  }
}

TimeReader::Candidate& TimeReader::choose() {
  drop_doubles();
  if (candidates_.size() == 1) return candidates_[0];
  const auto preferred = std::find_if(
      candidates_.begin(), candidates_.end(),
      [this](const Candidate& one) { return name_of(one.form) == reading_.preferred; });
  if (preferred != candidates_.end()) return *preferred;
  const auto only = [this](const auto& holds) -> Candidate* {
    Candidate* found = nullptr;
    for (Candidate& candidate : candidates_) {
      if (!holds(candidate)) continue;
      if (found != nullptr) return nullptr;
      found = &candidate;
    }
    return found;
  };
  constexpr std::size_t kRowsOfEvidence = 8;
  constexpr double kFilled = 0.9, kHoles = 0.5;
  if (candidates_[0].walls.size() > 2) {
    if (Candidate* found = only([](const Candidate& one) { return rises(one.walls); }))
      return *found;
    const bool any_rises = std::any_of(candidates_.begin(), candidates_.end(),
                                       [](const Candidate& one) { return rises(one.walls); });
    if (!any_rises) {
      if (Candidate* found = only([](const Candidate& one) { return falls(one.walls); }))
        return *found;
    }
  }
  if (candidates_[0].walls.size() >= kRowsOfEvidence) {
    Candidate* found =
        only([](const Candidate& one) { return filled_share(one.walls) >= kFilled; });
    Candidate* dense = only([](const Candidate& one) { return filled_share(one.walls) >= kHoles; });
    if (found != nullptr && found == dense) return *found;
  }
  fail_open(candidates_[0], candidates_[1]);
}

void TimeReader::fail_open(const Candidate& a, const Candidate& b) const {
  const auto differs = std::mismatch(a.walls.begin(), a.walls.end(), b.walls.begin());
  const auto row = static_cast<std::size_t>(differs.first - a.walls.begin());
  const std::string cell =
      row < lines_.size() ? format_time(a.walls[row], a.form, {}) : first_cell_;
  throw Error(ErrorCode::data,
              {.where = fmt::format("{}:{}, column '{}'", path_, lines_[row], name_),
               .what = "a time that can be read in several ways, and no row of the file says which",
               .expected = "times that are in one form alone",
               .got = fmt::format("'{}': {} by {}, {} by {}", cell, iso_text(a.walls[row]),
                                  describe(a.form), iso_text(b.walls[row]), describe(b.form)),
               .hint = fmt::format("say --time-format '{}' or --time-format '{}'", name_of(a.form),
                                   name_of(b.form))});
}

Clock TimeReader::clock_of(const TimeFormat& form) const {
  if (reading_.zone) return Clock::zone(reading_.zone);
  if (form.unit == TimeUnit::excel) return {};
  if (!states_offset_ || reading_.wall_clock) return {};
  return Clock::fixed(offsets_differ_ ? 0 : first_offset_);
}

// Days are counted on the wall clock if offsets change and every row has the same time of day.
bool TimeReader::on_wall_clock(const TimeFormat& form, const std::vector<Timestamp>& walls) const {
  if (!states_offset_ || reading_.zone || form.unit != TimeUnit::none) return false;
  if (reading_.wall_clock) return true;
  return offsets_differ_ && std::all_of(walls.begin(), walls.end(), [&](Timestamp wall) {
           return (wall - walls.front()) % kDay == 0;
         });
}

TimeColumn TimeReader::finish() {
  Candidate& chosen = choose();
  TimeColumn column{.path = path_,
                    .name = name_,
                    .times = std::move(chosen.walls),
                    .lines = std::move(lines_),
                    .format = chosen.form,
                    .clock = {}};
  const bool local = !states_offset_ || chosen.form.unit == TimeUnit::excel;
  const bool on_wall = on_wall_clock(chosen.form, column.times);
  if (!local && !on_wall && offsets_differ_ && !reading_.zone) column.written = column.times;
  for (std::size_t row = 0; !local && !on_wall && row < column.times.size(); ++row)
    column.times[row] -= offsets_[row];
  if (on_wall) {
    column.format.zone.clear();
  } else {
    column.clock = clock_of(chosen.form);
    if (offsets_differ_ && !reading_.zone) column.format.zone = "+00:00";
  }
  if (reading_.sort && !rises(column.times)) {
    // Rows from new to old are reversed, so that rows of a repeated hour keep their order.
    const bool turned = std::is_sorted(column.times.rbegin(), column.times.rend());
    column.order = sorted_order(column.times);
    if (turned) {
      std::iota(column.order.rbegin(), column.order.rend(), std::size_t{0});
    } else if (reading_.zone && local) {
      twice_ = std::set<Timestamp>(column.times.begin(), column.times.end()).size() <
               column.times.size();
    }
    std::vector<Timestamp> times;
    std::vector<std::size_t> lines;
    std::vector<Timestamp> written;
    for (const std::size_t row : column.order) {
      times.push_back(column.times[row]);
      if (!column.written.empty()) written.push_back(column.written[row]);
      lines.push_back(column.lines[row]);
    }
    column.times = std::move(times);
    column.lines = std::move(lines);
    column.written = std::move(written);
  }
  const bool newest_first = column.times.size() > 1 && column.times.front() > column.times.back();
  if (reading_.zone && local) {
    // Dates have no clock; rows from new to old are rejected below.
    const bool instants = column.format.clock != ClockPrecision::none && !newest_first && !twice_;
    if (instants) to_instants(column, *reading_.zone);
    if (!instants) column.clock = {};
  }
  check_order(column);
  return column;
}

Timestamp TimeReader::take_time() {
  Candidate& chosen = choose();
  const Timestamp wall = chosen.walls.back();
  const std::string form = name_of(chosen.form);
  candidates_.erase(
      std::remove_if(candidates_.begin(), candidates_.end(),
                     [&form](const Candidate& one) { return name_of(one.form) != form; }),
      candidates_.end());
  candidates_[0].walls.clear();
  lines_.clear();
  Timestamp time = wall;
  if (states_offset_ && candidates_[0].form.unit != TimeUnit::excel && !reading_.wall_clock) {
    time -= offsets_.back();
  } else if (reading_.zone) {
    const Zone::Instants found = reading_.zone->instants(wall);
    time = found.count == 2 && has_last_ && found.at[0] <= last_ ? found.at[1]
           : found.count > 0                                     ? found.at[0]
                             : Clock::zone(reading_.zone).time_of(wall);
  }
  offsets_.clear();
  has_last_ = true;
  last_ = time;
  return time;
}

Clock TimeReader::clock() const { return clock_of(candidates_.front().form); }

}  // namespace sluice::data
