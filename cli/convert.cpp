// sluice convert: a model of another format as a model file of ours, with test vectors of its own.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/onnx_run.hpp"
#include "cli/output_path.hpp"
#include "formats/model_file.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string from, to, state = "unknown";
};

network::Network network_of(const Options& options) {
  if (!is_onnx(options.from)) {
    const formats::StoredModel model = formats::load_model(options.from);
    if (model.forecast) {
      throw Error(ErrorCode::model, {.where = options.from,
                                     .what = "a forecasting model needs no conversion",
                                     .hint = "it is in Sluice's own format"});
    }
    return *model.plain;
  }
  const formats::onnx::OnnxModel graph = formats::onnx::OnnxModel::load(options.from);
  const formats::onnx::NativeResult native = graph.native();
  if (!native.model) {
    throw Error(ErrorCode::model, {.where = options.from,
                                   .what = "the graph is no plain stack of LSTM layers",
                                   .expected = "LSTM layers and perhaps a linear head",
                                   .got = native.reason,
                                   .hint = "`sluice run` runs it as it is"});
  }
  if (native.model->last_step_only)
    fmt::print("the graph gives the last step alone; the model gives every step\n");
  if (native.model->time_first)
    fmt::print("the graph reads [steps, batch, inputs]; the model reads [batch, steps, inputs]\n");
  network::Network network(native.model->architecture);
  network.set_parameters(native.model->parameters);
  return network;
}

void run(const Options& options) {
  const std::string ending = ".safetensors";
  if (options.to.size() <= ending.size() ||
      options.to.compare(options.to.size() - ending.size(), ending.size(), ending) != 0) {
    throw Error(ErrorCode::usage, {.where = options.to,
                                   .what = "models are written in one format",
                                   .expected = "a name that ends in .safetensors",
                                   .got = options.to});
  }
  check_output(options.to);
  const network::Network network = network_of(options);
  formats::save_model(options.to, network, options.state);
  const formats::Verification verified = formats::load_and_verify(options.to).verification;
  fmt::print("written: {}, {} parameters, state {}, its test vectors to {:.1g}\n", options.to,
             network.count(), options.state, verified.largest_error);
}

}  // namespace

void add_convert(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand(
      "convert", "An ONNX graph or a PyTorch state dictionary as a model file");
  command->add_option("in", options->from, "What to convert, .onnx or .safetensors")
      ->required()
      ->type_name("IN");
  command->add_option("out", options->to, "Model file to write")
      ->required()
      ->type_name("OUT.safetensors");
  command
      ->add_option(
          "--state", options->state,
          "How it was trained: carried (over chunks), reset:T (windows of T steps), unknown")
      ->capture_default_str()
      ->type_name("POLICY");
  command->footer("Example: sluice convert lstm.onnx lstm.safetensors --state reset:50");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
