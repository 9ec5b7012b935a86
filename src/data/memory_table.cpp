#include "data/memory_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

#include "sluice/error.hpp"

namespace sluice::data {
namespace {

constexpr const char* kName = "table in memory";

// Appends a cell that may hold delimiters, quotes and line ends.
void append_quoted(std::string& text, std::string_view cell) {
  text += '"';
  for (const char letter : cell) {
    if (letter == '"') text += '"';
    text += letter;
  }
  text += '"';
}

std::size_t rows_of(const sluice::Table& table) {
  return table.columns.empty() ? table.times.size() : table.columns.front().values.size();
}

void check(const sluice::Table& table) {
  const std::size_t rows = rows_of(table);
  const auto expect_rows = [rows](const std::string& what, std::size_t got) {
    if (got == rows) return;
    throw Error(ErrorCode::shape, {.where = std::string(kName) + ", " + what,
                                   .what = "wrong number of rows",
                                   .expected = std::to_string(rows) + ", as the first column has",
                                   .got = std::to_string(got)});
  };
  if (!table.times.empty()) expect_rows("times", table.times.size());
  for (const TableColumn& column : table.columns) {
    if (column.name.empty()) {
      throw Error(ErrorCode::usage, {.where = kName,
                                     .what = "a column without a name",
                                     .expected = "a name for each",
                                     .got = "an empty one"});
    }
    expect_rows("column '" + column.name + "'", column.values.size());
    for (std::size_t row = 0; row < rows; ++row) {
      if (!std::isinf(column.values[row])) continue;
      throw Error(ErrorCode::usage,
                  {.where = fmt::format("{}, column '{}', row {}", kName, column.name, row),
                   .what = "an infinite value",
                   .expected = "a finite number, or NaN where the value is missing",
                   .got = fmt::format("{}", column.values[row])});
    }
  }
}

}  // namespace

Table read_table(const sluice::Table& table, TableOptions options) {
  check(table);
  const bool timed = !table.times.empty();
  std::string text;
  if (timed) append_quoted(text, table.time_name);
  for (const TableColumn& column : table.columns) {
    if (!text.empty()) text += ',';
    append_quoted(text, column.name);
  }
  text += '\n';
  for (std::size_t row = 0; row < rows_of(table); ++row) {
    if (timed) append_quoted(text, table.times[row]);
    for (std::size_t k = 0; k < table.columns.size(); ++k) {
      if (timed || k > 0) text += ',';
      const double value = table.columns[k].values[row];
      fmt::format_to(std::back_inserter(text), "{}",
                     std::isnan(value) ? "NA" : fmt::to_string(value));
    }
    text += '\n';
  }
  options.form.delimiter = ',';
  options.form.decimal = '.';
  options.form.thousands.clear();
  options.form.strip.clear();
  options.form.comment = 0;
  options.form.skip = 0;
  options.form.encoding.clear();
  options.form.no_times = !timed;
  options.form.time_columns.clear();
  if (timed) options.form.time_columns = {table.time_name};
  if (!table.zone.empty()) options.form.zone = table.zone;
  Table read = read_table(open_text(text), kName, options);
  // The delimiter belongs to the text made here; later files need not share it.
  read.form.delimiter = 0;
  read.form.decimal = 0;
  read.form.time_columns.clear();
  return read;
}

}  // namespace sluice::data
