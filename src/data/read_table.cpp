// Makes a Table of the rows of a file: the header, which column holds the times, the grid of times.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/number_column.hpp"
#include "data/table.hpp"
#include "data/time_column.hpp"
#include "data/time_grid.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void fail(ErrorParts parts) { throw Error(ErrorCode::data, std::move(parts)); }

class TableReader {
 public:
  TableReader(const std::string& path, const TableOptions& options)
      : csv_(path), options_(options) {}
  Table read();

 private:
  std::string where(std::size_t line) const { return fmt::format("{}:{}", csv_.path(), line); }
  void read_header();
  void check_names() const;
  void check_header_is_names() const;
  void find_time_column();
  void add_row();
  void add_blank_line(std::size_t line);
  void check_no_times_overlooked() const;
  Table finish();

  CsvReader csv_;
  const TableOptions& options_;
  std::vector<NumberColumn> columns_;  // of the file; that of the times stays empty
  std::size_t time_index_ = 0;         // where time_ has a value
  std::optional<TimeReader> time_;
  std::vector<std::size_t> lines_;  // of the rows
};

// Gives the table its times, and rows of missing values where the grid of times has gaps.
void put_on_grid(Table& table, const TimeColumn& time) {
  const TimeGrid grid = find_grid(time);
  table.time_name = time.name;
  table.format = time.format;
  table.step = grid.step;
  table.times = time.times;
  const std::size_t rows = grid.row_of.back() + 1;
  if (rows == time.times.size()) return;
  for (Column& column : table.columns) {
    std::vector<double> spread(rows, kNaN);
    for (std::size_t i = 0; i < grid.row_of.size(); ++i) spread[grid.row_of[i]] = column.values[i];
    column.values = std::move(spread);
  }
  table.lines.assign(rows, 0);
  for (std::size_t i = 0; i < grid.row_of.size(); ++i) table.lines[grid.row_of[i]] = time.lines[i];
  table.times.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    table.times[row] = add_steps(time.times.front(), static_cast<std::int64_t>(row), grid.step,
                                 time.format.offset);
  }
}

Table TableReader::read() {
  read_header();
  std::vector<std::size_t> blanks;  // empty lines that are rows if another row follows
  while (csv_.next()) {
    if (csv_.blank()) {
      blanks.push_back(csv_.line());
      continue;
    }
    if (lines_.empty()) find_time_column();
    for (const std::size_t line : blanks) add_blank_line(line);
    blanks.clear();
    add_row();
  }
  return finish();
}

void TableReader::read_header() {
  if (!csv_.next()) {
    fail({.where = csv_.path(),
          .what = "the file is empty",
          .expected = "a header line and rows",
          .got = "",
          .hint = ""});
  }
  if (csv_.blank()) {
    fail({.where = where(1),
          .what = "no header",
          .expected = "the names of the columns",
          .got = "an empty line",
          .hint = "begin the file with the header"});
  }
  columns_.reserve(csv_.cells().size());
  for (const std::string_view cell : csv_.cells()) {
    columns_.emplace_back(csv_.path(), std::string(cell));
  }
  check_names();
  check_header_is_names();
}

void TableReader::check_names() const {
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& name = columns_[i].name();
    if (name.empty()) {
      fail({.where = where(1),
            .what = fmt::format("column {} of {} has no name", i + 1, columns_.size()),
            .expected = "a name for each column in the header",
            .got = "",
            .hint = i == 0 ? "leave a column of row numbers out (pandas: index=False)"
                           : "name it, or remove the delimiter at the end of the lines"});
    }
    if (!names.insert(name).second) {
      fail({.where = where(1),
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
  for (const NumberColumn& column : columns_) {
    const CellValue cell = parse_cell(column.name());
    const bool time = parse_time(column.name()).has_value();
    if (!time && cell.kind != CellKind::number) return;
    has_value = has_value || time || cell.value != std::floor(cell.value);
  }
  if (!has_value) return;
  fail({.where = where(1),
        .what = "no header",
        .expected = "the names of the columns",
        .got = shown_cell(columns_.front().name()),
        .hint = "put a line of names above the first row"});
}

// Called when the first row is the current one.
void TableReader::find_time_column() {
  const bool named = !options_.time_column.empty();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& name = columns_[i].name();
    if (named && name != options_.time_column) continue;
    const std::string_view cell = i < csv_.cells().size() ? csv_.cells()[i] : std::string_view();
    const bool epoch = (named || is_called_time(name)) && is_epoch(cell);
    if (!named && !epoch && !parse_time(cell)) continue;
    time_index_ = i;
    time_.emplace(csv_.path(), name, epoch);
    return;
  }
  if (!named) return;
  std::vector<std::string> names;
  for (const NumberColumn& column : columns_) names.push_back(column.name());
  throw_no_column(csv_.path(), options_.time_column, names);
}

void TableReader::add_row() {
  const std::vector<std::string_view>& cells = csv_.cells();
  if (cells.size() != columns_.size()) {
    fail({.where = where(csv_.line()),
          .what = "ragged row",
          .expected = fmt::format("{} cells as in the header", columns_.size()),
          .got = fmt::format("{}", cells.size()),
          .hint = cells.size() < columns_.size()
                      ? "write NA where a value is missing"
                      : fmt::format("put a cell that holds '{}' in quotes", csv_.delimiter())});
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (time_ && i == time_index_) {
      time_->add(cells[i], csv_.line());
    } else {
      columns_[i].add(cells[i], csv_.line());
    }
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

// A column that is meant as the times must not be left out as text without a word.
void TableReader::check_no_times_overlooked() const {
  for (const NumberColumn& column : columns_) {
    if (time_ || !column.is_text()) continue;
    const bool time = parse_time(column.text()).has_value();  // the first row's is missing
    if (!time && !is_called_time(column.name())) continue;
    const std::size_t line = time ? lines_.front() : column.text_line();
    fail({.where = fmt::format("{}, column {}", where(line), shown_cell(column.name())),
          .what = time ? "no time" : "not a time",
          .expected = "a time such as 2016-07-01 or 2016-07-01 13:00 in every row",
          .got = time ? "an empty cell" : shown_cell(column.text()),
          .hint = "correct it, or remove the column"});
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
  check_no_times_overlooked();
  Table table;
  table.path = csv_.path();
  table.lines = std::move(lines_);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (time_ && i == time_index_) continue;
    if (columns_[i].is_text()) {
      table.ignored.push_back(columns_[i].name());
    } else {
      table.columns.push_back({columns_[i].name(), columns_[i].take_values()});
    }
  }
  if (table.columns.empty()) {
    fail({.where = csv_.path(),
          .what = "no column of numbers",
          .expected = "at least one",
          .got = "",
          .hint = ""});
  }
  if (time_) put_on_grid(table, time_->column());
  return table;
}

}  // namespace

Table read_table(const std::string& path, const TableOptions& options) {
  return TableReader(path, options).read();
}

}  // namespace sluice::data
