#include "cli/row_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "data/cell.hpp"
#include "data/table.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {

RowReader::RowReader(const StreamRows& rows, const data::CsvReader& csv)
    : path_(csv.path()), columns_(rows.columns()), named_(rows.has_names()) {
  if (csv.blank()) {
    throw Error(ErrorCode::data, {.where = where(csv.line()),
                                  .what = "no header",
                                  .expected = "the names of the columns",
                                  .got = "an empty line",
                                  .hint = "begin with the header"});
  }
  const std::vector<std::string> names(csv.cells().begin(), csv.cells().end());
  width_ = named_ ? names.size() : columns_.size();
  for (std::size_t n = 0; n < columns_.size(); ++n) places_.push_back(n);
  if (!named_) {
    first_is_row_ = std::any_of(names.begin(), names.end(), [](const std::string& cell) {
      return data::parse_cell(cell).kind != data::CellKind::text;
    });
    return;
  }
  for (std::size_t n = 0; n < columns_.size(); ++n) places_[n] = place(columns_[n], names);
  if (rows.time_column().empty()) return;
  time_place_ = place(rows.time_column(), names);
  time_name_ = rows.time_column();
}

std::string RowReader::where(std::size_t line) const { return fmt::format("{}:{}", path_, line); }

RowReader::Row RowReader::read(const data::CsvReader& csv) {
  const std::vector<std::string_view>& cells = csv.cells();
  if (cells.size() != width_) {
    throw Error(ErrorCode::data, {.where = where(csv.line()),
                                  .what = "wrong number of cells",
                                  .expected = fmt::format("{}", width_),
                                  .got = fmt::format("{}", cells.size()),
                                  .hint = "write NA where a value is missing"});
  }
  Row row;
  for (std::size_t n = 0; n < places_.size(); ++n)
    row.values.push_back(number(cells[places_[n]], columns_[n], csv.line()));
  if (!time_name_.empty()) {
    row.time_text = cells[time_place_];
    row.time = time(cells[time_place_], csv.line());
  }
  return row;
}

RowReader::Row RowReader::missing(std::size_t line) const {
  if (width_ > 1 || !named_) {
    throw Error(ErrorCode::data, {.where = where(line),
                                  .what = "empty line between rows",
                                  .expected = fmt::format("{} cells", width_),
                                  .hint = "remove it"});
  }
  return {{std::numeric_limits<double>::quiet_NaN()}, {}, ""};
}

std::size_t RowReader::place(const std::string& name, const std::vector<std::string>& names) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) data::throw_no_column(path_, name, names);
  if (std::find(found + 1, names.end(), name) != names.end()) {
    throw Error(ErrorCode::data, {.where = where(1),
                                  .what = fmt::format("two columns are called '{}'", name),
                                  .expected = "a name of its own for each",
                                  .hint = "rename or remove one"});
  }
  return static_cast<std::size_t>(found - names.begin());
}

double RowReader::number(std::string_view text, const std::string& column, std::size_t line) const {
  const data::CellValue cell = data::parse_cell(text);
  const bool missing = named_ && cell.kind == data::CellKind::missing;
  if (missing || cell.kind == data::CellKind::number) return cell.value;
  throw Error(
      ErrorCode::data,
      {.where = fmt::format("{}, column '{}'", where(line), column),
       .what = cell.kind == data::CellKind::infinite ? "an infinite number" : "not a number",
       .expected = named_ ? "a number, or an empty cell where it is missing" : "a number",
       .got = data::shown_cell(text),
       .hint = "correct the cell"});
}

streaming::RowTime RowReader::time(std::string_view text, std::size_t line) {
  if (!times_) times_.emplace(path_, time_name_, data::is_epoch(text));
  times_->add(text, line);
  const data::TimeColumn& column = times_->column();
  const streaming::RowTime read{column.times.back(), column.format.offset};
  const bool moved = column.format.offsets_differ;
  times_->forget_rows();
  if (!moved) return read;
  throw Error(ErrorCode::data, {.where = fmt::format("{}, column '{}'", where(line), time_name_),
                                .what = "the offset from UTC changes",
                                .expected = "the same offset in every row",
                                .got = data::shown_cell(text),
                                .hint = "write all times in UTC, and train on such times"});
}

}  // namespace sluice::cli
