// sluice stream: a row in, its answer out, at once; the state inside, and in a file between runs.
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

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_path.hpp"
#include "cli/row_reader.hpp"
#include "cli/standard_output.hpp"
#include "cli/stream_rows.hpp"
#include "cli/stream_state.hpp"
#include "cli/table_input.hpp"
#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/table.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "streaming/window.hpp"

namespace sluice::cli {
namespace {

constexpr const char* kInput = "standard input";

struct Options {
  std::string model, state, state_every, warm;
  std::optional<std::size_t> window;
  bool binary = false, allow_short = false;
};

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

// Bytes of standard input; less than `size` at its end, or where the user has asked to end.
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

// The answers of a forecasting model before it has the rows that it looks back on: none, or where
// they are allowed the rough ones that it gives. Said once.
class ColdAnswers {
 public:
  ColdAnswers(const StreamRows& rows, bool allowed) : rows_(rows), allowed_(allowed) {}

  bool allowed() const { return allowed_; }
  /// Of the row pushed last.
  bool is_short() {
    const std::size_t missing = rows_.rows_missing();
    if (missing > 0 && !said_) tell(missing);
    return missing > 0;
  }

 private:
  void tell(std::size_t missing) {
    note("note: the model looks back on {} rows more, {} (--warm DATA gives them{})\n", missing,
         allowed_ ? "forecasts are rough until then" : "no answers until then",
         allowed_ ? "" : ", --allow-short answers all the same");
    said_ = true;
  }

  const StreamRows& rows_;
  bool allowed_, said_ = false;
};

void run_binary(StreamRows& rows, ColdAnswers& cold, StateFile& state,
                const std::atomic<bool>& interrupted) {
  if (rows.reads_times()) {
    throw Error(ErrorCode::usage, {.where = "--binary",
                                   .what = "the model reads the calendar, and float32 has no times",
                                   .expected = "rows of CSV with their times"});
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
                   .what = "the row is cut",
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

std::string csv_line(const std::vector<std::string>& cells) {
  return fmt::format("{}\n", fmt::join(cells, ","));
}

// A gap is filled with missing rows, and said.
void tell_missing(const StreamRows& rows, const RowReader::Row& row) {
  if (!row.time) return;
  try {
    const std::size_t missing = rows.missing_before(*row.time);
    if (missing > 0) note("note: {} rows are missing before {}\n", missing, row.time_text);
  } catch (const Error&) {
    // The row itself will be refused, with a message that names its line.
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

// The rows of a file go in, nothing comes out.
void warm_up(StreamRows& rows, const std::string& path, const std::atomic<bool>& interrupted) {
  if (!rows.has_names()) {
    const std::unique_ptr<data::CsvReader> csv = open_rows(rows, path, interrupted);
    if (!csv->next()) return;
    RowReader reader(rows, *csv);
    over_rows(*csv, reader, interrupted, [&](const RowReader::Row& row, const std::string& where) {
      rows.push(row.values, row.time, where);
    });
    return;
  }
  const data::Table table = read_table_file(path, rows.table_options());
  rows.check(table);
  std::vector<const data::Column*> columns;
  for (const std::string& name : rows.columns()) columns.push_back(&table.at(name));
  std::vector<double> values(columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t n = 0; n < columns.size(); ++n) values[n] = columns[n]->values[row];
    std::optional<forecasting::RowTime> time;
    if (!table.times.empty())
      time = {table.times[row], table.clock.wall(table.times[row]) - table.times[row]};
    rows.push(values, time, table.where(row));
  }
}

void run(const Options& options) {
  check_outputs({options.state}, {options.model, options.warm, "/dev/stdin"});
  const formats::StoredModel model = formats::load_model(options.model);
  const std::unique_ptr<StreamRows> rows = StreamRows::of(options.model, model, options.window);
  if (options.allow_short && !model.forecast) {
    throw Error(ErrorCode::usage, {.where = "--allow-short",
                                   .what = "a bare network does not say what it looks back on",
                                   .expected = "a forecasting model, or none of it"});
  }
  const std::atomic<bool>& interrupted = interrupt_flag();
  StateFile state(*rows, options.state, state_schedule(options.state_every));
  if (state.exists() && !options.warm.empty()) {
    throw Error(ErrorCode::usage, {.where = "--warm",
                                   .what = "the state is in " + options.state + " already",
                                   .expected = "one of the two",
                                   .hint = "remove the file to start anew"});
  }
  if (state.exists()) state.restore();
  if (!options.warm.empty()) warm_up(*rows, options.warm, interrupted);
  try {
    ColdAnswers cold(*rows, options.allow_short);
    options.binary ? run_binary(*rows, cold, state, interrupted)
                   : run_csv(*rows, cold, state, interrupted);
  } catch (const Error&) {
    state.save();  // of the rows taken
    throw;
  }
  state.save();
}

}  // namespace

void add_stream(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("stream", "Rows in, their answers out, at once; the state inside");
  command->add_option("model", options->model, "Model file")->required()->type_name("MODEL");
  command->add_flag("--binary", options->binary,
                    "Rows of float32, little-endian, in and out, without names");
  command
      ->add_option(
          "--state", options->state,
          "Go on from the state in this file, where it exists; write it now and then and at "
          "the end")
      ->type_name("FILE");
  command
      ->add_option("--state-every", options->state_every,
                   "How often: N rows, or Ns for seconds; 0: at the end alone [1000 rows or 10 s]")
      ->needs("--state")
      ->type_name("N|Ns");
  command
      ->add_option("--warm", options->warm,
                   "First take the rows of this CSV, without answers: what a fresh state lacks")
      ->type_name("DATA");
  command->add_flag("--allow-short", options->allow_short,
                    "Answer rows before which there are fewer than a forecasting model looks back "
                    "on, too; a column `history` says short or full");
  command
      ->add_option("--window", options->window,
                   "Of a bare network: each answer from the last T rows, 0: from all [as the model "
                   "says]")
      ->check(CLI::Range(std::size_t{0}, streaming::Window::kLongest))
      ->type_name("T");
  command->footer(
      "Reads CSV from standard input, with the header that the model was trained with (a bare\n"
      "network's rows are its inputs, a header may be there); writes a line for each row at once:\n"
      "of a forecasting model all horizons and quantiles, in the units of the data; empty (with\n"
      "--binary NaN) until it has the rows that it looks back on.\n"
      "Example: tail -n +1 -f load.csv | sluice stream load.safetensors --warm history.csv");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
