#include "data/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "data/cell.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

// Levenshtein distance: insertions, deletions and replacements of letters.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// "did you mean 'x'?" for the nearest name; empty if none is near.
std::string suggestion(std::string_view wanted, const std::vector<std::string>& names) {
  const auto holds_comma = std::find_if(names.begin(), names.end(), [wanted](const std::string& n) {
    return n.size() > wanted.size() && n.compare(0, wanted.size(), wanted) == 0 &&
           n[wanted.size()] == ',';
  });
  if (holds_comma != names.end())
    return fmt::format("a name that holds a comma stands in quotes: '{}'", csv_cell(*holds_comma));
  const std::string lower = lower_case(wanted);
  std::size_t least = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::string hint;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(lower, lower_case(name));
    if (distance >= least) continue;
    least = distance;
    hint = fmt::format("did you mean '{}'?", name);
  }
  return hint;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  std::string list = "one of";
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    list += fmt::format("{} {}", i == 0 ? "" : ",", shown_cell(names[i]));
  }
  if (names.size() > kShown) list += fmt::format(" and {} more", names.size() - kShown);
  return list;
}

}  // namespace

void throw_no_column(const std::string& path, std::string_view name,
                     const std::vector<std::string>& names) {
  throw Error(ErrorCode::data, {.where = path,
                                .what = fmt::format("no column {}", shown_cell(name)),
                                .expected = names.empty() ? "columns of numbers" : listed(names),
                                .got = "",
                                .hint = suggestion(name, names)});
}

const Column* Table::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [name](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

const Column& Table::at(std::string_view name) const {
  if (const Column* column = find(name)) return *column;
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  const bool text = std::find(ignored.begin(), ignored.end(), name) != ignored.end();
  if (!text && (time_name.empty() || name != time_name)) throw_no_column(path, name, names);
  throw Error(ErrorCode::data, {.where = fmt::format("{}, column {}", path, shown_cell(name)),
                                .what = text ? "a column of text" : "the column of times",
                                .expected = listed(names),
                                .got = "",
                                .hint = text ? "no cell of it is a number" : ""});
}

Timestamp Table::time_at(std::size_t row) const {
  if (row < times.size()) return times[row];
  if (times.empty() || !step.known()) {
    throw Error(
        ErrorCode::data,
        {.where = path,
         .what = times.empty() ? "no column of times" : "a single time gives no step",
         .expected = "",
         .got = "",
         .hint = times.empty() ? "add a column such as 'time' with 2016-07-01 13:00" : "add rows"});
  }
  const std::size_t last = times.size() - 1;
  return add_steps(times[last], static_cast<std::int64_t>(row - last), step, clock);
}

std::string Table::time_text(std::size_t row) const {
  return format_time(time_at(row), format, clock);
}

std::string Table::where(std::size_t row) const {
  return row < lines.size() && lines[row] > 0 ? fmt::format("{}:{}", path, lines[row]) : path;
}

}  // namespace sluice::data
