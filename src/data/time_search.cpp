// Searches for time columns in four steps: 1 and 2, text that is a time, alone or with a second
// column for the time of day; 3, numeric stamps; 4, year, month and day in columns of their own. If
// more than one column could be meant, it asks the user instead of guessing.
#include "data/time_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "data/cell.hpp"
#include "data/column_sample.hpp"
#include "data/table.hpp"
#include "data/time_forms.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

bool is_one_of(std::string_view name, const auto& list) {
  const std::string lower = lower_case(name);
  return std::any_of(list.begin(), list.end(),
                     [&lower](std::string_view one) { return one == lower; });
}

bool is_called_hour(std::string_view name) {
  constexpr std::array kNames{"hour",        "hr",     "hours", "he",  "hour ending",
                              "hour_ending", "stunde", "heure", "hora"};
  return is_one_of(name, kNames);
}

// A column whose sampled cells may be times, with their formats.
struct Candidate {
  std::size_t column = 0;
  std::vector<TimeFormat> forms;
};

class Search {
 public:
  Search(const std::string& path, const std::vector<std::string>& names, const Dialect& dialect,
         const TableForm& form)
      : path_(path),
        names_(names),
        rows_(dialect.rows),
        sample_(rows_),
        lines_(dialect.row_lines),
        form_(form) {}

  TimeColumns find() {
    if (form_.no_times || rows_.empty()) return {};
    if (!form_.time_columns.empty()) return named();
    if (std::optional<TimeColumns> found = texts()) return *found;
    if (std::optional<TimeColumns> found = stamps()) return *found;
    if (std::optional<TimeColumns> found = parts()) return *found;
    refuse_unknown();
    return {};
  }

 private:
  bool is_hours(std::size_t column) const {
    return is_called_hour(names_[column]) && sample_.is_whole(column, 0, 24);
  }
  bool states_clock(const Candidate& candidate) const {
    return std::any_of(candidate.forms.begin(), candidate.forms.end(), [](const TimeFormat& form) {
      return form.clock != ClockPrecision::none || form.unit != TimeUnit::none ||
             form.date.find("%H") != std::string::npos;
    });
  }

  TimeReading reading(std::vector<TimeFormat> forms) const {
    TimeReading reading;
    reading.forms = std::move(forms);
    return reading;
  }

  std::size_t place(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) throw_no_column(path_, name, names_);
    return static_cast<std::size_t>(found - names_.begin());
  }

  TimeColumns named() const {
    TimeColumns found;
    for (const std::string& name : form_.time_columns) found.cells.columns.push_back(place(name));
    const std::size_t date = found.cells.columns[0];
    if (found.cells.columns.size() > 2 || are_parts(found.cells.columns)) {
      found.cells.parts = true;
      found.reading = reading({found.cells.parts_form()});
      return found;
    }
    const auto forms_of = [](const std::string& cell) {
      std::vector<TimeFormat> forms = time_forms(cell);
      return forms.empty() ? number_forms(cell, true) : forms;
    };
    if (!form_.time_format.empty()) {
      found.reading = reading({time_format_named(form_.time_format)});
    } else {
      found.reading = reading(sample_.common_forms(date, forms_of));
      // Let the reader name the row that is not a date.
      if (found.reading.forms.empty()) found.reading.forms = sample_.first_forms(date, forms_of);
      if (found.reading.forms.empty()) found.reading.forms = {TimeFormat{}};
    }
    if (found.cells.columns.size() == 2) {
      found.reading.clock_column = true;
      found.reading.hours = !sample_.is_clock(found.cells.columns[1]) &&
                            sample_.is_whole(found.cells.columns[1], 0, 24);
    }
    return found;
  }

  bool are_parts(const std::vector<std::size_t>& columns) const {
    return columns.size() >= 2 && sample_.is_whole(columns[0], 1500, 2500) &&
           sample_.is_whole(columns[1], 1, 12);
  }

  // Steps 1 and 2: columns whose cells are times and not numbers.
  std::optional<TimeColumns> texts() const {
    std::vector<Candidate> candidates;
    std::vector<std::size_t> clocks;
    const auto forms_of = [this](const std::string& cell) {
      if (form_.time_format.empty()) return time_forms(cell);
      const TimeFormat form = time_format_named(form_.time_format);
      return read_time(cell, form) ? std::vector{form} : std::vector<TimeFormat>();
    };
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (sample_.is_clock(column) || is_hours(column)) {
        clocks.push_back(column);
        continue;
      }
      std::vector<TimeFormat> forms = sample_.common_forms(column, forms_of);
      // A column chosen by its name: let the reader name the row that is not a time.
      if (forms.empty() && (is_called_time(names_[column]) || sample_.nearly_all(column, forms_of)))
        forms = sample_.first_forms(column, forms_of);
      if (!forms.empty()) candidates.push_back({column, std::move(forms)});
    }
    if (candidates.empty()) return std::nullopt;
    return with_clock(one_of(candidates), clocks);
  }

  TimeColumns with_clock(const Candidate& candidate, const std::vector<std::size_t>& clocks) const {
    TimeColumns found{.cells = {.columns = {candidate.column}},
                      .reading = reading(candidate.forms)};
    if (states_clock(candidate) || clocks.empty()) return found;
    if (!sample_.repeats(candidate.column)) return found;
    std::vector<std::size_t> fitting = clocks;
    if (fitting.size() > 1) {
      fitting.erase(std::remove_if(fitting.begin(), fitting.end(),
                                   [this](std::size_t column) {
                                     return !is_called_time(names_[column]) &&
                                            !is_called_hour(names_[column]);
                                   }),
                    fitting.end());
    }
    if (fitting.size() != 1) ask("several columns hold times of day", clocks);
    found.cells.columns.push_back(fitting[0]);
    found.reading.clock_column = true;
    found.reading.hours = !sample_.is_clock(fitting[0]);
    return found;
  }

  const Candidate& one_of(const std::vector<Candidate>& candidates) const {
    if (candidates.size() == 1) return candidates[0];
    const Candidate* called = nullptr;
    std::size_t count = 0;
    for (const Candidate& candidate : candidates) {
      if (!is_called_time(names_[candidate.column])) continue;
      called = &candidate;
      ++count;
    }
    if (count == 1) return *called;
    std::vector<std::size_t> columns;
    columns.reserve(candidates.size());
    for (const Candidate& candidate : candidates) columns.push_back(candidate.column);
    ask("several columns hold times", columns);
  }

  [[noreturn]] void ask(const char* what, const std::vector<std::size_t>& columns) const {
    std::string list;
    for (const std::size_t column : columns)
      list += (list.empty() ? "" : ", ") + shown_cell(names_[column]);
    throw Error(ErrorCode::data, {.where = path_,
                                  .what = what,
                                  .expected = "one that says when a row was",
                                  .got = list,
                                  .hint = fmt::format("name it: --time {}", names_[columns[0]])});
  }

  // Step 3: numeric stamps.
  std::optional<TimeColumns> stamps() const {
    if (!form_.time_format.empty()) return format_of_numbers();
    std::vector<Candidate> candidates;
    std::vector<std::size_t> clocks;
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (sample_.is_clock(column) || is_hours(column)) clocks.push_back(column);
      const bool called = may_be_called_time(names_[column]);
      std::vector<TimeFormat> forms = sample_.common_forms(
          column, [called](const std::string& cell) { return number_forms(cell, called); });
      // A column chosen by its name: let the reader name the row that is not a time.
      if (forms.empty() && is_called_time(names_[column])) {
        forms = sample_.first_forms(
            column, [](const std::string& cell) { return number_forms(cell, false); });
      }
      if (!called) {
        forms.erase(
            std::remove_if(forms.begin(), forms.end(),
                           [](const TimeFormat& form) { return form.unit != TimeUnit::none; }),
            forms.end());
      }
      if (forms.empty() || (!called && (!sample_.differs(column) || !sample_.is_monotonic(column))))
        continue;
      // Years and counters from 1 are recognised by name only.
      candidates.push_back({column, std::move(forms)});
    }
    if (candidates.empty()) return std::nullopt;
    const Candidate& one = candidates.size() == 1 ? candidates[0] : likeliest(candidates);
    if (is_called("year", one.column) && has_part("month")) return std::nullopt;  // step 4
    return with_clock(one, clocks);
  }

  const Candidate& likeliest(const std::vector<Candidate>& candidates) const {
    // Prefer a column that states the day over one with the year alone.
    std::vector<Candidate> fine;
    for (const Candidate& candidate : candidates) {
      const std::string& date = candidate.forms[0].date;
      if (candidate.forms[0].unit != TimeUnit::none || date.find("%d") != std::string::npos)
        fine.push_back(candidate);
    }
    if (fine.size() == 1) {
      return *std::find_if(candidates.begin(), candidates.end(),
                           [&](const Candidate& one) { return one.column == fine[0].column; });
    }
    return one_of(candidates);
  }

  std::optional<TimeColumns> format_of_numbers() const {
    const TimeFormat form = time_format_named(form_.time_format);
    std::vector<Candidate> candidates;
    for (std::size_t column = 0; column < names_.size(); ++column) {
      const bool reads = sample_.all_cells(
          column, [&form](const std::string& cell) { return read_time(cell, form).has_value(); });
      if (reads && (form.unit == TimeUnit::none || may_be_called_time(names_[column])))
        candidates.push_back({column, {form}});
    }
    if (candidates.empty()) {
      // The column most likely meant: the reader will name the row at fault.
      for (std::size_t column = 0; column < names_.size(); ++column) {
        const bool alike =
            sample_.all_cells(column, [](const std::string& cell) { return resembles_time(cell); });
        if (alike || is_called_time(names_[column])) return with_clock({column, {form}}, {});
      }
      throw Error(ErrorCode::data, {.where = path_,
                                    .what = "no column of times in the format of --time-format",
                                    .expected = describe(form),
                                    .got = "",
                                    .hint = "name the column: --time NAME"});
    }
    return with_clock(one_of(candidates), {});
  }

  bool is_called(const char* name, std::size_t column) const {
    return lower_case(names_[column]) == name;
  }
  std::optional<std::size_t> has_part(const char* name) const {
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (is_called(name, column)) return column;
    }
    return std::nullopt;
  }

  // Step 4: year, month, day, hour, minute in a column each.
  std::optional<TimeColumns> parts() const {
    TimeColumns found{.cells = {.parts = true}, .reading = {}};
    struct Part {
      std::array<const char*, 5> names;
      int least, most;
    };
    constexpr std::array<Part, 5> kParts{{{{"year", "yyyy", "yy", "yr", "year"}, 1500, 2500},
                                          {{"month", "mo", "mm", "mon", "mnth"}, 1, 12},
                                          {{"day", "dd", "dy", "mday", "dom"}, 1, 31},
                                          {{"hour", "hh", "hr", "hours", "hod"}, 0, 24},
                                          {{"minute", "min", "mn", "mm", "mi"}, 0, 59}}};
    std::size_t from = 0;
    for (const Part& part : kParts) {
      std::size_t column = from;
      while (column < names_.size() && !is_one_of(names_[column], part.names)) ++column;
      if (column == names_.size() || !sample_.is_whole(column, part.least, part.most)) break;
      found.cells.columns.push_back(column);
      from = column + 1;
    }
    if (found.cells.columns.size() < 2) return std::nullopt;
    found.reading = reading({found.cells.parts_form()});
    return found;
  }

  // Throws for numbers in a column named like a time that fit no known format and are not regular
  // counts: 31032023.
  void refuse_numbers(std::size_t column) const {
    if (!is_called_time(names_[column]) || rows_.size() < 3) return;
    const bool numbers = sample_.all_cells(
        column, [](const std::string& cell) { return parse_cell(cell).kind == CellKind::number; });
    if (!numbers || sample_.counts_evenly(column)) return;
    throw Error(
        ErrorCode::data,
        {.where = fmt::format("{}:{}, column {}", path_, lines_[0], shown_cell(names_[column])),
         .what = "numbers that are not times in a known format",
         .expected = "times such as 2016-07-01 13:00 or 20160701, or steps of one size",
         .got = shown_cell(rows_[0][column]),
         .hint = "say --time-format '%d%m%Y' or similar, or --time none if they are not times"});
  }

  // Throws for numbers in a column named like a date that may be spreadsheet days.
  void refuse_days(std::size_t column) const {
    constexpr double kFirst = 18264, kLast = 73415;  // 1950 to 2100
    const bool days =
        is_called_time(names_[column]) && sample_.differs(column) && sample_.is_monotonic(column) &&
        sample_.all_cells(column, [](const std::string& cell) {
          const CellValue value = parse_cell(cell);
          return value.kind == CellKind::number && value.value >= kFirst && value.value <= kLast;
        });
    if (!days) return;
    throw Error(ErrorCode::data, {.where = fmt::format("{}:{}, column {}", path_, lines_[0],
                                                       shown_cell(names_[column])),
                                  .what = "numbers that may be spreadsheet days",
                                  .expected = "times in a known format",
                                  .got = shown_cell(rows_[0][column]),
                                  .hint = "say --time-format excel if they are, else --time none"});
  }

  // Throws rather than silently dropping, as text, a column that is meant to hold the times.
  void refuse_unknown() const {
    for (std::size_t column = 0; column < names_.size(); ++column) {
      refuse_days(column);
      refuse_numbers(column);
    }
    for (std::size_t column = 0; column < names_.size(); ++column) {
      std::size_t alike = 0, text = 0, line = 0;
      std::string shown;
      for (std::size_t row = 0; row < rows_.size(); ++row) {
        if (column >= rows_[row].size()) continue;
        const std::string& cell = rows_[row][column];
        if (parse_cell(cell).kind != CellKind::text || has_separators(cell)) continue;
        ++text;
        if (resembles_time(cell)) ++alike;
        if (line > 0) continue;
        line = lines_[row];
        shown = cell;
      }
      const bool called = is_called_time(names_[column]);
      if (text == 0 || (!called && alike * 10 < text * 9)) continue;
      throw Error(
          ErrorCode::data,
          {.where = fmt::format("{}:{}, column {}", path_, line, shown_cell(names_[column])),
           .what = "not a time in a known format",
           .expected = "a time such as 2016-07-01 or 2016-07-01 13:00 in every row",
           .got = shown_cell(shown),
           .hint = "say --time-format '%d.%m.%Y' or similar, or --time none if it is not a time"});
    }
  }

  const std::string& path_;
  const std::vector<std::string>& names_;
  const std::vector<std::vector<std::string>>& rows_;
  ColumnSample sample_;
  const std::vector<std::size_t>& lines_;
  const TableForm& form_;
};

}  // namespace

bool is_called_time(std::string_view name) {
  constexpr std::array kNames{"time", "timestamp", "date", "datetime", "ds"};
  return is_one_of(name, kNames);
}

bool may_be_called_time(std::string_view name) {
  constexpr std::array kNames{"",
                              "index",
                              "epoch",
                              "unix",
                              "unixtime",
                              "unix_time",
                              "ts",
                              "t",
                              "year",
                              "month",
                              "period",
                              "quarter",
                              "yearmonth",
                              "year_month",
                              "yyyymm",
                              "yyyy",
                              "jahr",
                              "monat",
                              "datum",
                              "zeit",
                              "zeitpunkt",
                              "fecha",
                              "annee",
                              "année",
                              "created",
                              "created_at",
                              "date_time",
                              "time_stamp",
                              "utc",
                              "when",
                              "day",
                              "observation_date",
                              "timestamp_ms",
                              "time_ms",
                              "ms"};
  const std::string lower = lower_case(name);
  return is_called_time(name) || is_one_of(lower, kNames) ||
         lower.find("time") != std::string::npos || lower.find("date") != std::string::npos;
}

TimeColumns find_times(const std::string& path, const std::vector<std::string>& names,
                       const Dialect& dialect, const TableForm& form) {
  TimeColumns found = Search(path, names, dialect, form).find();
  for (const std::size_t column : found.cells.columns) found.cells.names.push_back(names[column]);
  return found;
}

}  // namespace sluice::data
