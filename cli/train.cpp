// sluice train: from a CSV to a model file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/cell_option.hpp"
#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/model_room.hpp"
#include "cli/output_path.hpp"
#include "cli/progress_line.hpp"
#include "cli/table_input.hpp"
#include "core/printable.hpp"
#include "data/table.hpp"
#include "data/value_size.hpp"
#include "forecasting/forecast_trainer.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  TableInput input;
  std::string data, output, on_stop = "keep", targets, known, past, loss = "quantile",
                            optimizer = "adamw", schedule = "cosine";
  std::vector<std::string> cell;
  std::string init = "standard", bounds;
  bool log = false, no_log = false;
  forecasting::ForecastOptions training;
};

void declare(CLI::App& command, Options& options) {
  forecasting::ForecastOptions& training = options.training;
  command.add_option("data", options.data, "CSV file with a header line")
      ->required()
      ->type_name("DATA.csv");
  command
      .add_option("--target", options.targets,
                  "Column to forecast, several with commas; a name that holds one in quotes: "
                  "'\"Load, MW\"'")
      ->required()
      ->type_name("NAME,..");
  command.add_option("-o,--output", options.output, "Model file to write")
      ->required()
      ->type_name("MODEL.safetensors");
  command.add_option("--known", options.known, "Columns known ahead for the whole horizon")
      ->type_name("NAME,..");
  command
      .add_option("--past", options.past, "Columns known up to now; 'none' for none [all others]")
      ->type_name("NAME,..");
  command.add_option("--horizon", training.horizon, "Rows to forecast ahead")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--quantiles", training.quantiles, "Levels to forecast; 0.5 is always among them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str()
      ->type_name("Q,..");
  command
      .add_option("--lags", training.lags,
                  "Past values that the linear part sees; 0: none [chosen on validation]")
      ->type_name("N");
  command.add_option("--period", training.period, "Rows of a season [found in the training part]")
      ->type_name("N");
  command
      .add_option("--hidden", training.hidden,
                  "Units of an LSTM layer; 0: the linear part alone [64; 0 under 1,000 rows]")
      ->type_name("N");
  command.add_option("--layers", training.layers, "LSTM layers")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--cell", options.cell,
                  "Options of the cell, several with commas; the words are listed below")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("OPTION,..");
  command
      .add_option("--projection", training.cell.projection,
                  "Size of h, projected from the units; 0: none")
      ->type_name("N");
  command.add_flag("--bidirectional", training.bidirectional,
                   "Read each window from its end as well");
  command
      .add_option("--window", training.window,
                  "Forecast from the last T rows alone [from all; with --bidirectional as --bptt]")
      ->type_name("T");
  command
      .add_option("--init", options.init,
                  "Of the weights: standard, pytorch, keras, glorot-uniform, glorot-normal, "
                  "he-uniform, he-normal, orthogonal")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--members", training.members,
                  "LSTMs trained side by side and merged into one of N times the units")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--epochs", training.epochs,
                  "Passes over the training rows [as many as make 400 steps]")
      ->type_name("N");
  command.add_option("--batch", training.batch, "Places in the series per step")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--bptt", training.chunk,
                  "Rows that a gradient flows back [4 seasons, 64 to 256]")
      ->type_name("T");
  command.add_flag("--recompute", training.recompute,
                   "Compute activations again on the way back: the same bits, less memory");
  command.add_option("--loss", options.loss, "quantile, squared, absolute or huber")
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--optimizer", options.optimizer, "adamw, adam or sgd")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--schedule", options.schedule,
                  "Of the learning rate: cosine, constant or plateau")
      ->capture_default_str()
      ->check(CLI::IsMember({"cosine", "constant", "plateau"}))
      ->type_name("NAME");
  command.add_option("--lr", training.rate, "Learning rate")->capture_default_str()->type_name("X");
  command
      .add_option("--dropout", training.dropout,
                  "Share of each layer's outputs dropped in training")
      ->capture_default_str()
      ->type_name("X");
  command.add_flag("--log", options.log,
                   "Forecast the logarithm of the target [where it is skewed and never negative]");
  command.add_flag("--no-log", options.no_log, "Never take the logarithm")->excludes("--log");
  command
      .add_option("--bounds", options.bounds,
                  "Least and largest value of a forecast, one may be empty; 'none' [0, where the "
                  "target was never negative]")
      ->type_name("LO,HI");
  command.add_flag("--refit", training.refit_all,
                   "Fit the final model on all rows: nothing is left to evaluate on");
  command.add_option("--seed", training.seed, "Same seed, same bits")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--threads", training.threads,
                  "Does not change the result [all cores, 8 at most]")
      ->type_name("N");
  command
      .add_option("--time-limit", training.time_limit,
                  "Cut the run after so long, the best so far is kept; 0: never")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
  command
      .add_option("--on-stop", options.on_stop,
                  "Where Ctrl-C, a signal or a loss that is no number cuts the run and the output "
                  "exists: keep it, or save the best so far in its place")
      ->check(CLI::IsMember({"keep", "save"}))
      ->capture_default_str()
      ->type_name("keep|save");
  declare_table_input(command, options.input, true);
  // CLI11 takes -1 for the largest number there is.
  for (CLI::Option* option : command.get_options()) {
    if (option->get_type_name() != "N" && option->get_type_name() != "T") continue;
    option->check([](const std::string& text) {
      return text.rfind('-', 0) == 0 ? "expected no negative number, got " + text : "";
    });
  }
  command.footer(
      cell_option_help() +
      "\n70 % of the rows train, the next 10 % choose, the last 20 % are kept for `sluice "
      "evaluate`.\n"
      "Under 10 (horizon + 2) rows, or 60: a simple method, chosen by rolling origins and fitted "
      "on all.\n"
      "Example: sluice train load.csv --target load --known holiday --horizon 48 -o "
      "load.safetensors");
}

void complete(Options& options) {
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

void print_inputs(const data::Table& table, const forecasting::ForecastModel& model) {
  fmt::print("{}: {} rows", table.path, model.provenance.data_rows);
  const std::string calendar = data::describe_calendar(table.step);
  if (table.step.known())
    fmt::print(", {} apart{}, {} to {}", data::describe(table.step),
               calendar.empty() ? "" : fmt::format(" ({})", calendar), table.time_text(0),
               table.time_text(table.rows() - 1));
  fmt::print("\n  read: {}\n", fmt::join(table.understood, "; "));
  for (const std::string& note : table.notes) fmt::print("  note: {}\n", note);
  const auto names = [](const std::vector<data::ScaledColumn>& columns) {
    std::string text;
    for (const data::ScaledColumn& column : columns)
      text += (text.empty() ? "" : ", ") + column.name;
    return printable(text);
  };
  fmt::print("  target: {}{}\n", names(model.features.targets),
             model.features.targets[0].scaler.log ? " (its logarithm)" : "");
  if (!model.features.past.empty()) fmt::print("  past: {}\n", names(model.features.past));
  if (!model.features.known.empty()) fmt::print("  known ahead: {}\n", names(model.features.known));
  const std::string bounds = data::describe_bounds(model.features.targets);
  const std::size_t beyond = data::count_beyond(model.features, table);
  if (!bounds.empty()) {
    fmt::print(
        "  bounds: {}{}\n", bounds,
        beyond == 0 ? "" : fmt::format("; {} later values lie beyond them: --bounds none", beyond));
  }
  fmt::print("  season: {}\n",
             model.period > 1 ? fmt::format("{} rows", model.period) : "none found");
}

void print_result(const forecasting::ForecastModel& model) {
  const forecasting::Provenance& from = model.provenance;
  if (!from.choice.empty()) {
    fmt::print(
        "  too few rows for a validation part; chosen by rolling origins, fitted on all rows:\n  "
        "{}\n",
        from.choice);
    return;
  }
  fmt::print("  linear part: {} lags, validation MAE {}\n", model.linear[0].lags,
             figure(from.linear_validation_mae));
  if (model.network) {
    const Architecture& architecture = model.network->architecture();
    fmt::print("  LSTM: {} x {} units in {} layer{}{}, {} parameters, best after {} steps, {}\n",
               from.members, architecture.hidden[0] / from.members, architecture.layers(),
               architecture.layers() == 1 ? "" : "s",
               architecture.direction == Direction::both ? ", both directions" : "",
               model.network->count(), from.steps, from.ended);
    if (model.window > 0) fmt::print("  state: from zero over windows of {} rows\n", model.window);
  }
  fmt::print("  alpha, the LSTM's share: {}\n", from.alpha_reason);
  fmt::print("  validation MAE {}, final fit on {} rows\n", figure(from.validation_mae),
             from.fitted_rows);
}

// Where its place was lost during the training, the model goes to the folder for temporary files.
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

// Writes the model, or leaves a file that is there as it is: a few steps shall not take the place
// of a whole training. Answers what was done.
std::string save(const Options& options, const forecasting::TrainingResult& result) {
  const bool cut = result.stopped || result.failure;
  std::error_code ignored;
  if (cut && options.on_stop == "keep" && std::filesystem::exists(options.output, ignored)) {
    return fmt::format(
        "kept: {} as it was, for the training was cut after {} steps (--on-stop save replaces it)",
        options.output, result.model.provenance.steps);
  }
  save_somewhere(options.output, result.model);
  return fmt::format("written: {}{}", options.output, cut ? ", the best so far" : "");
}

int run(Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  complete(options);
  check(options.training);
  check_outputs({options.output}, {options.data});
  const data::Table table = read_table_file(options.data, table_options(options.input, nullptr));
  check_output(options.output, most_model_bytes(options.training, table));
  if (options.training.time_limit > 0) {
    // The time that reading took counts; 0 would mean no limit.
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
  const std::string done = save(options, result);  // before a report that may be lost
  print_inputs(table, result.model);
  print_result(result.model);
  fmt::print("{}\n", done);
  if (result.failure) throw *result.failure;
  return result.stopped ? interrupt_status() : 0;
}

}  // namespace

void add_train(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<Options>();
  options->training.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
  CLI::App* command = program.add_subcommand("train", "Train a forecasting model on a CSV");
  declare(*command, *options);
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
