#include "cli/stream_answers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/row_reader.hpp"
#include "cli/standard_output.hpp"
#include "data/cell.hpp"
#include "data/csv.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

constexpr const char* kInput = "standard input";

void write_all(const void* data, std::size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(STDOUT_FILENO, from, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw Error(
          ErrorCode::file,
          {.where = "standard output", .what = "cannot write", .got = std::strerror(errno)});
    }
    from += written;
    size -= static_cast<std::size_t>(written);
  }
}

// Reads `size` bytes from standard input; fewer at its end or after an interrupt.
std::size_t read_up_to(void* to, std::size_t size, const std::atomic<bool>& interrupted) {
  std::size_t got = 0;
  while (got < size && !interrupted) {
    const ssize_t more = ::read(STDIN_FILENO, static_cast<char*>(to) + got, size - got);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) {
      throw Error(ErrorCode::file,
                  {.where = "standard input", .what = "cannot read", .got = std::strerror(errno)});
    }
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  return got;
}

std::string csv_line(const std::vector<std::string>& cells) {
  return fmt::format("{}\n", fmt::join(cells, ","));
}

// Notes how many missing rows the stream inserts before this one.
void tell_missing(const StreamRows& rows, const RowReader::Row& row) {
  if (!row.time) return;
  try {
    const std::size_t missing = rows.missing_before(*row.time);
    if (missing > 0) note("note: {} rows are missing before {}\n", missing, row.time_text);
  } catch (const Error&) {
    // push() rejects the row with a message that names its line.
  }
}

}  // namespace

void ColdAnswers::tell(std::size_t missing) {
  note("note: the model needs {} more rows of history, {} (--warm DATA provides them{})\n", missing,
       allowed_ ? "forecasts are rough until then" : "no answers until then",
       allowed_ ? "" : ", --allow-short answers anyway");
  said_ = true;
}

void run_binary(StreamRows& rows, ColdAnswers& cold, StateFile& state,
                const std::atomic<bool>& interrupted) {
  if (rows.reads_times()) {
    throw Error(ErrorCode::usage,
                {.where = "--binary",
                 .what = "the model reads the calendar, but binary rows have no times",
                 .expected = "CSV rows with times"});
  }
  std::vector<float> x(rows.columns().size()), y;
  std::vector<double> values(x.size());
  const std::size_t bytes = x.size() * sizeof(float);
  for (std::size_t number = 1;; ++number) {
    const std::size_t got = read_up_to(x.data(), bytes, interrupted);
    if (got == 0 || interrupted) return;
    const std::string where = fmt::format("{}, row {}", kInput, number);
    if (got < bytes) {
      throw Error(ErrorCode::data,
                  {.where = where,
                   .what = "the row is truncated",
                   .expected = fmt::format("{} bytes: {} float32", bytes, x.size()),
                   .got = fmt::format("{}", got)});
    }
    std::copy(x.begin(), x.end(), values.begin());
    if (std::any_of(values.begin(), values.end(), [](double v) { return std::isinf(v); })) {
      throw Error(ErrorCode::data, {.where = where,
                                    .what = "a value is infinite",
                                    .expected = "finite numbers; NaN where one is missing",
                                    .hint = "leave the row out"});
    }
    const std::span<const double> answer = rows.push(values, {}, where);
    y.assign(answer.begin(), answer.end());
    if (cold.is_short() && !cold.allowed()) std::fill(y.begin(), y.end(), NAN);
    write_all(y.data(), y.size() * sizeof(float));
    state.row_taken();
  }
}

void run_csv(StreamRows& rows, ColdAnswers& cold, StateFile& state,
             const std::atomic<bool>& interrupted) {
  const std::unique_ptr<data::CsvReader> input = open_rows(rows, "-", interrupted);
  data::CsvReader& csv = *input;
  if (!csv.next() || interrupted) return;
  RowReader reader(rows, csv);
  const std::vector<std::string> times = rows.table_options().form.time_columns;
  const bool timed = !times.empty();
  std::vector<std::string> cells;
  if (timed) cells.push_back(data::csv_cell(fmt::format("{}", fmt::join(times, " "))));
  for (const std::string& name : rows.outputs()) cells.push_back(data::csv_cell(name));
  if (cold.allowed()) cells.push_back("history");
  std::string line = csv_line(cells);
  write_all(line.data(), line.size());
  over_rows(csv, reader, interrupted, [&](const RowReader::Row& row, const std::string& where) {
    cells.clear();
    if (timed) cells.push_back(data::csv_cell(row.time_text));
    state.before_row(row.time);
    tell_missing(rows, row);
    const std::span<const double> answer = rows.push(row.values, row.time, where);
    const bool is_short = cold.is_short();
    for (const double value : answer)
      cells.push_back(is_short && !cold.allowed() ? "" : data::csv_number(value));
    if (cold.allowed()) cells.push_back(is_short ? "short" : "full");
    line = csv_line(cells);
    write_all(line.data(), line.size());
    state.row_taken();
  });
}

}  // namespace sluice::cli
