// One row through all layers: sets up each layer's kernel arguments once, split between one or two
// threads.
#include "streaming/row_runner.hpp"

#include <algorithm>

#include "core/float_mode.hpp"

namespace sluice::streaming {
namespace {

// The phases of a step: first the recurrent sums of all layers, then one phase per layer.
constexpr std::size_t kSums = 0;
constexpr std::size_t phase_of(std::size_t layer) { return layer + 1; }

// Whether two threads are faster than one: the synchronisation after each layer must cost less than
// half the time of its weights.
bool worth_two(const StreamModel& model) {
  constexpr std::size_t kWeights = 1 << 16;  // in the smallest layer
  const Architecture& arch = model.network().architecture();
  for (std::size_t layer = 0; layer < model.rows().size(); ++layer) {
    if (4 * arch.hidden[layer] * (arch.layer_input(layer) + arch.hidden[layer]) < kWeights)
      return false;
  }
  return true;
}

}  // namespace

RowRunner::RowRunner(const StreamModel& model, std::size_t threads, TraceSink* trace)
    : model_(model),
      state_(model.initial_state()),
      layers_(trace == nullptr ? model.rows().size() : 0),
      y_(padded(model.outputs())) {
  if (layers_.empty()) batch_.emplace(model, 1, trace);
  const bool two = !layers_.empty() && (threads == 2 || (threads == 0 && worth_two(model)));
  for (std::size_t number = 0; number < layers_.size(); ++number) {
    Layer& layer = layers_[number];
    const engine::RowLayer& weights = model.rows()[number];
    float* c = state_.data() + model.c_at(number);
    layer.h = state_.data() + model.h_at(number);
    layer.x = number == 0 ? nullptr : layers_[number - 1].h;
    share_out(layer, weights, c, two ? 2 : 1);
    if (model.row_kernels().whole_step != nullptr) make_groups(layer, weights, c);
  }
  if (!two) return;
  helper_ = std::make_unique<HelperThread>([layers = layers_.data(), count = layers_.size(),
                                            kernels = &model.row_kernels()](std::size_t phase) {
    if (phase != kSums) return kernels->step(layers[phase - phase_of(0)].shares[1].step);
    for (std::size_t layer = 0; layer < count; ++layer) kernels->sums(layers[layer].shares[1].sums);
  });
}

void RowRunner::make_groups(Layer& layer, const engine::RowLayer& weights, float* c) {
  const std::size_t lanes = model_.kernels().lanes, count = weights.r.groups();
  if (count > 1) layer.h_next.resize(weights.r.places() / 4);
  float* h = count > 1 ? layer.h_next.data() : layer.h;
  for (std::size_t group = 0; group < count; ++group) {
    const kernels::RowView w = weights.w.view(group, group + 1),
                           r = weights.r.view(group, group + 1);
    const std::size_t unit = weights.r.first_vector(group) * lanes;
    layer.groups.push_back({.run = model_.row_kernels().whole_step(weights.r.sum_vectors(group)),
                            .step = {.x = &layer.x,
                                     .h_before = layer.h,
                                     .x_inner = w.inner,
                                     .h_inner = r.inner,
                                     .w = w.data,
                                     .r = r.data,
                                     .bias = weights.bias.data() + 4 * unit,
                                     .c = c + unit,
                                     .h = h + unit}});
  }
}

void RowRunner::share_out(Layer& layer, const engine::RowLayer& weights, float* c,
                          std::size_t shares) {
  const std::size_t lanes = model_.kernels().lanes, groups = weights.r.groups();
  layer.recurrent.resize(weights.bias.size());
  for (std::size_t number = 0; number < shares; ++number) {
    // The first share gets the extra group, because the helper starts later.
    const std::size_t first = (number * groups + shares - 1) / shares;
    const std::size_t last = ((number + 1) * groups + shares - 1) / shares;
    const std::size_t unit = weights.r.first_vector(first) * lanes;
    const std::size_t sum = std::min(4 * unit, layer.recurrent.size());
    Share& share = layer.shares[number];
    share.h = layer.h + unit;
    share.c = c + unit;
    share.sums = {.x = &layer.h,
                  .rows = 1,
                  .w = weights.r.view(first, last),
                  .bias = weights.bias.data() + sum,
                  .sums = layer.recurrent.data() + sum};
    share.step = {.x = &layer.x,
                  .rows = 1,
                  .w = weights.w.view(first, last),
                  .recurrent = layer.recurrent.data() + sum,
                  .c = &share.c,
                  .h = &share.h};
  }
}

void RowRunner::prepare() noexcept {
  if (batch_) return batch_->prepare(state_.data());
  const FlushDenormals flush;
  const kernels::RowKernels& kernels = model_.row_kernels();
  const auto own = [&](std::size_t) {
    for (const Layer& layer : layers_) kernels.sums(layer.shares[0].sums);
  };
  helper_ ? helper_->run(kSums, kSums + 1, own) : own(kSums);
}

// The groups go in turn forwards and backwards: what one step read last, the next reads first and
// still finds in the nearest cache.
void RowRunner::whole_step(const Layer& layer) const noexcept {
  if (layer.groups.empty()) {
    model_.row_kernels().sums(layer.shares[0].sums);
    return model_.row_kernels().step(layer.shares[0].step);
  }
  if (layer.groups.size() == 1) return layer.groups[0].run(layer.groups[0].step, true);
  if (backwards_) {
    for (auto group = layer.groups.rbegin(); group != layer.groups.rend(); ++group)
      group->run(group->step, true);
  } else {
    for (const Group& group : layer.groups) group.run(group.step, false);
  }
  std::copy(layer.h_next.begin(), layer.h_next.end(), layer.h);
}

const float* RowRunner::run(const float* x, bool prepared) noexcept {
  if (batch_) {
    const BatchRow row{x, state_.data(), y_.data()};
    batch_->run({&row, 1}, prepared);
    return y_.data();
  }
  const FlushDenormals flush;
  const kernels::RowKernels& kernels = model_.row_kernels();
  layers_.front().x = x;
  if (helper_) {
    if (!prepared) prepare();
    helper_->wait();
    helper_->run(phase_of(0), phase_of(layers_.size()), [&](std::size_t phase) {
      kernels.step(layers_[phase - phase_of(0)].shares[0].step);
    });
    helper_->wait();
  } else if (prepared) {
    for (const Layer& layer : layers_) kernels.step(layer.shares[0].step);
  } else {
    for (const Layer& layer : layers_) whole_step(layer);
    backwards_ = !backwards_;
  }
  return model_.answer(state_.data(), y_.data());
}

}  // namespace sluice::streaming
