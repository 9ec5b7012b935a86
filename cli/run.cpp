// sluice run: .npy arrays through a network, without scaling. onnx_run.cpp runs ONNX graphs.
#include "engine/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/assumed.hpp"
#include "cli/commands.hpp"
#include "cli/onnx_run.hpp"
#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "formats/model_file.hpp"
#include "formats/npy.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::string initial_h, initial_c, lengths, output, output_h, output_c, output_dir;
};

using Shape = std::vector<std::size_t>;

[[noreturn]] void wrong_shape(const std::string& path, const std::string& what,
                              const std::string& expected, const Shape& got) {
  throw Error(ErrorCode::shape, {.where = path,
                                 .what = what,
                                 .expected = expected,
                                 .got = fmt::format("[{}]", fmt::join(got, ", "))});
}

std::vector<float> read_state(const std::string& path, const Shape& shape, const char* meaning) {
  if (path.empty()) return {};
  const formats::NpyArray array = formats::read_npy(path);
  if (array.shape != shape) {
    wrong_shape(path, "wrong shape of a state",
                fmt::format("[{}] ({})", fmt::join(shape, ", "), meaning), array.shape);
  }
  return array.as_floats();
}

std::vector<std::size_t> read_lengths(const std::string& path, std::size_t batch,
                                      std::size_t steps) {
  if (path.empty()) return {};
  const formats::NpyArray array = formats::read_npy(path);
  if (array.shape != Shape{batch})
    wrong_shape(path, "wrong shape of the lengths", fmt::format("[{}] (batch)", batch),
                array.shape);
  std::vector<std::size_t> lengths;
  for (const std::int64_t length : array.as_integers()) {
    if (length < 0 || static_cast<std::size_t>(length) > steps) {
      throw Error(ErrorCode::data, {.where = fmt::format("{}, entry {}", path, lengths.size()),
                                    .what = "not the length of a sequence of the input",
                                    .expected = fmt::format("0 to {} steps", steps),
                                    .got = std::to_string(length)});
    }
    lengths.push_back(static_cast<std::size_t>(length));
  }
  return lengths;
}

// The shape of a state as one array: [L*D, B, width].
Shape state_shape(const Options& options, const Architecture& arch, std::size_t batch, bool cell) {
  const auto width = [&](std::size_t layer) {
    return cell ? arch.hidden[layer] : arch.state(layer);
  };
  for (std::size_t layer = 1; layer < arch.layers(); ++layer) {
    if (width(layer) == width(0)) continue;
    throw Error(ErrorCode::shape,
                {.where = options.model,
                 .what = "a state fits one array only if all layers have the same size"});
  }
  return {arch.layers() * arch.directions(), batch, width(0)};
}

void refuse_option(bool given, const char* option, const char* hint) {
  if (!given) return;
  throw Error(ErrorCode::usage,
              {.where = option, .what = "not for this kind of model", .hint = hint});
}

void run_network(const Options& options) {
  refuse_option(!options.output_dir.empty(), "--output-dir", "give --output Y.npy");
  if (options.output.empty()) {
    throw Error(
        ErrorCode::usage,
        {.where = "--output", .what = "no place for the output", .expected = "--output Y.npy"});
  }
  std::vector<std::string> read = {options.model, options.initial_h, options.initial_c,
                                   options.lengths};
  read.insert(read.end(), options.inputs.begin(), options.inputs.end());
  check_outputs({options.output, options.output_h, options.output_c}, read);
  if (options.inputs.size() != 1) {
    throw Error(ErrorCode::usage, {.where = "--input",
                                   .what = "a model of this kind takes one array",
                                   .expected = "--input X.npy once",
                                   .got = std::to_string(options.inputs.size())});
  }
  const std::string& input = options.inputs.front();
  const formats::StoredModel model = formats::load_model(options.model);
  const engine::Network* network = model.network();
  if (network == nullptr) {
    throw Error(ErrorCode::model, {.where = options.model,
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "use `sluice forecast`"});
  }
  const Architecture& arch = network->architecture();
  const formats::NpyArray x = formats::read_npy(input);
  if (x.shape.size() != 3 || x.shape[2] != arch.input) {
    wrong_shape(input, "wrong shape of the input", fmt::format("[batch, steps, {}]", arch.input),
                x.shape);
  }
  const std::size_t batch = x.shape[0], steps = x.shape[1];
  const std::vector<std::size_t> lengths = read_lengths(options.lengths, batch, steps);
  const bool with_h = !options.initial_h.empty() || !options.output_h.empty();
  const bool with_c = !options.initial_c.empty() || !options.output_c.empty();
  const Shape h_shape = with_h ? state_shape(options, arch, batch, false) : Shape{};
  const Shape c_shape = with_c ? state_shape(options, arch, batch, true) : Shape{};
  State state{read_state(options.initial_h, h_shape, "layers, batch, size of h"),
              read_state(options.initial_c, c_shape, "layers, batch, hidden")};
  const std::vector<float> values = x.as_floats();
  const std::vector<float> y = engine::run(
      *network, {.x = values, .batch = batch, .steps = steps, .lengths = lengths}, state);
  formats::write_npy(options.output, Shape{batch, steps, arch.width()}, y);
  if (!options.output_h.empty()) formats::write_npy(options.output_h, h_shape, state.h);
  if (!options.output_c.empty()) formats::write_npy(options.output_c, c_shape, state.c);
  say("{}written: {} [{}, {}, {}]\n", assumed_text(model), options.output, batch, steps,
      arch.width());
}

void run(const Options& options) {
  if (!is_onnx(options.model)) return run_network(options);
  refuse_option(!options.lengths.empty(), "--lengths",
                "give the graph's own input: --input NAME=L.npy");
  refuse_option(!options.initial_h.empty(), "--initial-h",
                "give the graph's own input: --input NAME=H.npy");
  refuse_option(!options.initial_c.empty(), "--initial-c",
                "give the graph's own input: --input NAME=C.npy");
  refuse_option(!options.output_h.empty(), "--output-h", "all outputs go to --output-dir DIR");
  refuse_option(!options.output_c.empty(), "--output-c", "all outputs go to --output-dir DIR");
  run_onnx({options.model, options.inputs, options.output, options.output_dir});
}

}  // namespace

void add_run(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      program.add_subcommand("run", "Run raw arrays through a model's LSTM and head");
  command->add_option("model", options->model, "Model file, PyTorch state dictionary or ONNX graph")
      ->required()
      ->type_name("MODEL");
  command
      ->add_option("--input", options->inputs,
                   "float32 [batch, steps, inputs]; for an ONNX graph NAME=X.npy for each input")
      ->required()
      ->allow_extra_args(false)
      ->type_name("X.npy");
  command->add_option("--output", options->output, "Output [batch, steps, outputs]")
      ->type_name("Y.npy");
  command
      ->add_option("--output-dir", options->output_dir,
                   "Folder for NAME.npy of each output of an ONNX graph")
      ->type_name("DIR");
  command
      ->add_option("--lengths", options->lengths,
                   "Integers [batch]: length of each sequence; later outputs are 0 [all steps]")
      ->type_name("L.npy");
  command
      ->add_option(
          "--initial-h", options->initial_h,
          "Initial hidden state [layers * directions, batch, size of h] [zeros, or learned]")
      ->type_name("H.npy");
  command
      ->add_option("--initial-c", options->initial_c,
                   "Initial cell state [layers * directions, batch, hidden] [zeros, or learned]")
      ->type_name("C.npy");
  command->add_option("--output-h", options->output_h, "Last hidden state")->type_name("HN.npy");
  command->add_option("--output-c", options->output_c, "Last cell state")->type_name("CN.npy");
  command->footer(
      "Inputs and outputs are not scaled.\n"
      "Example: sluice run lstm.safetensors --input x.npy --output y.npy --output-h h.npy\n"
      "         sluice run lstm.onnx --input X=x.npy --output-dir out");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
