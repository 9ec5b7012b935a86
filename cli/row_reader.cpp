#include "cli/row_reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "cli/gzip.hpp"
#include "data/cell.hpp"
#include "data/dialect.hpp"
#include "data/table.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {

RowReader::RowReader(const StreamRows& rows, const data::CsvReader& csv)
    : path_(csv.path()),
      columns_(rows.columns()),
      named_(rows.has_names()),
      options_(rows.table_options()),
      numbers_(options_.form.numbers()) {
  if (csv.blank()) {
    throw Error(ErrorCode::data, {.where = where(csv.line()),
                                  .what = "no header",
                                  .expected = "the names of the columns",
                                  .got = "an empty line",
                                  .hint = "start with the header"});
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
  times_.names = options_.form.time_columns;
  for (const std::string& name : times_.names) times_.columns.push_back(place(name, names));
  times_.parts =
      times_.names.size() > 2 || (times_.names.size() == 2 && options_.remembered_form == "%Y-%m");
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
  if (!times_.columns.empty()) {
    row.time_text = times_.text(cells);
    row.time = time(cells, csv.line());
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
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end() && name == data::kUnnamed && names.front().empty()) return 0;
  if (found == names.end()) data::throw_no_column(path_, name, names);
  if (std::find(found + 1, names.end(), name) != names.end()) {
    throw Error(ErrorCode::data, {.where = where(1),
                                  .what = fmt::format("two columns are called '{}'", name),
                                  .expected = "unique names",
                                  .hint = "rename or remove one"});
  }
  return static_cast<std::size_t>(found - names.begin());
}

double RowReader::number(std::string_view text, const std::string& column, std::size_t line) const {
  const data::CellValue cell = data::parse_cell(text, numbers_);
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

forecasting::RowTime RowReader::time(const std::vector<std::string_view>& cells, std::size_t line) {
  if (!time_reader_) {
    time_reader_.emplace(path_, times_.name(), data::stream_reading(times_, cells, options_));
  }
  times_.add_to(*time_reader_, cells, path_, line);
  const data::Timestamp read = time_reader_->take_time();
  const data::Clock clock = time_reader_->clock();
  if (!options_.remembered_clock.empty() &&
      (options_.remembered_clock == "local") != clock.local()) {
    throw Error(ErrorCode::data,
                {.where = fmt::format("{}, column '{}'", where(line), times_.name()),
                 .what = "the time and the model's training data use different clocks",
                 .expected = clock.local() ? "a time with an offset from UTC"
                                           : "a time without an offset from UTC",
                 .got = data::shown_cell(times_.text(cells)),
                 .hint = "write times as in the training data"});
  }
  return {read, clock.wall(read) - read};
}

namespace {

bool has_columns(const std::vector<std::string>& header, const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&header](const std::string& name) {
    return std::find(header.begin(), header.end(), name) != header.end();
  });
}

}  // namespace

std::unique_ptr<data::CsvReader> open_rows(const StreamRows& rows, const std::string& path,
                                           const std::atomic<bool>& interrupted) {
  const data::TableForm form = rows.table_options().form;
  const std::string name = path == "-" ? "standard input" : path;
  std::unique_ptr<data::ByteSource> source =
      path == "-" ? data::open_descriptor(STDIN_FILENO, name, interrupted) : open_unpacked(path);
  if (!form.encoding.empty())
    source = data::decoded(std::move(source), data::encoding_named(form.encoding));
  auto csv = std::make_unique<data::CsvReader>(std::move(source), name);
  csv->set_comment(form.comment);
  csv->skip_lines(form.skip);
  if (form.delimiter != 0) {
    csv->set_delimiter(form.delimiter);
  } else if (rows.has_names()) {
    const std::string_view line = csv->line_ahead();
    for (const char delimiter : {csv->delimiter(), ',', ';', '\t', '|', data::kBlanks}) {
      if (!has_columns(data::split_line(line, delimiter), rows.columns())) continue;
      csv->set_delimiter(delimiter);
      break;
    }
  }
  return csv;
}

}  // namespace sluice::cli
