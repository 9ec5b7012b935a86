// sluice convert: reads an ONNX graph, a PyTorch state dictionary or a model file and writes a
// model file with its own test vectors, in float16 or int8 if asked.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/assumed.hpp"
#include "cli/convert_options.hpp"
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
    say("the graph outputs only the last step; the model outputs every step\n");
  if (native.model->time_first)
    say("the graph reads [steps, batch, inputs]; the model reads [batch, steps, inputs]\n");
  formats::StoredModel model;
  model.plain.emplace(native.model->architecture);
  model.plain->set_parameters(native.model->parameters);
  return model;
}

// The model that reproduces the sample of --expect. In a file without Sluice's metadata (a state
// dictionary) the sample also decides which layers form the chain.
formats::StoredModel proven(const ConvertOptions& options) {
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
                                     .what = "works on bare networks; this is a forecasting model",
                                     .expected = "`sluice evaluate`, which scores it"});
    }
    difference = formats::prove(*model.plain, sample, options.from);
  } else {
    formats::ProvenNetwork found =
        formats::proven_network(file, options.from, options.chain, sample);
    model = formats::stored_state_dict(std::move(found.made));
    difference = found.difference;
  }
  say("{}its output for {} matches {}{}{}: difference {:.2g}, allowed {:g} of the largest y\n",
      assumed_text(model, true), options.expect[0], options.expect[1],
      difference.time_first ? ", read as [steps, batch, inputs]" : "",
      difference.last_step ? ", of the last step" : "", difference.largest,
      formats::Difference::kTolerance);
  return model;
}

// --unverified: loads a model file although its test vectors are not reproduced.
formats::StoredModel unverified(const ConvertOptions& options) {
  if (is_onnx(options.from) || !options.expect.empty()) {
    throw Error(ErrorCode::usage, {.where = "--unverified",
                                   .what = "works only on Sluice's model files, without --expect",
                                   .hint = "only they contain test vectors"});
  }
  formats::LoadedWithVerification loaded = formats::load_and_verify(options.from, options.chain);
  if (!loaded.verification.passed()) {
    say("accepted although its test vectors are off by {:.2g}\n",
        loaded.verification.largest_error);
  }
  return std::move(loaded.model);
}

formats::StoredModel unproven(const ConvertOptions& options) {
  formats::StoredModel model = is_onnx(options.from)
                                   ? onnx_model(options.from)
                                   : formats::load_model(options.from, options.chain);
  say("{}", assumed_text(model));
  return model;
}

// The model to convert, with the state policy of --state.
formats::StoredModel source(const ConvertOptions& options) {
  formats::StoredModel model = options.unverified       ? unverified(options)
                               : options.expect.empty() ? unproven(options)
                                                        : proven(options);
  const bool wanted = !options.weights.weights.empty() || options.unverified;
  if (model.forecast && (!wanted || !options.state.empty())) {
    throw Error(ErrorCode::model, {.where = options.from,
                                   .what = "a forecasting model needs no conversion",
                                   .expected = "--weights for smaller weights, and no --state",
                                   .hint = "it is in Sluice's own format"});
  }
  if (!options.state.empty()) model.state = options.state;
  return model;
}

void save(const std::string& path, const formats::StoredModel& model) {
  model.forecast ? formats::save_model(path, *model.forecast)
                 : formats::save_model(path, *model.plain, model.state);
}

}  // namespace

int run_convert(const ConvertOptions& options) {
  const std::string ending = ".safetensors";
  if (options.to.size() <= ending.size() ||
      options.to.compare(options.to.size() - ending.size(), ending.size(), ending) != 0) {
    throw Error(ErrorCode::usage, {.where = options.to,
                                   .what = "models are written as .safetensors only",
                                   .expected = "a name that ends in .safetensors",
                                   .got = options.to});
  }
  check(options.weights);
  if (is_onnx(options.from) && options.chain.says_anything()) {
    throw Error(ErrorCode::usage,
                {.where = options.from,
                 .what = "--head, --before, --module and --activation are for "
                         "PyTorch's state dictionaries",
                 .expected = "none of these options: the graph defines all of it"});
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
  say("written: {}, {} parameters, {}state {}, test vectors reproduced to {:.1g}\n", options.to,
      model.network()->count(),
      options.weights.weights.empty() ? "" : options.weights.weights + " weights, ", model.state,
      verified.largest_error);
  return 0;
}

}  // namespace sluice::cli
