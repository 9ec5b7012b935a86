// The command line of `sluice train`.
#include "cli/train_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <thread>

#include "cli/cell_option.hpp"
#include "cli/commands.hpp"

namespace sluice::cli {
namespace {

void declare(CLI::App& command, TrainOptions& options) {
  forecasting::ForecastOptions& training = options.training;
  command.add_option("data", options.data, "CSV file with a header line")
      ->required()
      ->type_name("DATA.csv");
  command
      .add_option("--target", options.targets,
                  "Column to forecast, or several separated by commas; quote a name that contains "
                  "a comma: '\"Load, MW\"'")
      ->required()
      ->type_name("NAME,..");
  command.add_option("-o,--output", options.output, "Model file to write")
      ->required()
      ->type_name("MODEL.safetensors");
  command.add_option("--known", options.known, "Columns known in advance for the whole horizon")
      ->type_name("NAME,..");
  command
      .add_option("--past", options.past,
                  "Columns known only up to now; 'none': no such columns [all others]")
      ->type_name("NAME,..");
  command.add_option("--horizon", training.horizon, "Number of rows to forecast")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--quantiles", training.quantiles,
                  "Quantile levels to forecast; 0.5 is always included")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str()
      ->type_name("Q,..");
  command
      .add_option("--lags", training.lags,
                  "Past values that the linear part reads; 0: none [chosen on validation]")
      ->type_name("N");
  command
      .add_option("--period", training.period, "Rows per season [detected in the training part]")
      ->type_name("N");
  command
      .add_option("--hidden", training.hidden,
                  "Units per LSTM layer; 0: only the linear part [64; 0 for fewer than 1,000 rows]")
      ->type_name("N");
  command.add_option("--layers", training.layers, "Number of LSTM layers")
      ->capture_default_str()
      ->type_name("N");
  command.add_option("--cell", options.cell, "Cell options separated by commas, listed below")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("OPTION,..");
  command
      .add_option("--projection", training.cell.projection,
                  "Size of the projected hidden state; 0: no projection")
      ->type_name("N");
  command.add_flag("--bidirectional", training.bidirectional,
                   "Read each window in both directions");
  command
      .add_option("--window", training.window,
                  "Forecast from only the last T rows [all rows; with --bidirectional as --bptt]")
      ->type_name("T");
  command
      .add_option("--init", options.init,
                  "Initialisation of the weights: standard, pytorch, keras, glorot-uniform, "
                  "glorot-normal, he-uniform, he-normal, orthogonal")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--members", training.members,
                  "LSTMs trained side by side and merged into one with N times the units")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--epochs", training.epochs,
                  "Passes over the training rows [enough for 400 steps]")
      ->type_name("N");
  command.add_option("--batch", training.batch, "Chunks of the series per training step")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--bptt", training.chunk, "Rows that gradients flow back [4 seasons, 64 to 256]")
      ->type_name("T");
  command.add_flag("--recompute", training.recompute,
                   "Recompute activations in the backward pass: less memory, identical results");
  command.add_option("--loss", options.loss, "Loss: quantile, squared, absolute or huber")
      ->capture_default_str()
      ->type_name("NAME");
  command.add_option("--optimizer", options.optimizer, "Optimizer: adamw, adam or sgd")
      ->capture_default_str()
      ->type_name("NAME");
  command
      .add_option("--schedule", options.schedule,
                  "Learning rate schedule: cosine, constant or plateau")
      ->capture_default_str()
      ->check(CLI::IsMember({"cosine", "constant", "plateau"}))
      ->type_name("NAME");
  command.add_option("--lr", training.rate, "Learning rate")->capture_default_str()->type_name("X");
  command.add_option("--dropout", training.dropout, "Dropout rate of each layer's outputs")
      ->capture_default_str()
      ->type_name("X");
  command.add_flag("--log", options.log,
                   "Forecast the logarithm of the target [if it is skewed and never negative]");
  command.add_flag("--no-log", options.no_log, "Never take the logarithm")->excludes("--log");
  command
      .add_option("--bounds", options.bounds,
                  "Bounds of a forecast, either may be empty; 'none': no bounds [0, if the target "
                  "was never negative]")
      ->type_name("LO,HI");
  command.add_flag("--refit", training.refit_all,
                   "Fit the final model on all rows, which leaves none for `sluice evaluate`");
  command.add_option("--seed", training.seed, "Random seed; the same seed gives identical results")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--threads", training.threads,
                  "Number of threads; does not change the result [all cores, 8 at most]")
      ->type_name("N");
  command
      .add_option("--time-limit", training.time_limit,
                  "Stop after this time and keep the best model so far; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
  command
      .add_option("--on-stop", options.on_stop,
                  "If Ctrl-C, a signal or a NaN loss stops the run and the output file exists: "
                  "keep it, or save the best model so far in its place")
      ->check(CLI::IsMember({"keep", "save"}))
      ->capture_default_str()
      ->type_name("keep|save");
  declare_table_input(command, options.input, true);
  // CLI11 parses -1 as the largest unsigned number.
  for (CLI::Option* option : command.get_options()) {
    if (option->get_type_name() != "N" && option->get_type_name() != "T") continue;
    option->check([](const std::string& text) {
      return text.rfind('-', 0) == 0 ? "must not be negative, got " + text : "";
    });
  }
  command.footer(cell_option_help() +
                 "\nThe first 70 % of the rows are for training, the next 10 % for validation, the "
                 "last 20 % for\n"
                 "`sluice evaluate`. With fewer than 10 (horizon + 2) rows, or 60: a simple "
                 "method, chosen by rolling\n"
                 "origins and fitted on all rows.\n"
                 "Example: sluice train load.csv --target load --known holiday --horizon 48 -o "
                 "load.safetensors");
}

}  // namespace

void add_train(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<TrainOptions>();
  options->training.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
  CLI::App* command = program.add_subcommand("train", "Train a forecasting model on a CSV");
  declare(*command, *options);
  command->callback([options, &exit_status] { exit_status = run_train(*options); });
}

}  // namespace sluice::cli
