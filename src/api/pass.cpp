// Implements include/sluice/pass.hpp by the inner layers; no logic of its own.
#include "sluice/pass.hpp"

#include <optional>
#include <utility>

#include "api/model_parts.hpp"
#include "engine/array_pass.hpp"
#include "sluice/error.hpp"

namespace sluice {

struct Pass::Parts {
  std::shared_ptr<Model::Parts> model;
  engine::ArrayPass pass;
  std::optional<std::uint64_t> version = {};  // the model's version at the forward pass
};

Pass::Pass(const Model& model, const PassOptions& options) {
  if (model.parts_->network().storage().weights != kernels::WeightType::f32) {
    throw Error(ErrorCode::usage, {.where = "model",
                                   .what = "its weights are stored as float16 or int8",
                                   .expected = "float32",
                                   .hint = "take the model that it was converted from"});
  }
  parts_ = std::unique_ptr<Parts>(new Parts{model.parts_, {model.architecture(), options}});
}
Pass::Pass(Pass&&) noexcept = default;
Pass& Pass::operator=(Pass&&) noexcept = default;
Pass::~Pass() = default;

void Pass::forward(const PassInput& input, std::span<float> y) {
  parts_->pass.forward(parts_->model->network(), input, y);
  parts_->version = parts_->model->version();
}
State Pass::last_state() const { return parts_->pass.last_state(); }

void Pass::backward(const PassGradient& from) {
  if (parts_->version && *parts_->version != parts_->model->version()) {
    throw Error(ErrorCode::usage, {.where = "pass",
                                   .what = "the model was changed since the forward pass",
                                   .expected = "forward() and backward() with the same weights",
                                   .got = "",
                                   .hint = "call forward() again"});
  }
  parts_->pass.backward(parts_->model->network(), from);
}

std::span<const float> Pass::gradient(std::string_view name) const {
  for (const Parameter& parameter : parts_->model->network().list()) {
    if (parameter.name == name) return gradient().subspan(parameter.offset, parameter.count);
  }
  throw Error(ErrorCode::usage, {.where = "pass",
                                 .what = "no such tensor",
                                 .expected = "a name of Model::parameters()",
                                 .got = "'" + std::string(name) + "'"});
}
std::span<const float> Pass::gradient() const noexcept { return parts_->pass.gradient(); }
std::span<const float> Pass::d_x() const noexcept { return parts_->pass.d_x(); }
const State& Pass::d_first() const noexcept { return parts_->pass.d_first(); }

}  // namespace sluice
