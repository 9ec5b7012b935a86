// sluice stream: answers each row at once; carries the state, and keeps it in a file between runs.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/interrupt.hpp"
#include "cli/output_path.hpp"
#include "cli/row_reader.hpp"
#include "cli/stream_answers.hpp"
#include "cli/stream_options.hpp"
#include "cli/stream_rows.hpp"
#include "cli/stream_state.hpp"
#include "cli/table_input.hpp"
#include "data/csv.hpp"
#include "data/table.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

// --warm: feeds the rows of a file without printing the answers.
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

}  // namespace

void run_stream(const StreamOptions& options) {
  check_outputs({options.state}, {options.model, options.warm, "/dev/stdin"});
  const formats::StoredModel model = formats::load_model(options.model);
  const std::unique_ptr<StreamRows> rows = StreamRows::open(options.model, model, options.window);
  if (options.allow_short && !model.forecast) {
    throw Error(ErrorCode::usage, {.where = "--allow-short",
                                   .what = "a bare network has no required history",
                                   .expected = "a forecasting model, or no --allow-short"});
  }
  const std::atomic<bool>& interrupted = interrupt_flag();
  StateFile state(*rows, options.state, state_schedule(options.state_every));
  if (state.exists() && !options.warm.empty()) {
    throw Error(ErrorCode::usage, {.where = "--warm",
                                   .what = "the state is in " + options.state + " already",
                                   .expected = "only one of them",
                                   .hint = "remove the file to start over"});
  }
  if (state.exists()) state.restore();
  if (!options.warm.empty()) warm_up(*rows, options.warm, interrupted);
  try {
    ColdAnswers cold(*rows, options.allow_short);
    options.binary ? run_binary(*rows, cold, state, interrupted)
                   : run_csv(*rows, cold, state, interrupted);
  } catch (const Error&) {
    state.save();  // keeps the rows before the bad one
    throw;
  }
  state.save();
}

}  // namespace sluice::cli
