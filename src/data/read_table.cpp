// Reads a table: finds how it is written, its names and its times, then adds row after row.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/dialect.hpp"
#include "data/number_column.hpp"
#include "data/table.hpp"
#include "data/time_forms.hpp"
#include "data/time_grid.hpp"
#include "data/time_search.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kSample = std::size_t{1} << 20;

[[noreturn]] void fail(ErrorParts parts) { throw Error(ErrorCode::data, std::move(parts)); }

std::string counted(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

class TableReader {
 public:
  TableReader(std::unique_ptr<ByteSource> source, const std::string& name,
              const TableOptions& options)
      : options_(options),
        csv_(decoded(std::move(source), options.form.encoding.empty()
                                            ? Encoding::utf8
                                            : encoding_named(options.form.encoding)),
             name) {}

  Table read();

 private:
  void read_header();
  void name_columns(std::vector<std::string> names);
  void take_text_lines(std::vector<std::string>& names);
  void check_names() const;
  void check_header_is_names() const;
  void find_times();
  void add_row();
  void add_blank_line(std::size_t line);
  bool is_time(std::size_t column) const { return is_time_[column]; }
  Table finish();
  void add_columns(Table& table);
  bool drop_unnamed(std::size_t column, Table& table) const;
  void put_on_grid(Table& table, TimeColumn column) const;
  void describe_reading(Table& table) const;
  std::string where(std::size_t line) const { return fmt::format("{}:{}", csv_.path(), line); }

  const TableOptions& options_;
  CsvReader csv_;
  Dialect dialect_;
  std::size_t header_line_ = 1, sample_rows_ = 0, sample_bytes_ = 0;
  std::vector<NumberColumn> columns_;  // of the file; those of the times stay empty
  std::vector<bool> unnamed_;
  TimeColumns found_;
  std::vector<bool> is_time_;
  std::optional<TimeReader> time_;
  std::vector<std::size_t> lines_;  // of the rows
  bool units_ = false, joined_ = false;
  std::string name_of_rows_;  // that a line under the header gives
};

Table TableReader::read() {
  check(options_.form);
  const std::string_view sample = csv_.sample(kSample);
  sample_bytes_ = sample.size();
  dialect_ = find_dialect(sample, sample.size() < kSample, options_.form);
  csv_.set_delimiter(dialect_.delimiter);
  csv_.set_comment(options_.form.comment);
  read_header();
  find_times();
  const std::size_t guess =
      dialect_.row_lines.empty() || csv_.size() <= kSample
          ? dialect_.rows.size()
          : static_cast<std::size_t>(
                static_cast<double>(csv_.size()) * 1.02 / static_cast<double>(sample_bytes_) *
                static_cast<double>(std::count(sample.begin(), sample.end(), '\n')));
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    if (!is_time(n)) columns_[n].reserve(guess);
  }
  std::vector<std::size_t> blanks;  // empty lines that are rows if another row follows
  while (csv_.next()) {
    if (csv_.blank()) {
      blanks.push_back(csv_.line());
      continue;
    }
    for (const std::size_t line : blanks) add_blank_line(line);
    blanks.clear();
    add_row();
  }
  return finish();
}

void TableReader::read_header() {
  csv_.skip_lines(dialect_.skipped);
  bool there = csv_.next();
  const bool first_blank = there && csv_.blank() && dialect_.skipped == 0;
  if (first_blank) {
    fail({.where = where(1),
          .what = "no header",
          .expected = "the names of the columns",
          .got = "an empty line",
          .hint = "begin the file with the header"});
  }
  if (!there) {
    fail({.where = csv_.path(),
          .what = "the file is empty",
          .expected = "a header line and rows",
          .got = "",
          .hint = ""});
  }
  header_line_ = csv_.line();
  std::vector<std::string> names(csv_.cells().begin(), csv_.cells().end());
  if (dialect_.hash_header) {
    names.front().erase(0, std::min(names.front().find_first_not_of("# \t"), names.front().size()));
  }
  // Names of columns without one for the rows' names, or a delimiter at the end of each row alone.
  if (names.size() + 1 == dialect_.width) {
    const bool trailing =
        !dialect_.rows.empty() &&
        std::all_of(dialect_.rows.begin(), dialect_.rows.end(), [&](const auto& row) {
          return row.size() == dialect_.width && row.back().empty();
        });
    // A date and its time of day behind a blank have one name.
    const bool dates = dialect_.delimiter == kBlanks && !dialect_.rows.empty() &&
                       !time_forms(dialect_.rows[0][0]).empty();
    names.insert(trailing ? names.end() : names.begin() + (dates ? 1 : 0), "");
  }
  take_text_lines(names);
  name_columns(std::move(names));
  check_names();
  check_header_is_names();
}

// Lines under the header that are no rows: units, the second half of the names, the name of the
// rows.
void TableReader::take_text_lines(std::vector<std::string>& names) {
  std::vector<std::vector<std::string>> texts;
  std::size_t first = 0, last = 0;
  for (std::size_t n = 0; n < dialect_.text_lines && csv_.next(); ++n) {
    std::vector<std::string> cells(csv_.cells().begin(), csv_.cells().end());
    last = csv_.line();
    if (first == 0) first = last;
    const bool name_of_rows =
        !names.empty() && cells.size() > 1 && !cells[0].empty() &&
        std::all_of(cells.begin() + 1, cells.end(), [](const std::string& c) { return c.empty(); });
    if (name_of_rows && n + 1 == dialect_.text_lines) {
      name_of_rows_ = cells[0];
      continue;
    }
    texts.push_back(std::move(cells));
  }
  if (texts.size() > 1) {
    fail({.where = where(last),
          .what = "several lines of text under the header",
          .expected = "one line of names, perhaps one of units",
          .got = fmt::format("text in lines {} to {}", first, last),
          .hint = fmt::format(
              "say --skip {} to take the last of them for the header, or write one line of names",
              last - 1)});
  }
  if (texts.empty()) {
    if (!name_of_rows_.empty()) names[0] = name_of_rows_;
    return;
  }
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  joined_ = std::adjacent_find(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
              return a == b && !a.empty();
            }) != sorted.end();
  units_ = !joined_;
  for (std::size_t n = 0; joined_ && n < std::min(names.size(), texts[0].size()); ++n) {
    if (!texts[0][n].empty()) names[n] += (names[n].empty() ? "" : " ") + texts[0][n];
  }
  if (!name_of_rows_.empty()) names[0] = name_of_rows_;
}

void TableReader::name_columns(std::vector<std::string> names) {
  const bool doubt =
      dialect_.delimiter != ',' && options_.form.decimal == 0 && options_.form.thousands.empty();
  const NumberFormat format = options_.form.numbers();
  columns_.reserve(names.size());
  for (std::string& name : names) {
    unnamed_.push_back(name.empty());
    if (name.empty() && columns_.empty()) {
      const bool taken = std::find(names.begin(), names.end(), kUnnamed) != names.end();
      name = taken ? "unnamed" : kUnnamed;
    }
    columns_.emplace_back(csv_.path(), name, format, doubt);
  }
}

void TableReader::check_names() const {
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& name = columns_[i].name();
    if (!is_utf8(name)) {
      fail({.where = fmt::format("{}, column {}", where(header_line_), i + 1),
            .what = "the name is not UTF-8",
            .expected = "a file saved as CSV UTF-8",
            .got = "",
            .hint = "say --encoding latin1, or save the file as CSV UTF-8"});
    }
    if (!name.empty() && !names.insert(name).second) {
      fail({.where = where(header_line_),
            .what = fmt::format("two columns are called {}", shown_cell(name)),
            .expected = "a name of its own for each",
            .got = fmt::format("it again as column {}", i + 1),
            .hint = "rename or remove one"});
    }
  }
}

// Whole numbers may be names (0,1,2); a header of numbers with decimals or times is the first row.
void TableReader::check_header_is_names() const {
  bool has_value = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& name = columns_[i].name();
    if (unnamed_[i]) continue;
    const CellValue cell = parse_cell(name);
    const bool time = !time_forms(name).empty();
    if (!time && cell.kind != CellKind::number) return;
    has_value = has_value || time || cell.value != std::floor(cell.value);
  }
  if (!has_value) return;
  fail({.where = where(header_line_),
        .what = "no header",
        .expected = "the names of the columns",
        .got = shown_cell(columns_.front().name()),
        .hint = "put a line of names above the first row"});
}

void TableReader::find_times() {
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (std::size_t n = 0; n < columns_.size(); ++n)
    names.push_back(unnamed_[n] && n > 0 ? "" : columns_[n].name());
  TableForm form = options_.form;
  found_ = data::find_times(csv_.path(), names, dialect_, form);
  is_time_.assign(columns_.size(), false);
  for (const std::size_t column : found_.cells.columns) is_time_[column] = true;
  if (found_.cells.columns.empty()) return;
  TimeReading reading = found_.reading;
  reading.sort = options_.sort;
  reading.preferred = options_.remembered_form;
  if (!options_.form.zone.empty()) reading.zone = Zone::load(options_.form.zone);
  reading.wall_clock =
      options_.remembered_clock == "local" && options_.remembered_step.on_wall_clock();
  time_.emplace(csv_.path(), found_.cells.name(), std::move(reading));
}

void TableReader::add_row() {
  const std::vector<std::string_view>& cells = csv_.cells();
  if (cells.size() != columns_.size()) {
    const bool cut = csv_.cut() && cells.size() < columns_.size();
    fail({.where = where(csv_.line()),
          .what = cut ? "the file ends inside a row" : "ragged row",
          .expected =
              fmt::format("{} cells as in the header, '{}' between them", columns_.size(),
                          dialect_.delimiter == '\t' ? "tab" : std::string(1, dialect_.delimiter)),
          .got = fmt::format("{}", cells.size()),
          .hint = cells[0].substr(0, 1) == "#" ? "say --comment '#' to skip such lines"
                  : cut                        ? "get the whole file, or remove its last line"
                  : cells.size() < columns_.size()
                      ? "write NA where a value is missing; --delimiter names another delimiter"
                      : fmt::format("put a cell that holds '{}' in quotes", csv_.delimiter())});
  }
  if (time_) found_.cells.add_to(*time_, cells, csv_.path(), csv_.line());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!is_time_[i]) columns_[i].add(cells[i], csv_.line());
  }
  lines_.push_back(csv_.line());
}

void TableReader::add_blank_line(std::size_t line) {
  if (columns_.size() > 1 || time_) {
    fail({.where = where(line),
          .what = "empty line between rows",
          .expected = fmt::format("{} cells as in the header", columns_.size()),
          .got = "",
          .hint = "remove it"});
  }
  columns_[0].add("", line);
  lines_.push_back(line);
}

// Whether a column without a name is left out: row numbers in front, nothing at the end.
bool TableReader::drop_unnamed(std::size_t column, Table& table) const {
  if (!unnamed_[column]) return false;
  const NumberColumn& one = columns_[column];
  if (one.is_empty()) return true;
  if (column > 0) {
    fail({.where = where(header_line_),
          .what = fmt::format("column {} of {} has no name", column + 1, columns_.size()),
          .expected = "a name for each column in the header",
          .got = "",
          .hint = "name it, or remove it"});
  }
  if (one.is_text()) return false;
  const std::vector<double>& values = one.values();
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (values[row] != values[0] + static_cast<double>(row)) return false;
  }
  if (values[0] != 0.0 && values[0] != 1.0) return false;
  table.understood.emplace_back("row numbers left out");
  return true;
}

void TableReader::add_columns(Table& table) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_time_[i] || drop_unnamed(i, table)) continue;
    if (columns_[i].is_text()) {
      table.ignored.push_back(columns_[i].name());
      continue;
    }
    columns_[i].check_points();
    table.columns.push_back({columns_[i].name(), columns_[i].take_values()});
  }
}

Table TableReader::finish() {
  if (lines_.empty()) {
    fail({.where = csv_.path(),
          .what = "no rows below the header",
          .expected = "one row per time step",
          .got = "",
          .hint = ""});
  }
  Table table;
  table.path = csv_.path();
  table.lines = std::move(lines_);
  table.form = options_.form;
  add_columns(table);
  if (table.columns.empty()) {
    fail({.where = csv_.path(),
          .what = "no column of numbers",
          .expected = "at least one",
          .got = "",
          .hint = ""});
  }
  describe_reading(table);
  if (time_) {
    table.form.time_columns = found_.cells.names;
    put_on_grid(table, time_->finish());
  }
  return table;
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

// Gives the table its times, and rows of missing values where the grid of times has gaps.
void TableReader::put_on_grid(Table& table, TimeColumn time) const {
  if (!time.order.empty()) {
    for (Column& column : table.columns) reorder(column.values, time.order);
    reorder(table.lines, time.order);
    table.understood.emplace_back("rows sorted by time");
  }
  const TimeGrid grid = grid_of(time, options_);
  table.time_name = time.name;
  table.format = print_form(time.format);
  table.time_form = name_of(time.format);
  table.clock = time.clock;
  const bool remembered =
      !options_.remembered_clock.empty() && options_.remembered_clock != "local";
  if (remembered && !time.clock.local()) table.clock = Clock::named(options_.remembered_clock);
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

void TableReader::describe_reading(Table& table) const {
  std::vector<std::string>& words = table.understood;
  if (!time_) {
    words.insert(words.begin(),
                 options_.form.no_times
                     ? "no times: rows taken as equally spaced"
                     : "no column of times found: rows taken as equally spaced in "
                       "this order, no calendar inputs (--time none says it is meant)");
  }
  if (dialect_.delimiter != ',') {
    words.push_back(dialect_.delimiter == '\t' ? "cells between tabs"
                    : dialect_.delimiter == kBlanks
                        ? "cells between blanks"
                        : fmt::format("cells between '{}'", dialect_.delimiter));
  }
  if (header_line_ > 1) {
    words.push_back(dialect_.sep_line && header_line_ == 2
                        ? "the line sep= above the header skipped"
                        : counted(header_line_ - 1, "line") + " above the header skipped");
  }
  if (csv_.comments() > 0) words.push_back(counted(csv_.comments(), "comment line") + " skipped");
  if (units_) words.emplace_back("a line of units under the header skipped");
  if (joined_) words.emplace_back("names joined from two lines");
  if (csv_.cut())
    words.emplace_back(
        "the last line has no line end (if the file was cut, its last value is too)");
  if (!table.ignored.empty())
    words.push_back(fmt::format("text left out: {}", fmt::join(table.ignored, ", ")));
}

}  // namespace

Table read_table(const std::string& path, const TableOptions& options) {
  return read_table(open_file(path), path, options);
}

Table read_table(std::unique_ptr<ByteSource> source, const std::string& name,
                 const TableOptions& options) {
  return TableReader(std::move(source), name, options).read();
}

std::vector<std::int64_t> read_holidays(const std::string& path) {
  CsvReader csv(path);
  csv.set_delimiter(',');
  csv.set_comment('#');
  std::vector<std::int64_t> days;
  while (csv.next()) {
    if (csv.blank()) continue;
    const std::optional<CellTime> read = read_time(csv.cells()[0], {});
    if (!read && days.empty() && csv.line() == 1) continue;  // a header
    if (!read || read->wall % kDay != 0) {
      fail({.where = fmt::format("{}:{}", path, csv.line()),
            .what = "not a date",
            .expected = "one ISO date a line, such as 2016-12-25",
            .got = shown_cell(csv.cells()[0]),
            .hint = "correct it"});
    }
    days.push_back(day_of(read->wall));
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

}  // namespace sluice::data
