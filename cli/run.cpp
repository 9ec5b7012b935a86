// sluice run: raw arrays through a network, as a framework would run it.
#include "network/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/output_path.hpp"
#include "formats/model_file.hpp"
#include "formats/npy.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string model, input, initial_h, initial_c, output, output_h, output_c;
};

std::vector<float> read_state(const std::string& path, const std::vector<std::size_t>& shape) {
  if (path.empty()) return {};
  const formats::NpyArray array = formats::read_npy(path);
  if (array.shape != shape) {
    throw Error(ErrorCode::shape,
                {.where = path,
                 .what = "wrong shape of a state",
                 .expected = fmt::format("[{}] (layers, batch, hidden)", fmt::join(shape, ", ")),
                 .got = fmt::format("[{}]", fmt::join(array.shape, ", "))});
  }
  return array.as_floats();
}

void run(const Options& options) {
  for (const std::string& path : {options.output, options.output_h, options.output_c})
    check_output(path);
  const formats::StoredModel model = formats::load_model(options.model);
  const network::Network* network = model.network();
  if (network == nullptr) {
    throw Error(ErrorCode::model, {.where = options.model,
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "use `sluice forecast`"});
  }
  const network::Architecture& architecture = network->architecture();
  const formats::NpyArray x = formats::read_npy(options.input);
  if (x.shape.size() != 3 || x.shape[2] != architecture.input) {
    throw Error(ErrorCode::shape,
                {.where = options.input,
                 .what = "wrong shape of the input",
                 .expected = fmt::format("[batch, steps, {}]", architecture.input),
                 .got = fmt::format("[{}]", fmt::join(x.shape, ", "))});
  }
  const std::size_t batch = x.shape[0], steps = x.shape[1];
  const std::vector<std::size_t> hidden = architecture.hidden;
  if ((!options.initial_h.empty() || !options.output_h.empty() || !options.initial_c.empty() ||
       !options.output_c.empty()) &&
      std::any_of(hidden.begin(), hidden.end(),
                  [&](std::size_t h) { return h != hidden.front(); })) {
    throw Error(ErrorCode::shape,
                {.where = options.model,
                 .what = "a state is one array only where all layers have the same size"});
  }
  const std::vector<std::size_t> state_shape = {architecture.layers(), batch, hidden.front()};
  network::RunState state{read_state(options.initial_h, state_shape),
                          read_state(options.initial_c, state_shape)};
  const std::vector<float> y = network::run(*network, x.as_floats(), batch, steps, state);
  formats::write_npy(options.output, std::vector<std::size_t>{batch, steps, architecture.width()},
                     y);
  if (!options.output_h.empty()) formats::write_npy(options.output_h, state_shape, state.h);
  if (!options.output_c.empty()) formats::write_npy(options.output_c, state_shape, state.c);
  fmt::print("written: {} [{}, {}, {}]\n", options.output, batch, steps, architecture.width());
}

}  // namespace

void add_run(CLI::App& program, int&) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("run", "Raw arrays through a model's LSTM and head");
  command->add_option("model", options->model, "Model file, or a PyTorch state dictionary")
      ->required()
      ->type_name("MODEL.safetensors");
  command->add_option("--input", options->input, "float32 [batch, steps, inputs]")
      ->required()
      ->type_name("X.npy");
  command->add_option("--output", options->output, "Gets [batch, steps, outputs]")
      ->required()
      ->type_name("Y.npy");
  command->add_option("--initial-h", options->initial_h, "[layers, batch, hidden] [zeros]")
      ->type_name("H.npy");
  command->add_option("--initial-c", options->initial_c, "[layers, batch, hidden] [zeros]")
      ->type_name("C.npy");
  command->add_option("--output-h", options->output_h, "Gets the last hidden state")
      ->type_name("HN.npy");
  command->add_option("--output-c", options->output_c, "Gets the last cell state")
      ->type_name("CN.npy");
  command->footer(
      "Nothing is scaled: the numbers go in and come out as the network sees them.\n"
      "Example: sluice run lstm.safetensors --input x.npy --output y.npy --output-h h.npy");
  command->callback([options] { run(*options); });
}

}  // namespace sluice::cli
