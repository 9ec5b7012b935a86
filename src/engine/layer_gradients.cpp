#include "engine/layer_gradients.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace sluice::engine {
namespace {

void add(const float* from, std::size_t count, float* to) {
  for (std::size_t j = 0; j < count; ++j) to[j] += from[j];
}

}  // namespace

void LayerGradients::add_rows(const RowsView& x, Steps steps, const Share& share,
                              float* work) const noexcept {
  if (activations_.all_run()) {
    const std::size_t row = steps.first * batch_;
    const bool fresh =
        first_sums_overwrite() && activations_.of_all(steps).last == activations_.longest();
    return add_row_sums(x.row(steps.first, 0), x.sample_stride, {row, steps.last * batch_}, fresh,
                        share, work);
  }
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations_.running(t, {0, batch_, 0}, layer_.reverse());
    add_row_sums(x.row(t, now.first), x.sample_stride,
                 {t * batch_ + now.first, t * batch_ + now.last}, false, share, work);
  }
}

// Some rows of the activations; their x begin at `x`. `fresh`: the sums overwrite, no zero fill.
void LayerGradients::add_row_sums(const float* x, std::size_t x_stride, Steps rows, bool fresh,
                                  const Share& share, float* work) const noexcept {
  const std::size_t row = rows.first;
  if (rows.count() == 0) return;
  const FloatVector& states = own_.keep_h.empty() ? own_.h : own_.h_seen;
  const std::array<kernels::Columns, 3> columns{
      {{x, x_stride, input_},
       {states.data() + row * state_units_, state_units_, state_},
       {nullptr, 0, 1}}};
  // This share of the sums of some of the columns, `count` of them, into rows from `to` on.
  const auto sum = [&](std::span<const kernels::Columns> factors, std::size_t count, std::size_t to,
                       const FloatVector& d) {
    kernels_->add_outer({.a = factors,
                         .b = d.data() + row * 4 * units_,
                         .b_stride = 4 * units_,
                         .layout = layer_.gate_layout(),
                         .vectors = layer_.sum_width() / kernels_->lanes,
                         .rows = rows.count(),
                         .c = own_.d_weights.data() + to * layer_.sum_width(),
                         .c_stride = layer_.sum_width(),
                         .first = share.first(count),
                         .last = share.last(count),
                         .work = work,
                         .fresh = fresh});
  };
  const std::span<const kernels::Columns> all(columns);
  if (options_.layer_norm == LayerNorm::ba) {
    sum(all.first(1), input_, 0, own_.gates);
    sum(all.subspan(1, 1), state_, input_, own_.d_recurrent);
  } else if (options_.layer_norm == LayerNorm::none) {
    sum(all, input_ + state_ + 1, 0, own_.gates);
  } else {
    // The bias is added after the norm: the cell has summed its gradient.
    sum(all.first(2), input_ + state_, 0, own_.gates);
  }
  if (options_.peephole && options_.layer_norm != LayerNorm::ba) {
    const std::size_t first = share.first(hidden_), last = share.last(hidden_);
    for (std::size_t m = rows.first; m < rows.last; ++m) peephole_sums(m, first, last, 0);
  }
  if (!layer_.has(Role::weight_hr)) return;
  const std::array<kernels::Columns, 2> emitted{
      {{own_.emitted.data() + row * units_, units_, hidden_}, {nullptr, 0, 1}}};
  kernels_->add_outer({.a = emitted,
                       .b = own_.d_projected.data() + row * state_units_,
                       .b_stride = state_units_,
                       .layout = {},
                       .vectors = state_units_ / kernels_->lanes,
                       .rows = rows.count(),
                       .c = own_.d_projection.data(),
                       .c_stride = state_units_,
                       .first = share.first(hidden_ + 1),
                       .last = share.last(hidden_ + 1),
                       .work = work});
}

void LayerGradients::add_to(const Share& share, float* gradient) const noexcept {
  matrix(0, input_, Role::weight_ih, share, gradient);
  matrix(input_, state_, Role::weight_hh, share, gradient);
  if (share.part > 0) return;
  biases(gradient);
  peepholes(gradient);
  projection(gradient);
  norms(gradient);
  learned_state(gradient);
}

// Of W or R, [G H, inputs]: its sums, transposed. Dropped connections scale the gradient as they
// scaled R.
void LayerGradients::matrix(std::size_t first_row, std::size_t inputs, Role role,
                            const Share& share, float* gradient) const noexcept {
  const std::size_t lanes = kernels_->lanes, width = layer_.sum_width();
  const std::size_t first = share.first(layer_.unit_vectors());
  const std::size_t last = share.last(layer_.unit_vectors());
  const std::vector<float>& kept = layer_.kept_connections();
  const float* keep = role == Role::weight_hh && !kept.empty() ? kept.data() : nullptr;
  // The four gates of some rows at a time: they lie side by side, and rows are far apart.
  constexpr std::size_t kTogether = 64;  // rows
  for (std::size_t vector = first; vector < last; ++vector) {
    const std::size_t unit = vector * lanes, count = std::min(lanes, hidden_ - unit);
    for (std::size_t k = 0; k < inputs; k += kTogether) {
      const std::size_t together = std::min(kTogether, inputs - k);
      for (std::size_t gate = 0; gate < 4; ++gate) {
        if (layer_.block(gate) == Layer::kNone) continue;
        const std::size_t begin = (layer_.block(gate) * hidden_ + unit) * inputs + k;
        float* to = gradient + layer_.offset(role) + begin;
        float* turned = keep == nullptr ? to : own_.d_weight_hh.data() + begin;
        kernels_->transpose(
            {.from = own_.d_weights.data() + (first_row + k) * width + layer_.sum_place(gate, unit),
             .from_stride = width,
             .rows = together,
             .columns = count,
             .to = turned,
             .to_stride = inputs,
             .add = keep == nullptr});
        for (std::size_t j = 0; j < (keep == nullptr ? 0 : count * inputs); j += inputs) {
          for (std::size_t i = j; i < j + together; ++i) to[i] += keep[begin + i] * turned[i];
        }
      }
    }
  }
}

void LayerGradients::biases(float* gradient) const noexcept {
  const float* last_row = own_.d_weights.data() + (input_ + state_) * layer_.sum_width();
  const FloatVector& by_slice =
      options_.layer_norm == LayerNorm::tflite ? own_.d_shift : own_.d_bias;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (layer_.block(gate) == Layer::kNone) continue;
    for (std::size_t bias = 0; bias < layer_.biases(); ++bias) {
      float* to = gradient + layer_.offset(bias == 0 ? Role::bias_ih : Role::bias_hh) +
                  layer_.block(gate) * hidden_;
      if (options_.layer_norm == LayerNorm::none) {
        for (std::size_t u = 0; u < hidden_; ++u) to[u] += last_row[layer_.sum_place(gate, u)];
      } else {
        for (const Samples& slice : activations_.slices())
          add(by_slice.data() + (slice.number * 4 + gate) * units_, hidden_, to);
      }
    }
  }
}

void LayerGradients::peepholes(float* gradient) const noexcept {
  if (!options_.peephole) return;
  float* to = gradient + layer_.offset(Role::peephole);
  for (const std::size_t gate : {0, 1, 3}) {
    if (layer_.block(gate) == Layer::kNone) continue;
    const std::size_t slices =
        options_.layer_norm == LayerNorm::ba ? activations_.slices().size() : 1;
    for (std::size_t slice = 0; slice < slices; ++slice)
      add(own_.d_peephole.data() + (slice * 4 + gate) * units_, hidden_, to);
    to += hidden_;
  }
}

void LayerGradients::projection(float* gradient) const noexcept {
  if (!layer_.has(Role::weight_hr)) return;
  float* to = gradient + layer_.offset(Role::weight_hr);
  for (std::size_t p = 0; p < state_; ++p) {
    for (std::size_t u = 0; u < hidden_; ++u)
      to[p * hidden_ + u] += own_.d_projection[u * state_units_ + p];
  }
  if (layer_.has(Role::bias_hr))
    add(own_.d_projection.data() + hidden_ * state_units_, state_,
        gradient + layer_.offset(Role::bias_hr));
}

void LayerGradients::norms(float* gradient) const noexcept {
  const auto by_gate = [&](const FloatVector& from, Role role) {
    if (!layer_.has(role)) return;
    for (const Samples& slice : activations_.slices()) {
      for (std::size_t gate = 0; gate < 4; ++gate) {
        if (layer_.block(gate) == Layer::kNone) continue;
        add(from.data() + (slice.number * 4 + gate) * units_, hidden_,
            gradient + layer_.offset(role) + layer_.block(gate) * hidden_);
      }
    }
  };
  by_gate(own_.d_gain, Role::norm_gates);
  by_gate(own_.d_gain_x, Role::norm_ih);
  by_gate(own_.d_gain_h, Role::norm_hh);
  for (const Samples& slice : activations_.slices()) {
    const std::size_t own = slice.number * 4 * units_;
    if (layer_.has(Role::norm_c))
      add(own_.d_gain.data() + own, hidden_, gradient + layer_.offset(Role::norm_c));
    if (layer_.has(Role::norm_c_bias))
      add(own_.d_shift.data() + own, hidden_, gradient + layer_.offset(Role::norm_c_bias));
  }
}

// Of a learned first state.
void LayerGradients::learned_state(float* gradient) const noexcept {
  for (std::size_t sample = 0; sample < batch_; ++sample) {
    if (!activations_.fresh(sample)) continue;
    if (layer_.has(Role::initial_h))
      add(own_.d_h_first.data() + sample * state_units_, state_,
          gradient + layer_.offset(Role::initial_h));
    if (layer_.has(Role::initial_c))
      add(own_.d_c_first.data() + sample * units_, hidden_,
          gradient + layer_.offset(Role::initial_c));
  }
}

void LayerGradients::input(std::size_t first_row, std::size_t rows, float* d_x) const noexcept {
  kernels_->multiply({.a = own_.gates.data() + first_row * 4 * units_,
                      .a_stride = 4 * units_,
                      .rows = rows,
                      .w = packed_.w_back.view(),
                      .bias = nullptr,
                      .out = d_x,
                      .out_stride = padded(input_),
                      .a_blocks = 4,
                      .a_block_stride = units_});  // B9
}

}  // namespace sluice::engine
