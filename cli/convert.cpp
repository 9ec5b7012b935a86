// sluice convert: a model of another format, or one with smaller weights, as a model file of ours,
// with test vectors of its own.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/assumed.hpp"
#include "cli/commands.hpp"
#include "cli/convert_weights.hpp"
#include "cli/onnx_run.hpp"
#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "formats/chain_proof.hpp"
#include "formats/model_file.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "formats/sharded.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Options {
  std::string from, to, state;
  formats::ChainRequest chain;
  std::vector<std::string> expect;  // x.npy, y.npy
  WeightsOptions weights;
  bool unverified = false;
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

// A file without our description is a state dictionary, whose chain the sample chooses.
formats::StoredModel proven(const Options& options) {
  const formats::Sample sample = formats::read_sample(options.expect[0], options.expect[1]);
  const formats::SafeTensors file =
      is_onnx(options.from) ? formats::SafeTensors{} : formats::read_tensors(options.from);
  formats::StoredModel model;
  formats::Difference difference;
  if (is_onnx(options.from) || file.metadata.count("sluice") > 0) {
    model = is_onnx(options.from) ? onnx_model(options.from)
                                  : formats::load_model(options.from, options.chain);
    if (!model.plain) {
      throw Error(ErrorCode::usage, {.where = "--expect",
                                     .what = "is for networks, and this is a forecasting model",
                                     .expected = "`sluice evaluate`, which scores it"});
    }
    difference = formats::prove(*model.plain, sample, options.from);
  } else {
    formats::ProvenNetwork found =
        formats::proven_network(file, options.from, options.chain, sample);
    model = formats::stored_state_dict(std::move(found.made));
    difference = found.difference;
  }
  say("{}its answer to {} is {}{}{}: a difference of {:.2g}, {:g} of the largest y allowed\n",
      assumed_text(model, true), options.expect[0], options.expect[1],
      difference.time_first ? ", read as [steps, batch, inputs]" : "",
      difference.last_step ? ", of the last step" : "", difference.largest,
      formats::Difference::kTolerance);
  return model;
}

// A model file whose test vectors are not reproduced, as it is.
formats::StoredModel unverified(const Options& options) {
  if (is_onnx(options.from) || !options.expect.empty()) {
    throw Error(ErrorCode::usage,
                {.where = "--unverified",
                 .what = "is for model files of Sluice's own, without --expect",
                 .hint = "they hold test vectors that loading checks; other files hold none"});
  }
  formats::LoadedWithVerification loaded = formats::load_and_verify(options.from, options.chain);
  if (!loaded.verification.passed()) {
    say("taken as it is: its test vectors are reproduced with an error of {:.2g} only\n",
        loaded.verification.largest_error);
  }
  return std::move(loaded.model);
}

formats::StoredModel unproven(const Options& options) {
  formats::StoredModel model = is_onnx(options.from)
                                   ? onnx_model(options.from)
                                   : formats::load_model(options.from, options.chain);
  say("{}", assumed_text(model));
  return model;
}

// What is to be converted, with the state policy that it shall have.
formats::StoredModel source(const Options& options) {
  formats::StoredModel model = options.unverified       ? unverified(options)
                               : options.expect.empty() ? unproven(options)
                                                        : proven(options);
  const bool wanted = !options.weights.weights.empty() || options.unverified;
  if (model.forecast && (!wanted || !options.state.empty())) {
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
  if (is_onnx(options.from) && options.chain.says_anything()) {
    throw Error(ErrorCode::usage, {.where = options.from,
                                   .what = "--head, --before, --module and --activation are for "
                                           "PyTorch's state dictionaries",
                                   .expected = "none of them: a graph says all of it"});
  }
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
      ->add_option("--expect", options->expect,
                   "What the model makes of an input: x [batch, steps, inputs], y of all steps or "
                   "of the last. Proves that the same is written, or refuses")
      ->expected(2)
      ->type_name("X.npy Y.npy");
  command
      ->add_option("--head", options->chain.head,
                   "The linear layer behind the LSTM by its name in the file; none: the LSTM alone")
      ->type_name("NAME");
  command
      ->add_option("--before", options->chain.before,
                   "The layer before the LSTM. A Linear goes into its weights, with --expect; an "
                   "Embedding is left out: the model reads its vectors")
      ->type_name("NAME");
  command
      ->add_option("--activation", options->chain.activation,
                   "Between LSTM and head, or behind the head; none is all that a model file holds")
      ->type_name("NAME");
  command->add_option("--module", options->chain.module, "The LSTM, where there are several")
      ->type_name("NAME");
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
  command->add_flag("--unverified", options->unverified,
                    "Take a model file whose test vectors are not reproduced, and write new ones");
  command->add_flag("--force", options->weights.force, "Write it also where it changes too much");
  command->footer(
      "With --calibrate the error against float32 over 100,000 steps is printed, and of a\n"
      "forecasting model the change of its MAE on the test rows. Exit status 1, and nothing is\n"
      "written, where the MAE changes by more than 1 %, a bare network's error-to-signal ratio is\n"
      "above 1e-4, or the error grows with time.\n"
      "A state dictionary holds no graph: what was assumed of it is printed, with its own names.\n"
      "Example: sluice convert lstm.onnx lstm.safetensors --state reset:50\n"
      "         sluice convert load.safetensors small.safetensors --weights int8 --calibrate "
      "load.csv\n"
      "         sluice convert net.safetensors lstm.safetensors --head fc --expect x.npy y.npy");
  command->callback([options, &exit_status] { exit_status = run(*options); });
}

}  // namespace sluice::cli
