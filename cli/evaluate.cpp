// sluice evaluate: a backtest on held-out rows beside the baselines, and a verdict in words.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/evaluate_json.hpp"
#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "cli/table_input.hpp"
#include "core/file.hpp"
#include "data/table.hpp"
#include "data/value_size.hpp"
#include "forecasting/backtest.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using forecasting::Backtest;
using forecasting::MethodScore;
using forecasting::PointScore;
using forecasting::TargetBacktest;

struct Options {
  std::string model, data, json;
  TableInput input;
  bool all = false, allow_short = false;
};

std::vector<std::string> score_row(const MethodScore& method, double model_mae) {
  const PointScore& score = method.all;
  return {method.name,         figure(score.mae),  figure(score.rmse),
          figure(score.smape), figure(score.mase), fmt::format("{:.3f}", model_mae / score.mae)};
}

void print_target(const TargetBacktest& target) {
  say("\n{}\n", target.target);
  std::vector<std::vector<std::string>> rows = {
      {"", "MAE", "RMSE", "sMAPE %", "MASE", "model / it"}};
  rows.push_back(score_row(target.model, target.model.all.mae));
  rows.push_back(score_row(target.linear, target.model.all.mae));
  for (const MethodScore& method : target.baselines)
    rows.push_back(score_row(method, target.model.all.mae));
  say("{}", columns(rows));
  say("  pinball loss {}, {:.1f} % of the values lie in the {:g} % interval\n",
      figure(target.quantiles.mean_pinball), 100 * target.quantiles.coverage,
      100 * target.nominal_coverage);

  const std::size_t horizon = target.model.by_horizon.size();
  if (horizon == 1) return;
  rows = {{"MAE by horizon", "model"}};
  for (const MethodScore& method : target.baselines) rows.front().push_back(method.name);
  // At most eight lines, the first and the last horizon among them.
  const std::size_t stride = (horizon + 6) / 7;
  for (std::size_t h = 0; h < horizon; ++h) {
    if (h % stride != 0 && h + 1 != horizon) continue;
    rows.push_back({fmt::format("{}", h + 1), figure(target.model.by_horizon[h].mae)});
    for (const MethodScore& method : target.baselines)
      rows.back().push_back(figure(method.by_horizon[h].mae));
  }
  say("{}", columns(rows));
}

// Prints the verdict. Returns whether the model beats the best baseline by at least 0.05 % MAE.
bool print_verdict(const TargetBacktest& target, const forecasting::ForecastModel& model) {
  if (target.model.all.count == 0) {
    say("These rows have no value of '{}': nothing to score.\n", target.target);
    return true;
  }
  const MethodScore& best = target.best_baseline();
  const double mae = target.model.all.mae, change = 100 * (1 - mae / best.all.mae);
  const bool own_line = best.name == "ridge" && model.alpha == 0;
  if (mae < best.all.mae && change >= 0.05) {
    say("The model beats the best baseline, {}, by {:.1f} % MAE.\n", best.name, change);
  } else if (std::abs(change) < 0.05) {
    say("The model equals the best baseline, {}{}.\n", best.name,
        own_line ? ": alpha is 0, and the linear part is that ridge" : "");
  } else {
    say("The model does NOT beat the best baseline, {}: its MAE is {:.1f} % higher.\n", best.name,
        -change);
  }
  say("The LSTM (alpha {:g}) changes the MAE of the linear part by {:+.1f} %.\n", model.alpha,
      100 * (mae / target.linear.all.mae - 1));
  return mae < best.all.mae && change >= 0.05;
}

int run(const Options& options) {
  check_outputs({options.json}, {options.model, options.data});
  const formats::StoredModel stored = formats::load_model(options.model);
  if (!stored.forecast) throw formats::not_a_forecaster(options.model);
  const forecasting::ForecastModel& model = *stored.forecast;
  const data::Table table =
      read_table_file(options.data, table_options(options.input, &model.features));
  const Backtest backtest = forecasting::backtest(
      model, table, {.all_rows = options.all, .allow_short = options.allow_short});
  if (!options.json.empty()) write_file_atomically(options.json, scores_json(backtest, model));
  say("{} on {}: {} origins, {} to {}, {} rows ahead each{}\n", options.model, table.path,
      backtest.origins, backtest.first_origin, backtest.last_origin, model.horizon,
      options.all ? " (all rows, training rows included)" : "");
  say("  read: {}\n", fmt::join(table.understood, "; "));
  say("  period of seasonal_naive and MASE: {}; ridge: {}\n",
      backtest.season > 1 ? fmt::format("{} rows", backtest.season) : "none found",
      backtest.ridge_note);
  if (backtest.seen_rows != model.split.validation_end && model.train_end_time.empty() &&
      !options.all) {
    say("  the last row of training and validation is row {} here and was row {} in the training "
        "file: rows were added or removed before it\n",
        backtest.seen_rows, model.split.validation_end);
  }
  if (backtest.without_history > 0) {
    say("  {} origins have fewer than the {} rows of history that the model reads: {}\n",
        backtest.without_history, model.rows_needed(),
        options.allow_short ? "included (--allow-short)" : "left out");
  }
  if (const std::size_t beyond = data::count_beyond(model.features, table); beyond > 0) {
    say("  {} values are outside the bounds of the model's forecasts ({}): train with --bounds "
        "none\n",
        beyond, data::describe_bounds(model.features.targets));
  }
  bool beaten = true;
  for (const TargetBacktest& target : backtest.targets) {
    print_target(target);
    beaten = print_verdict(target, model) && beaten;
  }
  return beaten ? 0 : 1;
}

}  // namespace

void add_evaluate(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("evaluate", "Score a model and the baselines on held-out rows");
  command->add_option("model", options->model, "Model file")
      ->required()
      ->type_name("MODEL.safetensors");
  command->add_option("data", options->data, "CSV file with the model's columns")
      ->required()
      ->type_name("DATA.csv");
  command->add_option("--json", options->json, "Write the results to this file as JSON")
      ->type_name("FILE");
  command->add_flag("--all", options->all,
                    "Score all rows, including those of training and validation");
  declare_table_input(*command, options->input, false);
  command->add_flag("--allow-short", options->allow_short,
                    "Also score origins with less history than the model reads");
  command->footer(
      "Exit status 0 if the model beats the best baseline, else 1.\n"
      "Example: sluice evaluate load.safetensors load.csv --json scores.json");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
