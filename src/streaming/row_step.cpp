#include "streaming/row_step.hpp"

#include "core/float_mode.hpp"

namespace sluice::streaming {

RowStep::RowStep(const StreamModel& model) : model_(model), state_(model.initial_state()) {
  for (const RowLayer& layer : model.rows()) recurrent_.emplace_back(layer.bias.size());
  y_.resize(padded(model.outputs()));
  if (model.rows().empty()) batch_.emplace(model, 1);
}

void RowStep::recurrent_sums(std::size_t layer) noexcept {
  const RowLayer& of = model_.rows()[layer];
  const float* h = state() + model_.h_at(layer);
  model_.kernels().row_sums({.x = &h,
                             .rows = 1,
                             .w = of.r.view(),
                             .bias = of.bias.data(),
                             .sums = recurrent_[layer].data()});
}

void RowStep::prepare() noexcept {
  const FlushDenormals flush;
  for (std::size_t layer = 0; layer < recurrent_.size(); ++layer) recurrent_sums(layer);
}

void RowStep::run(const float* x, float* y, bool prepared) noexcept {
  if (batch_) {
    const BatchRow row{x, state(), y};
    return batch_->run({&row, 1});
  }
  const FlushDenormals flush;
  const std::vector<RowLayer>& layers = model_.rows();
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (!prepared) recurrent_sums(layer);
    float* h = state() + model_.h_at(layer);
    float* c = state() + model_.c_at(layer);
    model_.kernels().row_step({.x = &x,
                               .rows = 1,
                               .w = layers[layer].w.view(),
                               .recurrent = recurrent_[layer].data(),
                               .c = &c,
                               .h = &h});
    x = h;
  }
  model_.answer(state(), y_.data(), y);
}

}  // namespace sluice::streaming
