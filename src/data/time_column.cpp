#include "data/time_column.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "data/cell.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr double kFirstEpoch = 1e8;  // 1973
constexpr double kLastEpoch = 1e11;  // 5138; milliseconds of 1973

}  // namespace

bool is_called_time(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"time", "timestamp", "date", "datetime", "ds"};
  return std::find(kNames.begin(), kNames.end(), lower_case(name)) != kNames.end();
}

bool is_epoch(std::string_view cell) { return parse_cell(cell).value >= kFirstEpoch; }

TimeReader::TimeReader(std::string path, std::string name, bool epoch) {
  column_.path = std::move(path);
  column_.name = std::move(name);
  if (epoch) column_.format.kind = TimeKind::epoch;
}

void TimeReader::add(std::string_view cell, std::size_t line) {
  column_.lines.push_back(line);
  if (column_.format.kind == TimeKind::epoch) {
    add_epoch(cell);
  } else {
    add_text(cell);
  }
}

void TimeReader::forget_rows() {
  column_.times.clear();
  column_.lines.clear();
}

void TimeReader::fail(std::string_view cell, std::string expected, std::string hint) const {
  const bool missing = parse_cell(cell).kind == CellKind::missing;
  throw Error(ErrorCode::data,
              {.where = fmt::format("{}:{}, column {}", column_.path, column_.lines.back(),
                                    shown_cell(column_.name)),
               .what = missing ? "no time" : "not a time",
               .expected = std::move(expected),
               .got = missing ? "an empty cell" : shown_cell(cell),
               .hint = missing ? "every row needs its time" : std::move(hint)});
}

void TimeReader::add_text(std::string_view cell) {
  const std::optional<ParsedTime> parsed = parse_time(cell);
  if (!parsed) {
    fail(cell, "2016-07-01, 2016-07-01 13:00 or 2016-07-01T13:00:00+02:00",
         "months are written 2016-07, years 2016-01, seconds since 1970 as they are");
  }
  if (!parsed->whole_seconds) fail(cell, "a time in whole seconds", "leave the fraction out");
  if (!begun_) {
    begun_ = true;
    column_.format = parsed->format;
  } else if (!widen(column_.format, parsed->format)) {
    fail(cell, "an offset from UTC in every row or in none", "add or remove the offset");
  }
  column_.times.push_back(parsed->time);
}

void TimeReader::add_epoch(std::string_view cell) {
  const double seconds = parse_cell(cell).value;
  if (seconds >= kLastEpoch) {
    fail(cell, "seconds since 1970, below 1e11", "divide times in milliseconds by 1000");
  }
  // NaN, which a cell that is no number gives, differs from itself.
  if (seconds <= -kLastEpoch || seconds != std::floor(seconds)) {
    fail(cell, "whole seconds since 1970, as in the first row", "correct the cell");
  }
  column_.times.push_back(static_cast<Timestamp>(seconds));
}

}  // namespace sluice::data
