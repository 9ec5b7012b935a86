// sluice forecast: the rows after the last one, as CSV and as a plot.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "cli/table_input.hpp"
#include "core/file.hpp"
#include "data/cell.hpp"
#include "data/table.hpp"
#include "forecasting/forecast_next.hpp"
#include "formats/model_file.hpp"
#include "plot/forecast_plot.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model, data, output, plot;
  TableInput input;
  bool allow_short = false;
};

// `history`: the value of the history column, the same in each row; empty: no such column.
std::string csv_text(const forecasting::ForecastModel& model, const data::Table& table,
                     const forecasting::Forecasts& forecasts, const std::string& history) {
  std::string text = "time,horizon,target";
  for (const double q : model.quantiles) text += fmt::format(",q{:g}", q);
  text += history.empty() ? "\n" : ",history\n";
  for (std::size_t k = 0; k < model.targets(); ++k) {
    for (std::size_t h = 0; h < model.horizon; ++h) {
      text += fmt::format("{},{},{}",
                          data::csv_cell(forecasting::row_label(table, forecasts.first + 1 + h)),
                          h + 1, data::csv_cell(model.features.targets[k].name));
      for (std::size_t q = 0; q < model.quantiles.size(); ++q)
        text += "," + data::csv_number(forecasts.at(0, k, h, q));
      text += history.empty() ? "\n" : "," + history + "\n";
    }
  }
  return text;
}

std::string plot_text(const forecasting::ForecastModel& model, const data::Table& table,
                      const forecasting::Forecasts& forecasts) {
  const std::string& target = model.features.targets.front().name;
  const std::size_t rows = forecasts.first + 1;
  const std::size_t shown =
      std::min(rows, std::max<std::size_t>({4 * model.horizon, 2 * model.period, 48}));
  plot::ForecastPlot plot{.title = fmt::format("{}: the next {} rows", target, model.horizon),
                          .target = target,
                          .history_times = {},
                          .history = {},
                          .forecast_times = {},
                          .levels = model.quantiles,
                          .quantiles = {},
                          .actual = {}};
  if (table.step.known())
    plot.title = fmt::format("{}: {} steps of {} ahead", target, model.horizon,
                             data::step_in_words(table.step));
  for (std::size_t row = rows - std::min(shown, std::size_t{400}); row < rows; ++row) {
    plot.history_times.push_back(forecasting::row_label(table, row));
    plot.history.push_back(table.at(target).values[row]);
  }
  for (std::size_t h = 0; h < model.horizon; ++h) {
    plot.forecast_times.push_back(forecasting::row_label(table, rows + h));
    for (std::size_t q = 0; q < model.quantiles.size(); ++q)
      plot.quantiles.push_back(forecasts.at(0, 0, h, q));
  }
  return plot::forecast_svg(plot);
}

void print_summary(const forecasting::ForecastModel& model, const data::Table& table,
                   const forecasting::Forecasts& forecasts) {
  const std::size_t last = model.quantiles.size() - 1;
  std::vector<std::vector<std::string>> rows = {{"time", "target", "forecast",
                                                 fmt::format("q{:g}", model.quantiles.front()),
                                                 fmt::format("q{:g}", model.quantiles.back())}};
  for (std::size_t k = 0; k < model.targets(); ++k) {
    for (std::size_t h = 0; h < model.horizon; ++h) {
      rows.push_back({forecasting::row_label(table, forecasts.first + 1 + h),
                      model.features.targets[k].name, figure(forecasts.at(0, k, h, model.median())),
                      figure(forecasts.at(0, k, h, 0)), figure(forecasts.at(0, k, h, last))});
    }
  }
  say("{}", columns(rows));
}

void run(const Options& options) {
  check_outputs({options.output, options.plot}, {options.model, options.data});
  const formats::StoredModel stored = formats::load_model(options.model);
  if (!stored.forecast) throw formats::not_a_forecaster(options.model);
  const forecasting::ForecastModel& model = *stored.forecast;
  const data::Table table =
      read_table_file(options.data, table_options(options.input, &model.features));
  const forecasting::NextForecast next = forecasting::forecast_next(
      model, table, options.allow_short ? ShortHistory::allow : ShortHistory::refuse);
  if (next.filled > 0) {
    note("note: {} missing values filled with the previous one; the training data had none\n",
         next.filled);
  }
  if (next.short_history) {
    note("note: fewer than the {} rows of history that the model reads: a rough forecast\n",
         model.rows_needed());
  }
  const forecasting::Forecasts& forecasts = next.forecasts;
  const std::string history = !options.allow_short ? "" : next.short_history ? "short" : "full";
  // An error in either text leaves both files unwritten.
  const std::string csv = csv_text(model, table, forecasts, history);
  const std::string svg = options.plot.empty() ? "" : plot_text(model, table, forecasts);
  if (!options.output.empty()) write_file_atomically(options.output, csv);
  if (!options.plot.empty()) write_file_atomically(options.plot, svg);
  if (options.output.empty()) {
    print_summary(model, table, forecasts);
  } else {
    say("written: {}\n", options.output);
  }
  if (!options.plot.empty()) say("written: {}\n", options.plot);
}

}  // namespace

void add_forecast(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("forecast", "Forecast the rows that follow the last one");
  command->add_option("model", options->model, "Model file")
      ->required()
      ->type_name("MODEL.safetensors");
  command->add_option("data", options->data, "CSV file with the model's columns, up to now")
      ->required()
      ->type_name("DATA.csv");
  command
      ->add_option("-o,--output", options->output,
                   "CSV to write: time,horizon,target,q.. [print a table]")
      ->type_name("OUT.csv");
  command->add_option("--plot", options->plot, "Plot to write")->type_name("OUT.svg");
  declare_table_input(*command, options->input, false);
  command->add_flag("--allow-short", options->allow_short,
                    "Also forecast from less history than the model reads; a column `history` says "
                    "short or full");
  command->footer("Example: sluice forecast load.safetensors load.csv -o next.csv --plot next.svg");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
