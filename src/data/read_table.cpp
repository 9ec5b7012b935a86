// Reads a table: detects its dialect, its names and its time columns, then appends row after row.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/dialect.hpp"
#include "data/number_column.hpp"
#include "data/table.hpp"
#include "data/table_grid.hpp"
#include "data/table_header.hpp"
#include "data/time_forms.hpp"
#include "data/time_search.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

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
  void read_names();
  void find_times();
  void add_row();
  void add_blank_line(std::size_t line);
  bool is_time(std::size_t column) const { return is_time_[column]; }
  Table finish();
  void add_columns(Table& table);
  bool drop_unnamed(std::size_t column, Table& table) const;
  void describe_reading(Table& table) const;
  std::string where(std::size_t line) const { return fmt::format("{}:{}", csv_.path(), line); }

  const TableOptions& options_;
  CsvReader csv_;
  Dialect dialect_;
  TableHeader header_;
  std::vector<NumberColumn> columns_;  // columns of the file; time columns stay empty
  TimeColumns found_;
  std::vector<bool> is_time_;
  std::optional<TimeReader> time_;
  std::vector<std::size_t> lines_;  // line number of each row
};

Table TableReader::read() {
  check(options_.form);
  const std::string_view sample = csv_.sample(kSample);
  dialect_ = find_dialect(sample, sample.size() < kSample, options_.form);
  csv_.set_delimiter(dialect_.delimiter);
  csv_.set_comment(options_.form.comment);
  read_names();
  find_times();
  const std::size_t guess =
      dialect_.row_lines.empty() || csv_.size() <= kSample
          ? dialect_.rows.size()
          : static_cast<std::size_t>(
                static_cast<double>(csv_.size()) * 1.02 / static_cast<double>(sample.size()) *
                static_cast<double>(std::count(sample.begin(), sample.end(), '\n')));
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    if (!is_time(n)) columns_[n].reserve(guess);
  }
  std::vector<std::size_t> blanks;  // empty lines that become rows if another row follows
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

void TableReader::read_names() {
  header_ = read_header(csv_, dialect_);
  const bool doubt = options_.form.decimal == 0 && options_.form.thousands.empty();
  columns_.reserve(header_.names.size());
  for (const std::string& name : header_.names)
    columns_.emplace_back(csv_.path(), name, options_.form.numbers(), doubt);
}

void TableReader::find_times() {
  found_ = data::find_times(csv_.path(), header_.names, dialect_, options_.form);
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

// Whether a column without a name is dropped: row numbers in front, an empty column at the end.
bool TableReader::drop_unnamed(std::size_t column, Table& table) const {
  if (!header_.unnamed[column]) return false;
  const NumberColumn& one = columns_[column];
  if (one.is_empty()) return true;
  if (column > 0) {
    fail({.where = where(header_.line),
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
    // In a comma-separated file a point is most likely a decimal point.
    const bool commas = dialect_.delimiter == ',';
    if (!commas) columns_[i].check_points();
    for (const std::string& note :
         {columns_[i].likely_missing(), commas ? columns_[i].likely_thousands() : ""}) {
      if (!note.empty()) table.notes.push_back(note);
    }
    if (!commas && columns_[i].may_hold_thousands()) {
      table.understood.push_back(fmt::format(
          "points in '{}' read as decimal points (--thousands . if they separate thousands)",
          columns_[i].name()));
    }
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
    put_on_grid(table, time_->finish(), options_);
  }
  return table;
}

void TableReader::describe_reading(Table& table) const {
  std::vector<std::string>& words = table.understood;
  if (!time_) {
    words.insert(words.begin(),
                 options_.form.no_times
                     ? "no times: rows taken as equally spaced"
                     : "no column of times found: rows taken as equally spaced in "
                       "this order, no calendar inputs (--time none says this is intended)");
  }
  if (dialect_.delimiter != ',') {
    words.push_back(dialect_.delimiter == '\t' ? "cells between tabs"
                    : dialect_.delimiter == kBlanks
                        ? "cells between blanks"
                        : fmt::format("cells between '{}'", dialect_.delimiter));
  }
  if (header_.line > 1) {
    words.push_back(dialect_.sep_line && header_.line == 2
                        ? "the line sep= above the header skipped"
                        : counted(header_.line - 1, "line") + " above the header skipped");
  }
  if (csv_.comments() > 0) words.push_back(counted(csv_.comments(), "comment line") + " skipped");
  if (header_.units) words.emplace_back("a line of units under the header skipped");
  if (header_.joined) words.emplace_back("names joined from two lines");
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
  bool header = false;
  while (csv.next()) {
    if (csv.blank()) continue;
    const std::optional<CellTime> read = read_time(csv.cells()[0], {});
    const bool words = csv.cells()[0].find_first_of("0123456789") == std::string_view::npos;
    if (!read && words && days.empty() && !std::exchange(header, true)) continue;
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
