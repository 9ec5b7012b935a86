// Implements include/sluice/model.hpp and version.hpp by the inner layers; no logic of its own.
#include "sluice/model.hpp"

#include <algorithm>
#include <utility>

#include "api/model_parts.hpp"
#include "core/threads.hpp"
#include "engine/run.hpp"
#include "engine/state_arrays.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "sluice/version.hpp"

namespace sluice {
namespace {

constexpr const char* kInMemory = "model in memory";

const Parameter& named(const engine::Network& network, std::string_view name) {
  for (const Parameter& parameter : network.list()) {
    if (parameter.name == name) return parameter;
  }
  std::string names;
  for (const Parameter& parameter : network.list())
    names += (names.empty() ? "" : ", ") + parameter.name;
  throw Error(ErrorCode::usage, {.where = "model",
                                 .what = "no such tensor",
                                 .expected = "one of " + names,
                                 .got = "'" + std::string(name) + "'"});
}

void expect_floats(std::string_view where, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = std::string(where),
                                 .what = "wrong number of values",
                                 .expected = std::to_string(expected),
                                 .got = std::to_string(got)});
}

engine::Network network_of(formats::StoredModel& stored, const std::string& path) {
  if (stored.network() != nullptr) return *stored.network();
  throw Error(ErrorCode::model, {.where = path,
                                 .what = "the model has no LSTM, only a linear part",
                                 .hint = "load it as a sluice::Forecaster"});
}

}  // namespace

const char* version() noexcept { return SLUICE_VERSION; }

engine::Network& Model::Parts::changeable() {
  if (network_->storage().weights != kernels::WeightType::f32) {
    throw Error(ErrorCode::usage, {.where = "model",
                                   .what = "its weights are stored as float16 or int8",
                                   .expected = "float32",
                                   .hint = "change the model that it was converted from"});
  }
  const std::lock_guard lock(making_);
  if (stream_model_ != nullptr) {
    network_ = std::make_shared<engine::Network>(*network_);
    stream_model_.reset();
  }
  ++version_;
  return *network_;
}

std::shared_ptr<const streaming::StreamModel> Model::Parts::stream_model() {
  const std::lock_guard lock(making_);
  if (stream_model_ == nullptr) stream_model_ = std::make_shared<streaming::StreamModel>(network_);
  return stream_model_;
}

Model::Model(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::Model(const Model& other)
    : parts_(std::make_shared<Parts>(other.parts_->network(), other.parts_->state_policy)) {}
Model& Model::operator=(const Model& other) {
  if (this != &other) *this = Model(other);
  return *this;
}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::create(const Architecture& architecture, std::uint64_t seed, Initialiser initialiser) {
  engine::Network network(architecture);
  network.set_parameters(
      initial_parameters(architecture, {.seed = seed, .initialiser = initialiser}));
  return Model(std::make_shared<Parts>(std::move(network), "unknown"));
}

Model Model::load(const std::string& path) {
  formats::StoredModel stored = formats::load_model(path);
  return Model(std::make_shared<Parts>(network_of(stored, path), stored.state));
}

Model Model::load(std::span<const std::byte> bytes) {
  formats::StoredModel stored = formats::load_model(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), kInMemory);
  return Model(std::make_shared<Parts>(network_of(stored, kInMemory), stored.state));
}

void Model::save(const std::string& path) const {
  formats::save_model(path, parts_->network(), parts_->state_policy);
}

std::vector<std::byte> Model::bytes() const {
  const std::string text = formats::serialize_model(parts_->network(), parts_->state_policy);
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char value) { return static_cast<std::byte>(value); });
  return bytes;
}

const Architecture& Model::architecture() const noexcept {
  return parts_->network().architecture();
}
std::size_t Model::inputs() const noexcept { return architecture().input; }
std::size_t Model::outputs() const noexcept { return architecture().width(); }
std::size_t Model::layers() const noexcept { return architecture().layers(); }
std::size_t Model::h_size() const noexcept { return engine::h_floats(architecture(), 1); }
std::size_t Model::c_size() const noexcept { return engine::c_floats(architecture(), 1); }

const std::string& Model::state_policy() const noexcept { return parts_->state_policy; }
void Model::set_state_policy(const std::string& policy) {
  formats::check_state(policy);
  formats::check_state(policy, architecture());
  parts_->state_policy = policy;
}

std::size_t Model::parameter_count() const noexcept { return parts_->network().count(); }

std::vector<ParameterView> Model::parameters() const {
  std::vector<ParameterView> views;
  for (const Parameter& parameter : parts_->network().list()) {
    views.push_back({parameter.name, parameter.shape,
                     flat_parameters().subspan(parameter.offset, parameter.count)});
  }
  return views;
}

std::span<const float> Model::parameter(std::string_view name) const {
  const Parameter& parameter = named(parts_->network(), name);
  return flat_parameters().subspan(parameter.offset, parameter.count);
}

std::span<const float> Model::flat_parameters() const noexcept {
  return parts_->network().parameters();
}

void Model::set_parameters(std::span<const ParameterChange> changes) {
  for (const ParameterChange& change : changes) {
    const Parameter& parameter = named(parts_->network(), change.name);
    expect_floats("tensor '" + parameter.name + "'", change.values.size(), parameter.count);
  }
  engine::Network& network = parts_->changeable();
  for (const ParameterChange& change : changes) {
    std::copy(change.values.begin(), change.values.end(),
              network.parameters().data() + named(network, change.name).offset);
  }
  network.pack();
}

void Model::set_flat_parameters(std::span<const float> values) {
  expect_floats("parameters", values.size(), parameter_count());
  parts_->changeable().set_parameters(values);
}

void Model::run(std::span<const float> x, std::span<float> y, const RunOptions& options) const {
  if (options.threads == 0) {
    throw Error(ErrorCode::usage, {.where = "run options, threads",
                                   .what = "no threads",
                                   .expected = "1 or more",
                                   .got = "0"});
  }
  ThreadPool pool(options.threads);
  State state;
  if (options.state != nullptr) state = *options.state;
  engine::run(parts_->network(),
              {.x = x,
               .batch = options.batch,
               .steps = x.size() / inputs() / std::max<std::size_t>(options.batch, 1),
               .time_first = options.time_first,
               .lengths = options.lengths,
               .mask = options.mask,
               .pool = &pool,
               .trace = options.trace},
              state, y);
  if (options.state != nullptr) *options.state = std::move(state);
}

std::vector<float> Model::run(std::span<const float> x, const RunOptions& options) const {
  std::vector<float> y(x.size() / inputs() * outputs());
  run(x, y, options);
  return y;
}

}  // namespace sluice
