// include/sluice/model.hpp and version.hpp over the inner parts: no logic of its own.
#include "sluice/model.hpp"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "formats/model_file.hpp"
#include "network/run.hpp"
#include "sluice/error.hpp"
#include "sluice/version.hpp"

namespace sluice {

const char* version() noexcept { return SLUICE_VERSION; }

struct Model::Parts {
  network::Network network;
};

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
  return Model(std::make_unique<Parts>(Parts{*stored.network()}));
}

std::size_t Model::inputs() const noexcept { return parts_->network.architecture().input; }
std::size_t Model::outputs() const noexcept { return parts_->network.architecture().width(); }
std::size_t Model::layers() const noexcept { return parts_->network.architecture().layers(); }
std::size_t Model::parameters() const noexcept { return parts_->network.count(); }

std::size_t Model::state_size() const noexcept {
  const std::vector<std::size_t>& hidden = parts_->network.architecture().hidden;
  return std::accumulate(hidden.begin(), hidden.end(), std::size_t{0});
}

std::vector<float> Model::run(std::span<const float> x, std::size_t batch, std::size_t steps,
                              State* state) const {
  const auto check = [](const char* what, std::size_t expected, std::size_t got) {
    if (expected == got) return;
    throw Error(ErrorCode::shape, {.where = "Model::run",
                                   .what = fmt::format("wrong number of floats in {}", what),
                                   .expected = std::to_string(expected),
                                   .got = std::to_string(got)});
  };
  check("x [batch, steps, inputs]", batch * steps * inputs(), x.size());
  network::RunState carried;
  if (state != nullptr) {
    if (!state->h.empty())
      check("h [layers, batch, hidden]", batch * state_size(), state->h.size());
    if (!state->c.empty())
      check("c [layers, batch, hidden]", batch * state_size(), state->c.size());
    carried = {state->h, state->c};
  }
  std::vector<float> y = network::run(parts_->network, x, batch, steps, carried);
  if (state != nullptr) *state = {std::move(carried.h), std::move(carried.c)};
  return y;
}

}  // namespace sluice
