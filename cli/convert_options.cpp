// The command line of `sluice convert`.
#include "cli/convert_options.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"

namespace sluice::cli {

void add_convert(CLI::App& program, int& exit_status) {
  const auto options = std::make_shared<ConvertOptions>();
  CLI::App* command = program.add_subcommand(
      "convert",
      "Convert an ONNX graph or a PyTorch state dictionary to a model file; quantise a model");
  command->add_option("in", options->from, "File to convert, .onnx or .safetensors")
      ->required()
      ->type_name("IN");
  command->add_option("out", options->to, "Model file to write")
      ->required()
      ->type_name("OUT.safetensors");
  command
      ->add_option("--state", options->state,
                   "State policy of the training: carried (across chunks), reset:T (windows of T "
                   "steps), unknown [from the model]")
      ->type_name("POLICY");
  command
      ->add_option("--expect", options->expect,
                   "Sample input [batch, steps, inputs] and output of all steps or of the last; "
                   "fails unless the converted model reproduces it")
      ->expected(2)
      ->type_name("X.npy Y.npy");
  command
      ->add_option("--head", options->chain.head,
                   "Name of the linear layer after the LSTM; none: only the LSTM")
      ->type_name("NAME");
  command
      ->add_option("--before", options->chain.before,
                   "Name of the layer before the LSTM. A Linear is merged into the LSTM's weights "
                   "(needs --expect); an Embedding is left out, so the model reads its vectors")
      ->type_name("NAME");
  command
      ->add_option("--activation", options->chain.activation,
                   "Activation between the LSTM and the head, or after the head; a model file "
                   "supports only none")
      ->type_name("NAME");
  command->add_option("--module", options->chain.module, "Name of the LSTM if the file has several")
      ->type_name("NAME");
  command
      ->add_option("--weights", options->weights.weights,
                   "Store the weight matrices as float16 or int8")
      ->check(CLI::IsMember({"f16", "int8"}))
      ->type_name("f16|int8");
  command
      ->add_option("--calibrate", options->weights.calibrate,
                   "Rows for measuring the error and for calibrating int8 inputs: a CSV for a "
                   "forecasting model, else .npy [steps, inputs]")
      ->type_name("DATA");
  command->add_flag(
      "--unverified", options->unverified,
      "Accept a model file whose test vectors are not reproduced, and write new ones");
  command->add_flag("--force", options->weights.force,
                    "Write the model even if the error is too large");
  command->footer(
      "--calibrate prints the error against float32 over 100,000 steps, and for a forecasting "
      "model the\n"
      "change of its MAE on the test rows. Writes nothing and exits with status 1 if the MAE "
      "changes by\n"
      "more than 1 %, the error-to-signal ratio of a bare network exceeds 1e-4, or the error grows "
      "with\n"
      "time.\n"
      "A state dictionary holds no graph: the command prints which tensor it takes for which "
      "layer.\n"
      "Example: sluice convert lstm.onnx lstm.safetensors --state reset:50\n"
      "         sluice convert load.safetensors small.safetensors --weights int8 --calibrate "
      "load.csv\n"
      "         sluice convert net.safetensors lstm.safetensors --head fc --expect x.npy y.npy");
  command->callback([options, &exit_status] { exit_status = run_convert(*options); });
}

}  // namespace sluice::cli
