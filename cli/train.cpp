// sluice train: trains a forecasting model on a CSV and writes a model file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

#include "cli/cell_option.hpp"
#include "cli/interrupt.hpp"
#include "cli/model_room.hpp"
#include "cli/output_path.hpp"
#include "cli/progress_line.hpp"
#include "cli/table_input.hpp"
#include "cli/train_options.hpp"
#include "cli/train_report.hpp"
#include "data/table.hpp"
#include "data/value_size.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

void complete(TrainOptions& options) {
  forecasting::ForecastOptions& training = options.training;
  training.features.targets = names_of(options.targets);
  training.features.known = names_of(options.known);
  training.features.all_past = options.past.empty();
  if (options.past != "none") training.features.past = names_of(options.past);
  training.features.log = options.log      ? data::LogChoice::on
                          : options.no_log ? data::LogChoice::off
                                           : data::LogChoice::automatic;
  if (!options.bounds.empty()) training.features.bounds = data::bounds_from(options.bounds);
  apply_cell_options(options.cell, training);
  training.initialiser = initialiser_named(options.init);
  training.loss.kind = training::loss_named(options.loss);
  training.optimizer.kind = training::optimizer_named(options.optimizer);
  if (training.optimizer.kind == OptimizerKind::sgd) training.optimizer.momentum = 0.9;
  training.schedule = options.schedule == "cosine"     ? ScheduleKind::cosine
                      : options.schedule == "constant" ? ScheduleKind::constant
                                                       : ScheduleKind::plateau;
}

// If the target became unwritable during training, saves the model to the temporary folder.
void save_somewhere(const std::string& path, const forecasting::ForecastModel& model) {
  try {
    formats::save_model(path, model);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::file) throw;
    const std::filesystem::path name = std::filesystem::path(path).filename();
    const std::string refuge = (std::filesystem::temp_directory_path() / name).string();
    formats::save_model(refuge, model);
    ErrorParts parts = error.parts();
    parts.hint = "the model is in " + refuge + " instead";
    throw Error(error.code(), parts);
  }
}

// Writes the model, unless an interrupted run would replace an existing file. Returns a line that
// says what was done.
std::string save(const TrainOptions& options, const forecasting::TrainingResult& result) {
  const bool cut = result.stopped || result.failure;
  std::error_code ignored;
  if (cut && options.on_stop == "keep" && std::filesystem::exists(options.output, ignored)) {
    return fmt::format(
        "kept: {} unchanged, because training stopped after {} steps (--on-stop save replaces it)",
        options.output, result.model.provenance.steps);
  }
  save_somewhere(options.output, result.model);
  return fmt::format("written: {}{}", options.output, cut ? ", the best so far" : "");
}

}  // namespace

int run_train(TrainOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  complete(options);
  check(options.training);
  check_outputs({options.output}, {options.data});
  const data::Table table = read_table_file(options.data, table_options(options.input, nullptr));
  check_output(options.output, most_model_bytes(options.training, table));
  if (options.training.time_limit > 0) {
    // Reading the file counts towards the limit; 0 would mean no limit.
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begun;
    options.training.time_limit = std::max(1e-9, options.training.time_limit - gone.count());
  }
  ProgressLine line;
  options.training.progress = [&line](const forecasting::Progress& progress) {
    line.show(progress);
  };
  options.training.stop = &interrupt_flag();
  const forecasting::TrainingResult result = forecasting::train_forecast(table, options.training);
  line.end();
  const std::string done = save(options, result);  // before printing, which may fail
  print_inputs(table, result.model);
  print_result(result.model);
  fmt::print("{}\n", done);
  if (result.failure) throw *result.failure;
  return result.stopped ? interrupt_status() : 0;
}

}  // namespace sluice::cli
