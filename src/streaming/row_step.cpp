#include "streaming/row_step.hpp"

#include "core/float_mode.hpp"

namespace sluice::streaming {

RowStep::RowStep(const StreamModel& model, TraceSink* trace)
    : model_(model),
      state_(model.initial_state()),
      layers_(trace == nullptr ? model.rows().size() : 0),
      y_(padded(model.outputs())) {
  if (layers_.empty()) batch_.emplace(model, 1, trace);
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    const network::RowLayer& weights = model.rows()[number];
    Layer& layer = layers_[number];
    layer.h_before = layer.h = state() + model.h_at(number);
    layer.c = state() + model.c_at(number);
    layer.x = number == 0 ? nullptr : layers_[number - 1].h;
    layer.recurrent.resize(weights.bias.size());
    layer.sums = {.x = &layer.h_before,
                  .rows = 1,
                  .w = weights.r.view(),
                  .bias = weights.bias.data(),
                  .sums = layer.recurrent.data()};
    layer.step = {.x = &layer.x,
                  .rows = 1,
                  .w = weights.w.view(),
                  .recurrent = layer.recurrent.data(),
                  .c = &layer.c,
                  .h = &layer.h};
  }
}

void RowStep::prepare() noexcept {
  const FlushDenormals flush;
  for (const Layer& layer : layers_) model_.row_kernels().sums(layer.sums);
}

void RowStep::run(const float* x, float* y, bool prepared) noexcept {
  if (batch_) {
    const BatchRow row{x, state(), y};
    return batch_->run({&row, 1});
  }
  const FlushDenormals flush;
  const kernels::RowKernels& kernels = model_.row_kernels();
  layers_.front().x = x;
  for (const Layer& layer : layers_) {
    if (!prepared) kernels.sums(layer.sums);
    kernels.step(layer.step);
  }
  model_.answer(state(), y_.data(), y);
}

}  // namespace sluice::streaming
