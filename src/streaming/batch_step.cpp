// The two paths of BatchStep: row kernels on the states in place, or the engine's forward pass on
// copies.
#include "streaming/batch_step.hpp"

#include <algorithm>

#include "core/float_mode.hpp"
#include "engine/trace.hpp"

namespace sluice::streaming {

BatchStep::BatchStep(const StreamModel& model, std::size_t most, TraceSink* trace)
    : model_(model), most_(most), trace_(trace), running_(most) {
  if (!model.rows().empty() && trace == nullptr) {
    std::size_t widest = 0;
    for (const engine::RowLayer& layer : model.rows()) widest = std::max(widest, layer.bias.size());
    sums_.resize(widest * most);
    y_.resize(padded(model.outputs()));
    x_.resize(most);
    h_before_.resize(most);
    h_.resize(most);
    c_.resize(most);
    return;
  }
  activations_.emplace(model.network().architecture(), 1, most,
                       engine::Activations::Use::forward_only);
  lengths_.assign(most, 1);
  // Allocates once what set_lengths() needs for fewer rows than `most`.
  activations_->set_lengths(lengths_);
  activations_->set_steps(1);
  activations_->give_state();
  if (most == 1) activations_->make_room_to_prepare();
}

void BatchStep::run(std::span<const BatchRow> rows, bool prepared) noexcept {
  activations_ ? run_engine(rows, prepared) : run_in_place(rows);
}

void BatchStep::prepare(const float* state) noexcept {
  load(0, state);
  model_.network().prepare(*activations_);
}

void BatchStep::run_in_place(std::span<const BatchRow> rows) noexcept {
  const FlushDenormals flush;
  const kernels::RowKernels& kernels = model_.row_kernels();
  for (std::size_t n = 0; n < rows.size(); ++n) x_[n] = rows[n].x;
  for (std::size_t layer = 0; layer < model_.rows().size(); ++layer) {
    const engine::RowLayer& weights = model_.rows()[layer];
    for (std::size_t n = 0; n < rows.size(); ++n) {
      h_[n] = rows[n].state + model_.h_at(layer);
      c_[n] = rows[n].state + model_.c_at(layer);
      h_before_[n] = h_[n];
    }
    kernels.sums({.x = h_before_.data(),
                  .rows = rows.size(),
                  .w = weights.r.view(),
                  .bias = weights.bias.data(),
                  .sums = sums_.data()});
    kernels.step({.x = x_.data(),
                  .rows = rows.size(),
                  .w = weights.w.view(),
                  .recurrent = sums_.data(),
                  .c = c_.data(),
                  .h = h_.data()});
    std::copy_n(h_.begin(), rows.size(), x_.begin());
  }
  for (const BatchRow& row : rows) {
    if (row.y != nullptr) std::copy_n(model_.answer(row.state, y_.data()), model_.outputs(), row.y);
  }
}

void BatchStep::run_engine(std::span<const BatchRow> rows, bool prepared) noexcept {
  if (rows.size() != running_) {
    running_ = rows.size();
    activations_->set_steps(1);
    if (running_ < most_) {
      for (std::size_t sample = 0; sample < most_; ++sample) lengths_[sample] = sample < running_;
      activations_->set_lengths(lengths_);
    }
  }
  for (std::size_t sample = 0; sample < rows.size(); ++sample) {
    std::copy_n(rows[sample].x, model_.inputs(), activations_->x(0, sample));
    if (!prepared) load(sample, rows[sample].state);
  }
  activations_->set_prepared(prepared);
  model_.network().forward(*activations_);
  if (trace_ != nullptr) {
    engine::trace(
        *activations_, model_.network().architecture(), [this](std::size_t) { return traced_; },
        *trace_);
    ++traced_;
  }
  for (std::size_t sample = 0; sample < rows.size(); ++sample) store(sample, rows[sample]);
}

void BatchStep::load(std::size_t sample, const float* state) noexcept {
  for (std::size_t layer = 0; layer < activations_->layers.size(); ++layer) {
    engine::LayerActivations& to = activations_->layers[layer];
    std::copy_n(state + model_.h_at(layer), to.state_units, to.h.data() + sample * to.state_units);
    std::copy_n(state + model_.c_at(layer), to.units, to.c.data() + sample * to.units);
  }
}

void BatchStep::store(std::size_t sample, const BatchRow& row) noexcept {
  if (row.y != nullptr) std::copy_n(activations_->y(0, sample), model_.outputs(), row.y);
  for (std::size_t layer = 0; layer < activations_->layers.size(); ++layer) {
    const engine::LayerActivations& from = activations_->layers[layer];
    const std::size_t after = most_ + sample;
    std::copy_n(from.h.data() + after * from.state_units, from.state_units,
                row.state + model_.h_at(layer));
    std::copy_n(from.c.data() + after * from.units, from.units, row.state + model_.c_at(layer));
  }
}

}  // namespace sluice::streaming
