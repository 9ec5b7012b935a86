// Writes models with test vectors and a hash, loads them, and checks that this program reproduces
// the test vectors. See forecast_json.hpp for the description and stored_network.hpp for the
// tensors.
#include "formats/model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "core/file.hpp"
#include "core/random.hpp"
#include "formats/architecture_json.hpp"
#include "formats/forecast_json.hpp"
#include "formats/safetensors.hpp"
#include "formats/sensitivity.hpp"
#include "formats/sharded.hpp"
#include "formats/stored_network.hpp"
#include "sluice/error.hpp"
#include "streaming/window.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;
constexpr std::size_t kTestSteps = 17;
constexpr std::uint64_t kTestSeed = 20260501;
// Far beyond the rows of any series; more would overflow the number of regressors.
constexpr std::size_t kMostLags = std::size_t{1} << 32;

[[noreturn]] void refuse(const std::string& where, const std::string& what,
                         const std::string& expected, const std::string& got,
                         const std::string& hint = "the file is damaged or was edited") {
  throw Error(ErrorCode::model,
              {.where = where, .what = what, .expected = expected, .got = got, .hint = hint});
}

std::string linear_name(std::size_t target, const char* part) {
  return fmt::format("head.linear.{}.{}", target, part);
}
std::string test_name(std::size_t target, const char* part) {
  return fmt::format("test.linear.{}.{}", target, part);
}

// The linear forecast of one target from one row of regressors: [N].
std::vector<double> run_linear(const forecasting::LinearModel& linear,
                               std::span<const double> regressors) {
  std::vector<double> out(linear.bias);
  for (std::size_t h = 0; h < out.size(); ++h) {
    for (std::size_t j = 0; j < regressors.size(); ++j)
      out[h] += linear.weight[h * regressors.size() + j] * regressors[j];
  }
  return out;
}

void add_network(SafeTensors& file, const engine::Network& network) {
  add_tensors(file, network);
  Random random(kTestSeed);
  std::vector<float> x(kTestSteps * network.architecture().input);
  for (float& value : x) value = static_cast<float>(random.normal());
  file.tensors.push_back(
      Tensor::from_floats("test.x", {kTestSteps, network.architecture().input}, x));
  file.tensors.push_back(Tensor::from_floats("test.y", {kTestSteps, network.architecture().width()},
                                             run_once(network, x)));
}

// Writes the format version that the weights need, and their storage type.
void describe_weights(json& description, const engine::Network& network) {
  const kernels::WeightType weights = network.storage().weights;
  description["format"] = format_of(weights);
  if (weights != kernels::WeightType::f32)
    description["weights"] = engine::kWeightTypeNames[static_cast<std::size_t>(weights)];
}

void add_linear(SafeTensors& file, const forecasting::ForecastModel& model) {
  Random random(kTestSeed + 1);
  for (std::size_t k = 0; k < model.targets(); ++k) {
    const forecasting::LinearModel& linear = model.linear[k];
    const std::size_t regressors = linear.regressors();
    file.tensors.push_back(
        Tensor::from_doubles(linear_name(k, "weight"), {model.horizon, regressors}, linear.weight));
    file.tensors.push_back(
        Tensor::from_doubles(linear_name(k, "bias"), {model.horizon}, linear.bias));
    file.tensors.push_back(Tensor::from_doubles(
        linear_name(k, "spread"), {model.horizon, model.quantiles.size()}, model.spread[k]));
    std::vector<double> r(regressors);
    for (double& value : r) value = random.normal();
    file.tensors.push_back(Tensor::from_doubles(test_name(k, "r"), {regressors}, r));
    file.tensors.push_back(
        Tensor::from_doubles(test_name(k, "y"), {model.horizon}, run_linear(linear, r)));
  }
}

const Tensor& shaped(const SafeTensors& file, const std::string& path, const std::string& name,
                     const std::vector<std::size_t>& shape) {
  const Tensor& tensor = file.at(name, path);
  if (tensor.shape != shape) {
    refuse(path + ", tensor '" + name + "'", "wrong shape", to_string(shape),
           to_string(tensor.shape));
  }
  return tensor;
}

void read_linear(const SafeTensors& file, const std::string& path,
                 forecasting::ForecastModel& model) {
  for (std::size_t k = 0; k < model.targets(); ++k) {
    forecasting::LinearModel& linear = model.linear[k];
    // Sizes come from the file: check them against the tensors' shapes before allocating.
    const std::size_t now = model.targets() - 1 + model.features.shared_width();
    if (linear.now_width != now || linear.known_width != model.features.known.size()) {
      refuse(path, "the linear part does not fit the columns", fmt::format("{} inputs", now),
             std::to_string(linear.now_width));
    }
    if (linear.lags > kMostLags) {
      refuse(path, "too many lags", fmt::format("at most {}", kMostLags),
             std::to_string(linear.lags));
    }
    const std::size_t regressors = linear.regressors();
    linear.weight =
        shaped(file, path, linear_name(k, "weight"), {model.horizon, regressors}).as_doubles();
    linear.bias = shaped(file, path, linear_name(k, "bias"), {model.horizon}).as_doubles();
    model.spread.push_back(
        shaped(file, path, linear_name(k, "spread"), {model.horizon, model.quantiles.size()})
            .as_doubles());
  }
}

void reject_unknown_tensors(const SafeTensors& file, const std::string& path,
                            const StoredModel& model) {
  std::set<std::string> known = {"test.x", "test.y"};
  if (const engine::Network* network = model.network()) {
    for (const std::string& name : tensor_names(*network)) known.insert(name);
  }
  for (std::size_t k = 0; k < (model.forecast ? model.forecast->targets() : 0); ++k) {
    for (const char* part : {"weight", "bias", "spread"}) known.insert(linear_name(k, part));
    for (const char* part : {"r", "y"}) known.insert(test_name(k, part));
  }
  for (const Tensor& tensor : file.tensors) {
    if (known.count(tensor.name) == 0) {
      refuse(path + ", tensor '" + tensor.name + "'", "unknown tensor", "none of that name", "it");
    }
  }
}

Architecture read_architecture(JsonFields& fields) {
  Architecture architecture = architecture_from(fields.object("architecture"));
  check(architecture);
  return architecture;
}

forecasting::ForecastModel read_forecast(const SafeTensors& file, const std::string& path,
                                         JsonFields& fields, kernels::WeightType weights) {
  forecasting::ForecastModel model = forecast_from(fields.object("forecast"));
  if (!fields.at("architecture").is_null()) {
    const Architecture architecture = read_architecture(fields);
    if (architecture.input != model.network_inputs() ||
        architecture.output != model.network_outputs()) {
      refuse(
          path, "the network does not fit the forecast",
          fmt::format("{} inputs and {} outputs", model.network_inputs(), model.network_outputs()),
          fmt::format("{} and {}", architecture.input, architecture.output));
    }
    model.network = read_network(file, path, architecture, weights);
  }
  read_linear(file, path, model);
  return model;
}

// Largest absolute output, the scale of the errors.
template <class Value>
double scale_of(const std::vector<Value>& expected) {
  double scale = 1e-30;
  for (const Value value : expected) scale = std::max(scale, std::abs(static_cast<double>(value)));
  return scale;
}

// `rounding`: effect of rounding in each of equal parts of the numbers; empty: unknown.
template <class Value>
void compare(const std::vector<Value>& got, const std::vector<Value>& expected,
             const std::vector<double>& rounding, Verification& verification) {
  const double scale = scale_of(expected);
  for (std::size_t j = 0; j < expected.size(); ++j) {
    const double error =
        std::abs(static_cast<double>(got[j]) - static_cast<double>(expected[j])) / scale;
    const double rounded =
        rounding.empty() ? 0.0 : rounding[j * rounding.size() / expected.size()] / scale;
    // Negated comparisons, so that a NaN counts as the largest error.
    if (!(error <= std::max(rounded, Verification::kTolerance)))
      verification.within_rounding = false;
    if (!(error <= verification.largest_error))
      verification.largest_error = std::isnan(error) ? HUGE_VAL : error;
    verification.rounding = std::max(verification.rounding, rounded);
    ++verification.checked;
  }
}

// Measures the effect of rounding only if the error exceeds that of any well-behaved network.
void compare_network(const engine::Network& network, const std::vector<float>& x,
                     const std::vector<float>& expected, Verification& verification) {
  const std::vector<float> got = run_once(network, x);
  Verification plain = verification;
  compare(got, expected, {}, plain);
  if (plain.within_rounding || !std::isfinite(plain.largest_error)) {
    verification = plain;
  } else {
    compare(got, expected, rounding_of(network, x), verification);
  }
}

Verification verify(const SafeTensors& file, const std::string& path, const StoredModel& model) {
  Verification verification;
  const engine::Network* network = model.network();
  if (network != nullptr) {
    const Architecture& architecture = network->architecture();
    const Tensor& x = file.at("test.x", path);
    if (x.shape.size() != 2 || x.shape[1] != architecture.input) {
      refuse(path + ", tensor 'test.x'", "wrong shape", fmt::format("[T, {}]", architecture.input),
             to_string(x.shape));
    }
    compare_network(*network, x.as_floats(),
                    shaped(file, path, "test.y", {x.shape[0], architecture.width()}).as_floats(),
                    verification);
  }
  for (std::size_t k = 0; k < (model.forecast ? model.forecast->targets() : 0); ++k) {
    const forecasting::LinearModel& linear = model.forecast->linear[k];
    compare(run_linear(linear,
                       shaped(file, path, test_name(k, "r"), {linear.regressors()}).as_doubles()),
            shaped(file, path, test_name(k, "y"), {linear.horizon}).as_doubles(), {}, verification);
  }
  verification.seal = check_seal(file);
  return verification;
}

void refuse_non_finite(const SafeTensors& file, const std::string& path) {
  for (const Tensor& tensor : file.tensors) {
    if (tensor.dtype != DType::f64 && tensor.dtype != DType::f32 && tensor.dtype != DType::f16)
      continue;
    const std::vector<double> values = tensor.as_doubles();
    const auto wrong =
        std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
    if (wrong == values.end()) continue;
    refuse(fmt::format("{}, tensor '{}'", path, tensor.name),
           "not written: a weight is not a number", "finite numbers", fmt::format("{}", *wrong),
           "the model that it comes from is damaged or diverged");
  }
}

constexpr const char* kUnknownState = "unknown";

constexpr const char* kStates = "'carried', 'unknown', or 'reset:T' with T from 1 to 1000000";

void read_description(const SafeTensors& file, const std::string& path, const std::string& text,
                      StoredModel& stored) {
  const json description = json::parse(text, nullptr, false);
  if (description.is_discarded())
    refuse(path + ", metadata 'sluice'", "not JSON", "an object", "'" + text.substr(0, 40) + "'");
  JsonFields fields(description, path + ", metadata 'sluice'");
  const auto format = fields.get<std::size_t>("format");
  if (format > kModelFormat) {
    refuse(path, "written by a newer version of Sluice",
           fmt::format("model format {} or older", kModelFormat), fmt::format("format {}", format),
           "update Sluice");
  }
  const kernels::WeightType weights = weights_from(fields, format);
  stored.written_by = fields.get<std::string>("written_by");
  stored.state = fields.get<std::string>("state");
  const std::optional<std::size_t> window = window_of(stored.state);
  if (!window) refuse(path, "unknown state policy", kStates, "'" + stored.state + "'");
  if (!fields.at("forecast").is_null()) {
    stored.forecast = read_forecast(file, path, fields, weights);
    stored.forecast->window = *window;
    const engine::Network* network = stored.network();
    if (stored.state == kUnknownState ||
        (*window == 0 && network != nullptr &&
         network->architecture().direction != Direction::forward)) {
      refuse(path, "a forecasting model needs a state policy that its network can keep",
             "'reset:T', or 'carried' where the network reads forward alone",
             "'" + stored.state + "'");
    }
  } else {
    stored.plain = read_network(file, path, read_architecture(fields), weights);
  }
  reject_unknown_tensors(file, path, stored);
  fields.finish();
}

LoadedWithVerification from_file(const SafeTensors& file, const std::string& path,
                                 const ChainRequest& request = {}) {
  LoadedWithVerification result;
  const auto description = file.metadata.find("sluice");
  if (description == file.metadata.end()) {
    result.model = stored_state_dict(network_from_state_dict(file, path, request));
    return result;
  }
  if (request.says_anything()) {
    throw Error(ErrorCode::usage, {.where = path,
                                   .what = "--head, --before, --module and --activation are for "
                                           "PyTorch's state dictionaries",
                                   .expected = "none of them",
                                   .got = "a model file, which needs no such option"});
  }
  try {
    read_description(file, path, description->second, result.model);
    result.verification = verify(file, path, result.model);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    // A size or name out of range is the file's error, not the caller's.
    refuse(path, error.what(), "", "");
  }
  return result;
}

std::string found_error(const Verification& verification) {
  return fmt::format("an error of {:g}{}", verification.largest_error,
                     verification.rounding > Verification::kTolerance
                         ? fmt::format(", of which rounding explains {:.2g} at most where it is "
                                       "most sensitive",
                                       verification.rounding)
                         : "");
}

void refuse_unverified(const Verification& verification, const std::string& path,
                       const std::string& hint) {
  if (verification.passed()) return;
  refuse(path, "the model does not reproduce its own test vectors",
         fmt::format("an error of at most {:g}", Verification::kTolerance),
         found_error(verification), hint);
}

std::string hint_for(const Verification& verification) {
  const char* how = "`sluice convert --unverified IN OUT` takes it as it is";
  switch (verification.seal) {
    case Seal::whole:
      return fmt::format(
          "the file is intact by its hash: this program computes other numbers than "
          "the one that wrote it, please report that; {}",
          how);
    case Seal::broken:
      return fmt::format(
          "the file is damaged or was edited, and its hash does not match: get it again; {}", how);
    case Seal::none:
      break;
  }
  return fmt::format("the file is damaged or was edited: get it again; {}", how);
}

// Load before replacing: a file that cannot be loaded must not overwrite a good one.
void write_verified(const std::string& path, const SafeTensors& file) {
  refuse_non_finite(file, path);
  const std::string bytes = serialize_safetensors(file);
  refuse_unverified(from_file(parse_safetensors(bytes, path), path).verification, path,
                    "nothing was written");
  write_file_atomically(path, bytes);
}

SafeTensors to_file(const forecasting::ForecastModel& model) {
  SafeTensors file;
  if (model.network) add_network(file, *model.network);
  add_linear(file, model);
  json description = {
      {"format", 1},
      {"written_by", "sluice " SLUICE_VERSION},
      {"state", model.window > 0 ? fmt::format("reset:{}", model.window) : "carried"},
      {"architecture", model.network ? to_json(model.network->architecture()) : json(nullptr)},
      {"forecast", to_json(model)}};
  if (model.network) describe_weights(description, *model.network);
  // Column names are UTF-8, but the data file's name may be anything.
  file.metadata["sluice"] = description.dump(-1, ' ', false, json::error_handler_t::replace);
  file.metadata[kSealKey] = seal_of(file);
  return file;
}

}  // namespace

std::optional<std::size_t> window_of(const std::string& state) {
  if (state == "carried" || state == kUnknownState) return 0;
  const std::string start = "reset:";
  if (state.rfind(start, 0) == 0) {
    std::size_t window = 0;
    const char* end = state.data() + state.size();
    const auto read = std::from_chars(state.data() + start.size(), end, window);
    if (read.ec == std::errc() && read.ptr == end && window > 0 &&
        window <= streaming::Window::kLongest)
      return window;
  }
  return std::nullopt;
}

const engine::Network* StoredModel::network() const {
  if (forecast) return forecast->network ? &*forecast->network : nullptr;
  return plain ? &*plain : nullptr;
}

Error not_a_forecaster(const std::string& path) {
  return Error(ErrorCode::model,
               {.where = path,
                .what = "not a forecasting model, only a network",
                .hint = "make one with `sluice train`, or use `sluice run` with raw arrays"});
}

std::string serialize_model(const forecasting::ForecastModel& model) {
  return serialize_safetensors(to_file(model));
}

void check_state(const std::string& state) {
  if (window_of(state)) return;
  throw Error(ErrorCode::usage, {.where = "--state",
                                 .what = "unknown state policy",
                                 .expected = kStates,
                                 .got = "'" + state + "'"});
}

void check_state(const std::string& state, const Architecture& architecture) {
  check_state(state);
  if (state != "carried" || architecture.direction == Direction::forward) return;
  throw Error(ErrorCode::usage,
              {.where = "--state",
               .what = "a network that reads from the end cannot carry its state on",
               .expected = "'reset:T' or 'unknown'",
               .got = "'carried'"});
}

namespace {

SafeTensors to_file(const engine::Network& network, const std::string& state) {
  check_state(state, network.architecture());
  SafeTensors file;
  add_network(file, network);
  json description = {{"format", 1},
                      {"written_by", "sluice " SLUICE_VERSION},
                      {"state", state},
                      {"architecture", to_json(network.architecture())},
                      {"forecast", nullptr}};
  describe_weights(description, network);
  file.metadata["sluice"] = description.dump();
  file.metadata[kSealKey] = seal_of(file);
  return file;
}

}  // namespace

std::string serialize_model(const engine::Network& network, const std::string& state) {
  const SafeTensors file = to_file(network, state);
  refuse_non_finite(file, "model");
  return serialize_safetensors(file);
}

void save_model(const std::string& path, const engine::Network& network, const std::string& state) {
  write_verified(path, to_file(network, state));
}

void save_model(const std::string& path, const forecasting::ForecastModel& model) {
  write_verified(path, to_file(model));
}

StoredModel stored_state_dict(StateDictNetwork made) {
  StoredModel model;
  model.plain = std::move(made.network);
  model.assumed = std::move(made.chain.text);
  model.left_out = std::move(made.chain.left_out);
  return model;
}

LoadedWithVerification load_and_verify(const std::string& path, const ChainRequest& request) {
  return from_file(read_tensors(path), path, request);
}

StoredModel load_model(const std::string& path, const ChainRequest& request) {
  LoadedWithVerification loaded = load_and_verify(path, request);
  refuse_unverified(loaded.verification, path, hint_for(loaded.verification));
  return std::move(loaded.model);
}

StoredModel load_model(std::string_view bytes, const std::string& name) {
  LoadedWithVerification loaded = from_file(parse_safetensors(bytes, name), name);
  refuse_unverified(loaded.verification, name, hint_for(loaded.verification));
  return std::move(loaded.model);
}

}  // namespace sluice::formats
