// sluice stream: a row in, its answer out, at once; the state inside, and in a file between runs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/output_path.hpp"
#include "cli/stream_rows.hpp"
#include "core/file.hpp"
#include "data/cell.hpp"
#include "data/csv.hpp"
#include "data/table.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model, state, warm;
  std::size_t window = 0;
  bool binary = false;
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

void run_binary(StreamRows& rows, const std::atomic<bool>& interrupted) {
  if (rows.reads_times()) {
    throw Error(ErrorCode::usage, {.where = "--binary",
                                   .what = "the model reads the calendar, and float32 has no times",
                                   .expected = "rows of CSV with '" + rows.time_column() + "'"});
  }
  std::vector<float> x(rows.columns().size()), y;
  std::vector<double> values(x.size());
  const std::size_t bytes = x.size() * sizeof(float);
  for (std::size_t number = 1;; ++number) {
    const std::size_t got = read_up_to(x.data(), bytes, interrupted);
    if (got == 0 || interrupted) return;
    const std::string where = fmt::format("standard input, row {}", number);
    if (got < bytes) {
      throw Error(ErrorCode::data,
                  {.where = where,
                   .what = "the row is cut",
                   .expected = fmt::format("{} bytes: {} float32", bytes, x.size()),
                   .got = fmt::format("{}", got)});
    }
    std::copy(x.begin(), x.end(), values.begin());
    const std::span<const double> answer = rows.push(values, "", where);
    y.assign(answer.begin(), answer.end());
    write_all(y.data(), y.size() * sizeof(float));
  }
}

// Where the model's columns stand in the rows of a CSV.
class RowReader {
 public:
  // `csv` stands at its first row: names of columns or, for a bare network, perhaps numbers
  // already.
  RowReader(const StreamRows& rows, const data::CsvReader& csv)
      : columns_(csv.cells().size()), named_(rows.has_names()) {
    const std::vector<std::string> names(csv.cells().begin(), csv.cells().end());
    const std::vector<std::string> wanted = rows.columns();
    if (!named_) {
      first_is_row_ = std::any_of(names.begin(), names.end(), [](const std::string& cell) {
        return data::parse_cell(cell).kind == data::CellKind::number;
      });
      for (std::size_t n = 0; n < wanted.size(); ++n) places_.push_back(n);
      columns_ = wanted.size();
      return;
    }
    const auto place = [&](const std::string& name) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) data::throw_no_column("standard input", name, names);
      return static_cast<std::size_t>(found - names.begin());
    };
    for (const std::string& name : wanted) places_.push_back(place(name));
    if (!rows.time_column().empty()) time_ = place(rows.time_column());
  }

  bool first_is_row() const { return first_is_row_; }

  // Of the row at which `csv` stands: its values, and its time as written.
  struct Row {
    std::vector<double> values;
    std::string time;
  };
  Row read(const data::CsvReader& csv, const std::string& where) const {
    const std::vector<std::string_view>& cells = csv.cells();
    if (cells.size() != columns_) {
      throw Error(ErrorCode::data, {.where = where,
                                    .what = "wrong number of cells",
                                    .expected = fmt::format("{}", columns_),
                                    .got = fmt::format("{}", cells.size())});
    }
    Row row;
    for (const std::size_t place : places_) row.values.push_back(number(cells[place], where));
    if (time_ != kNone) row.time = cells[time_];
    return row;
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  double number(std::string_view text, const std::string& where) const {
    const data::CellValue cell = data::parse_cell(text);
    const bool missing = named_ && cell.kind == data::CellKind::missing;
    if (missing || cell.kind == data::CellKind::number) return cell.value;
    throw Error(ErrorCode::data,
                {.where = where,
                 .what = "not a number",
                 .expected = named_ ? "a number, or an empty cell where it is missing" : "a number",
                 .got = data::shown_cell(text)});
  }

  std::size_t columns_, time_ = kNone;
  bool named_, first_is_row_ = false;
  std::vector<std::size_t> places_;  // of the model's columns
};

void run_csv(StreamRows& rows, const std::atomic<bool>& interrupted) {
  data::CsvReader csv("/dev/stdin", &interrupted);
  if (!csv.next()) return;
  const RowReader reader(rows, csv);
  std::string line = rows.time_column().empty() ? "" : data::csv_cell(rows.time_column());
  const auto add = [&line](const std::string& cell) {
    if (!line.empty()) line += ",";
    line += cell;
  };
  for (const std::string& name : rows.outputs()) add(data::csv_cell(name));
  line += "\n";
  write_all(line.data(), line.size());
  bool there = reader.first_is_row() || csv.next();
  for (; there && !interrupted; there = csv.next()) {
    if (csv.blank()) continue;
    const std::string where = fmt::format("standard input:{}", csv.line());
    const RowReader::Row row = reader.read(csv, where);
    line = rows.time_column().empty() ? "" : data::csv_cell(row.time);
    for (const double value : rows.push(row.values, row.time, where)) add(data::csv_number(value));
    line += "\n";
    write_all(line.data(), line.size());
  }
}

// The rows of a file go in, nothing comes out.
void warm_up(StreamRows& rows, const std::string& path) {
  const data::Table table = data::read_table(path, {.time_column = rows.time_column()});
  std::vector<const data::Column*> columns;
  if (rows.has_names()) {
    for (const std::string& name : rows.columns()) columns.push_back(&table.at(name));
  } else {
    for (const data::Column& column : table.columns) columns.push_back(&column);
    if (columns.size() != rows.columns().size()) {
      throw Error(ErrorCode::data, {.where = path,
                                    .what = "wrong number of columns",
                                    .expected = fmt::format("{} of numbers", rows.columns().size()),
                                    .got = fmt::format("{}", columns.size())});
    }
  }
  std::vector<double> values(columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t n = 0; n < columns.size(); ++n) values[n] = columns[n]->values[row];
    rows.push(values, table.times.empty() ? "" : table.time_text(row), table.where(row));
  }
}

void restore(StreamRows& rows, const std::string& path) {
  const std::string bytes = read_file(path);
  try {
    rows.restore(std::as_bytes(std::span(bytes)));
  } catch (const Error& error) {
    ErrorParts parts = error.parts();
    parts.where = path;
    throw Error(error.code(), parts);
  }
}

void run(const Options& options) {
  check_output(options.state);
  const formats::StoredModel model = formats::load_model(options.model);
  const std::unique_ptr<StreamRows> rows = StreamRows::of(options.model, model, options.window);
  const std::atomic<bool>& interrupted = interrupt_flag();
  const auto keep_state = [&] {
    if (options.state.empty()) return;
    const std::vector<std::byte> saved = rows->save();
    write_file_atomically(options.state,
                          {reinterpret_cast<const char*>(saved.data()), saved.size()});
  };
  if (!options.state.empty() && std::filesystem::exists(options.state)) {
    if (!options.warm.empty()) {
      throw Error(ErrorCode::usage, {.where = "--warm",
                                     .what = "the state is in " + options.state + " already",
                                     .expected = "one of the two",
                                     .hint = "remove the file to start anew"});
    }
    restore(*rows, options.state);
  }
  if (!options.warm.empty()) warm_up(*rows, options.warm);
  try {
    options.binary ? run_binary(*rows, interrupted) : run_csv(*rows, interrupted);
  } catch (const Error&) {
    keep_state();  // of the rows that were answered
    throw;
  }
  keep_state();
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
      ->add_option("--state", options->state,
                   "Go on from the state in this file, where it exists; write it at the end")
      ->type_name("FILE");
  command
      ->add_option("--warm", options->warm,
                   "First take the rows of this CSV, without answers: what a fresh state lacks")
      ->type_name("DATA");
  command
      ->add_option("--window", options->window,
                   "Of a bare network: each answer from the last T rows [as the model says]")
      ->type_name("T");
  command->footer(
      "Reads CSV from standard input, with the header that the model was trained with (a bare\n"
      "network's rows are its inputs, a header may be there); writes a line for each row at once:\n"
      "of a forecasting model all horizons and quantiles, in the units of the data.\n"
      "Example: tail -n +1 -f load.csv | sluice stream load.safetensors --warm history.csv");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
