// sluice convert: a model of another format, or one with smaller weights, as a model file of ours,
// with test vectors of its own.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/commands.hpp"
#include "cli/convert_weights.hpp"
#include "cli/onnx_run.hpp"
#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "formats/model_file.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string from, to, state;
  WeightsOptions weights;
};

formats::StoredModel onnx_model(const std::string& path) {
  const formats::onnx::OnnxModel graph = formats::onnx::OnnxModel::load(path);
  const formats::onnx::NativeResult native = graph.native();
  if (!native.model) {
    throw Error(ErrorCode::model, {.where = path,
                                   .what = "the graph is no plain stack of LSTM layers",
                                   .expected = "LSTM layers and perhaps a linear head",
                                   .got = native.reason,
                                   .hint = "`sluice run` runs it as it is"});
  }
  if (native.model->last_step_only)
    say("the graph gives the last step alone; the model gives every step\n");
  if (native.model->time_first)
    say("the graph reads [steps, batch, inputs]; the model reads [batch, steps, inputs]\n");
  formats::StoredModel model;
  model.plain.emplace(native.model->architecture);
  model.plain->set_parameters(native.model->parameters);
  return model;
}

// What is to be converted, with the state policy that it shall have.
formats::StoredModel source(const Options& options) {
  formats::StoredModel model =
      is_onnx(options.from) ? onnx_model(options.from) : formats::load_model(options.from);
  if (model.forecast && (options.weights.weights.empty() || !options.state.empty())) {
    throw Error(ErrorCode::model, {.where = options.from,
                                   .what = "a forecasting model needs no conversion",
                                   .expected = "--weights, for smaller ones, and no --state",
                                   .hint = "it is in Sluice's own format"});
  }
  if (!options.state.empty()) model.state = options.state;
  return model;
}

void save(const std::string& path, const formats::StoredModel& model) {
  model.forecast ? formats::save_model(path, *model.forecast)
                 : formats::save_model(path, *model.plain, model.state);
}

int run(const Options& options) {
  const std::string ending = ".safetensors";
  if (options.to.size() <= ending.size() ||
      options.to.compare(options.to.size() - ending.size(), ending.size(), ending) != 0) {
    throw Error(ErrorCode::usage, {.where = options.to,
                                   .what = "models are written in one format",
                                   .expected = "a name that ends in .safetensors",
                                   .got = options.to});
  }
  check(options.weights);
  if (!options.state.empty()) formats::check_state(options.state);
  check_outputs({options.to}, {options.from, options.weights.calibrate});
  formats::StoredModel model = source(options);
  if (!options.weights.weights.empty()) {
    std::optional<formats::StoredModel> smaller = with_weights(model, options.weights);
    if (!smaller) return 1;
    model = std::move(*smaller);
  }
  save(options.to, model);
  const formats::Verification verified = formats::load_and_verify(options.to).verification;
  say("written: {}, {} parameters, {}state {}, its test vectors to {:.1g}\n", options.to,
      model.network()->count(),
      options.weights.weights.empty() ? "" : options.weights.weights + " weights, ", model.state,
      verified.largest_error);
  return 0;
}

}  // namespace

void add_convert(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "convert",
      "An ONNX graph or a PyTorch state dictionary as a model file; a model with smaller weights");
  command->add_option("in", options->from, "What to convert, .onnx or .safetensors")
      ->required()
      ->type_name("IN");
  command->add_option("out", options->to, "Model file to write")
      ->required()
      ->type_name("OUT.safetensors");
  command
      ->add_option("--state", options->state,
                   "How it was trained: carried (over chunks), reset:T (windows of T steps), "
                   "unknown [as the "
                   "model says]")
      ->type_name("POLICY");
  command
      ->add_option("--weights", options->weights.weights,
                   "Store its matrices as float16 or as int8, and stream over these")
      ->check(CLI::IsMember({"f16", "int8"}))
      ->type_name("f16|int8");
  command
      ->add_option(
          "--calibrate", options->weights.calibrate,
          "Rows to judge smaller weights on, and for int8 the size of the inputs: CSV of a "
          "forecasting model, else .npy [steps, inputs]")
      ->type_name("DATA");
  command->add_flag("--force", options->weights.force, "Write it also where it changes too much");
  command->footer(
      "With --calibrate the error against float32 over 100,000 steps is printed, and of a\n"
      "forecasting model the change of its MAE on the test rows. Exit status 1, and nothing is\n"
      "written, where the MAE changes by more than 1 %, a bare network's error-to-signal ratio is\n"
      "above 1e-4, or the error grows with time.\n"
      "Example: sluice convert lstm.onnx lstm.safetensors --state reset:50\n"
      "         sluice convert load.safetensors small.safetensors --weights int8 --calibrate "
      "load.csv");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
