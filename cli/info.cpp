// sluice info: the contents of a model file.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/assumed.hpp"
#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "cli/equations.hpp"
#include "cli/info_json.hpp"
#include "cli/onnx_run.hpp"
#include "cli/standard_output.hpp"
#include "formats/model_file.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model;
  bool json = false;
};

std::string names(const std::vector<data::ScaledColumn>& columns) {
  std::vector<std::string> list;
  list.reserve(columns.size());
  for (const data::ScaledColumn& column : columns)
    list.push_back(column.name + (column.mask ? " (+ mask)" : ""));
  return list.empty() ? "none" : fmt::format("{}", fmt::join(list, ", "));
}

std::string summary(const Architecture& arch) {
  return fmt::format(
      "{} inputs, {} layer{} of {} units{}{}, {}", arch.input, arch.layers(),
      arch.layers() == 1 ? "" : "s", fmt::join(arch.hidden, ", "),
      arch.cell.projection > 0 ? fmt::format(" projected to {}", arch.cell.projection) : "",
      arch.direction == Direction::both      ? ", both directions"
      : arch.direction == Direction::reverse ? ", reverse"
                                             : "",
      arch.output > 0 ? fmt::format("linear head with {} outputs", arch.output) : "no head");
}

void print_network(const engine::Network& network) {
  const Architecture& architecture = network.architecture();
  say("{}: {}\n", architecture.cell.kind == CellKind::rnn ? "RNN" : "LSTM", summary(architecture));
  say("architecture: {}\n", to_text(architecture));
  if (network.storage().weights != kernels::WeightType::f32) {
    say("weights: {}{}\n", weights_name(network),
        network.storage().weights == kernels::WeightType::int8
            ? fmt::format(", inputs of up to {:.4g} in size", network.storage().largest_input)
            : "");
  }
  say("equations of a step (h' and c' are from the previous step):\n"
      "{}",
      equations(architecture));
  std::vector<std::vector<std::string>> rows = {{"tensor", "shape", "parameters"}};
  for (const Parameter& parameter : network.list()) {
    rows.push_back({parameter.name, fmt::format("[{}]", fmt::join(parameter.shape, ", ")),
                    std::to_string(parameter.count)});
  }
  rows.push_back({"all", "", std::to_string(network.count())});
  say("{}", columns(rows));
}

void print_forecast(const forecasting::ForecastModel& model) {
  const forecasting::Provenance& from = model.provenance;
  say("forecasts: {}, {} rows ahead, quantiles {}\n", names(model.features.targets), model.horizon,
      fmt::join(model.quantiles, ", "));
  say("  past inputs: {}\n  known ahead: {}\n", names(model.features.past),
      names(model.features.known));
  say("  calendar inputs: {}\n", model.features.calendar.size());
  if (model.features.step.known()) {
    say("  rows: {} apart, times in '{}'\n", data::describe(model.features.step),
        model.features.time_name);
  }
  const std::string bounds = data::describe_bounds(model.features.targets);
  say("  bounds: {}\n", bounds.empty() ? "none" : bounds);
  say("  rows of history that a forecast reads: {}\n", model.rows_needed());
  say("  season: {}\n", model.period > 1 ? fmt::format("{} rows", model.period) : "none");
  for (std::size_t k = 0; k < model.targets(); ++k) {
    say("linear part of '{}': {} lags, {} weights for each step ahead, strength {:g}\n",
        model.features.targets[k].name, model.linear[k].lags, model.linear[k].regressors(),
        model.linear[k].strength);
  }
  if (!from.choice.empty()) say("chosen by rolling origins: {}\n", from.choice);
  say("alpha, the LSTM's share: {}\n", from.alpha_reason);
  say("trained on {}: {} rows, seed {}, final fit on the first {}\n", from.data_file,
      from.data_rows, from.seed, from.fitted_rows);
  const auto time = [](const std::string& text) { return text.empty() ? "" : " (" + text + ")"; };
  say("  validation from row {}{}, test from row {}{}\n", model.split.train_end,
      time(model.train_end_time), model.split.validation_end, time(model.validation_end_time));
  say("  validation MAE {}, linear part alone {}\n", figure(from.validation_mae),
      figure(from.linear_validation_mae));
}

void print_onnx(const std::string& path) {
  using formats::onnx::OnnxModel;
  const OnnxModel model = OnnxModel::load(path);
  say("{}: ONNX graph, opset {}{}\n", path, model.opset(),
      model.producer().empty() ? "" : ", by " + model.producer());
  for (const formats::onnx::Declared& input : model.inputs())
    say("  input '{}': {}\n", input.name, to_string(input));
  for (const formats::onnx::Declared& output : model.outputs())
    say("  output '{}': {}\n", output.name, to_string(output));
  std::vector<std::string> operators;
  for (const auto& entry : model.operators())
    operators.push_back(entry.second == 1 ? entry.first
                                          : fmt::format("{} {}", entry.second, entry.first));
  say("  nodes: {}\n", fmt::join(operators, ", "));
  for (const formats::onnx::LstmSummary& lstm : model.lstms()) {
    if (!lstm.architecture) {
      say("{}: its weights are computed in the graph\n", lstm.node);
      continue;
    }
    say("{}: {}\n{}", lstm.node, summary(*lstm.architecture), equations(*lstm.architecture));
  }
  const formats::onnx::NativeResult native = model.native();
  if (native.model) {
    say("`sluice convert` makes a model file of it\n");
  } else {
    say("runs as a graph only: {}\n", native.reason);
  }
}

void run(const Options& options) {
  if (is_onnx(options.model)) {
    if (options.json) {
      throw Error(ErrorCode::usage,
                  {.where = "--json", .what = "not for ONNX graphs", .hint = "convert it first"});
    }
    return print_onnx(options.model);
  }
  const formats::StoredModel model = formats::load_model(options.model);
  const engine::Network* network = model.network();
  if (options.json) {
    say("{}\n", info_json(options.model, model));
    return;
  }
  say("{}: {}\n", options.model,
      model.forecast             ? "forecasting model, " + model.written_by
      : model.written_by.empty() ? "PyTorch state dictionary"
                                 : "network, " + model.written_by);
  say("{}state: {}\n", assumed_text(model), model.state);
  if (model.forecast) print_forecast(*model.forecast);
  if (network != nullptr) print_network(*network);
}

}  // namespace

void add_info(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "info", "Print the contents of a model file: architecture, inputs, provenance");
  command->add_option("model", options->model, "Model file")->required()->type_name("MODEL");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example: sluice info load.safetensors");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
