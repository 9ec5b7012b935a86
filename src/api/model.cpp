// include/sluice/model.hpp and version.hpp over the inner parts: no logic of its own.
#include "sluice/model.hpp"

#include <numeric>
#include <utility>

#include "api/model_parts.hpp"
#include "core/threads.hpp"
#include "engine/run.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "sluice/version.hpp"

namespace sluice {

const char* version() noexcept { return SLUICE_VERSION; }

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Model Model::load(const std::string& path) {
  const formats::StoredModel stored = formats::load_model(path);
  if (stored.network() == nullptr) {
    throw Error(ErrorCode::model, {.where = path,
                                   .what = "the model has no LSTM, only a linear part",
                                   .hint = "load it as a sluice::Forecaster"});
  }
  auto parts = std::make_unique<Parts>();
  parts->network = std::make_shared<engine::Network>(*stored.network());
  parts->state = stored.state;
  return Model(std::move(parts));
}

std::size_t Model::inputs() const noexcept { return parts_->network->architecture().input; }
std::size_t Model::outputs() const noexcept { return parts_->network->architecture().width(); }
std::size_t Model::layers() const noexcept { return parts_->network->architecture().layers(); }
std::size_t Model::parameters() const noexcept { return parts_->network->count(); }

std::size_t Model::h_size() const noexcept {
  const Architecture& of = parts_->network->architecture();
  std::size_t size = 0;
  for (std::size_t layer = 0; layer < of.layers(); ++layer)
    size += of.directions() * of.state(layer);
  return size;
}

std::size_t Model::c_size() const noexcept {
  const Architecture& of = parts_->network->architecture();
  return of.directions() * std::accumulate(of.hidden.begin(), of.hidden.end(), std::size_t{0});
}

std::vector<float> Model::run(std::span<const float> x, std::size_t batch, std::size_t steps,
                              State* state, std::span<const std::size_t> lengths, TraceSink* trace,
                              std::size_t threads) const {
  ThreadPool pool(threads);
  engine::RunState carried;
  if (state != nullptr) carried = {state->h, state->c};
  std::vector<float> y = engine::run(
      *parts_->network,
      {.x = x, .batch = batch, .steps = steps, .lengths = lengths, .pool = &pool, .trace = trace},
      carried);
  if (state != nullptr) *state = {std::move(carried.h), std::move(carried.c)};
  return y;
}

}  // namespace sluice
