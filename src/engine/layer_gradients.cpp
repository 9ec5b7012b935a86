// A layer's gradients: B8 as sums over all rows of some steps, and what becomes of the sums; B9's
// d_x.
#include <algorithm>
#include <array>

#include "engine/layer.hpp"

namespace sluice::engine {
namespace {

void add(const float* from, std::size_t count, float* to) {
  for (std::size_t j = 0; j < count; ++j) to[j] += from[j];
}

}  // namespace

bool Layer::sums_begin_fresh(const Activations& activations) {
  return activations.all_run() && activations.longest() * activations.batch() > 0;
}

void Layer::add_sums(const RowsView& x, const Activations& activations, LayerActivations& of,
                     Steps steps, std::size_t part, std::size_t parts, float* work) const noexcept {
  const std::size_t batch = activations.batch();
  if (activations.all_run()) {
    const std::size_t row = steps.first * batch;
    const bool fresh =
        sums_begin_fresh(activations) && activations.of_all(steps).last == activations.longest();
    return add_row_sums(x.row(steps.first, 0), x.sample_stride, of, batch,
                        {row, steps.last * batch}, fresh, part, parts, work);
  }
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations.running(t, {0, batch, 0}, reverse_);
    add_row_sums(x.row(t, now.first), x.sample_stride, of, batch,
                 {t * batch + now.first, t * batch + now.last}, false, part, parts, work);
  }
}

// Rows of the activations, whose x stand at `x`.
void Layer::add_row_sums(const float* x, std::size_t x_stride, LayerActivations& of,
                         std::size_t batch, Steps rows, bool fresh, std::size_t part,
                         std::size_t parts, float* work) const noexcept {
  const std::size_t row = rows.first;
  if (rows.count() == 0) return;
  const FloatVector& states = of.keep_h.empty() ? of.h : of.h_seen;
  const std::array<kernels::Columns, 3> columns{
      {{x, x_stride, input_},
       {states.data() + row * state_units_, state_units_, state_},
       {nullptr, 0, 1}}};
  // This part of the sums of some of the columns, `count` values from row `to` on, of a gradient.
  const auto sum = [&](std::span<const kernels::Columns> of_columns, std::size_t count,
                       std::size_t to, const FloatVector& d) {
    kernels_->add_outer({.a = of_columns,
                         .b = d.data() + row * 4 * units_,
                         .b_stride = 4 * units_,
                         .places = gate_places(),
                         .vectors = sum_width() / kernels_->lanes,
                         .rows = rows.count(),
                         .c = of.d_weights.data() + to * sum_width(),
                         .c_stride = sum_width(),
                         .first = part * count / parts,
                         .last = (part + 1) * count / parts,
                         .work = work,
                         .fresh = fresh});
  };
  const std::span<const kernels::Columns> all(columns);
  if (options_.layer_norm == LayerNorm::ba) {
    sum(all.first(1), input_, 0, of.gates);
    sum(all.subspan(1, 1), state_, input_, of.d_recurrent);
  } else if (options_.layer_norm == LayerNorm::none) {
    sum(all, input_ + state_ + 1, 0, of.gates);
  } else {
    // The cell has summed the bias: it stands behind the norm.
    sum(all.first(2), input_ + state_, 0, of.gates);
  }
  if (options_.peephole && options_.layer_norm != LayerNorm::ba) {
    const std::size_t first = part * hidden_ / parts, last = (part + 1) * hidden_ / parts;
    for (std::size_t m = rows.first; m < rows.last; ++m)
      peephole_sums(of, batch, m, first, last, 0);
  }
  if (!has(Role::weight_hr)) return;
  const std::array<kernels::Columns, 2> emitted{
      {{of.emitted.data() + row * units_, units_, hidden_}, {nullptr, 0, 1}}};
  kernels_->add_outer({.a = emitted,
                       .b = of.d_projected.data() + row * state_units_,
                       .b_stride = state_units_,
                       .places = {},
                       .vectors = state_units_ / kernels_->lanes,
                       .rows = rows.count(),
                       .c = of.d_projection.data(),
                       .c_stride = state_units_,
                       .first = part * (hidden_ + 1) / parts,
                       .last = (part + 1) * (hidden_ + 1) / parts,
                       .work = work});
}

// Of one row, to the sums of a slice. i and f see c', o the new c.
void Layer::peephole_sums(LayerActivations& of, std::size_t batch, std::size_t row,
                          std::size_t first, std::size_t last, std::size_t slice) const noexcept {
  const float* d_a = of.gates.data() + row * 4 * units_;
  const float* c = of.c.data() + row * units_;
  const float* c_new = of.c_new.empty() ? c + batch * units_ : of.c_new.data() + row * units_;
  float* sum = of.d_peephole.data() + slice * 4 * units_;
  for (std::size_t u = first; u < last; ++u) {
    sum[u] += d_a[u] * c[u];
    sum[units_ + u] += d_a[units_ + u] * c[u];
    sum[3 * units_ + u] += d_a[3 * units_ + u] * c_new[u];
  }
}

void Layer::add_gradients(const Activations& activations, LayerActivations& of, std::size_t part,
                          std::size_t parts, float* gradient) const noexcept {
  matrix_gradient(of, 0, input_, Role::weight_ih, part, parts, gradient);
  matrix_gradient(of, input_, state_, Role::weight_hh, part, parts, gradient);
  if (part > 0) return;
  bias_gradient(activations, of, gradient);
  peephole_gradient(activations, of, gradient);
  projection_gradient(of, gradient);
  norm_gradients(activations, of, gradient);
  state_gradients(activations, of, gradient);
}

// Of W or R, [G H, inputs]: its sums, turned round. Dropped connections scale the gradient as they
// scaled R.
void Layer::matrix_gradient(LayerActivations& of, std::size_t first_row, std::size_t inputs,
                            Role role, std::size_t part, std::size_t parts,
                            float* gradient) const noexcept {
  const std::size_t lanes = kernels_->lanes, width = sum_width();
  const std::size_t first = part * unit_vectors() / parts;
  const std::size_t last = (part + 1) * unit_vectors() / parts;
  const float* keep = role == Role::weight_hh && !keep_r_.empty() ? keep_r_.data() : nullptr;
  // The four gates of some rows together: they lie side by side, and rows are far apart.
  constexpr std::size_t kTogether = 64;  // rows
  for (std::size_t vector = first; vector < last; ++vector) {
    const std::size_t unit = vector * lanes, count = std::min(lanes, hidden_ - unit);
    for (std::size_t k = 0; k < inputs; k += kTogether) {
      const std::size_t together = std::min(kTogether, inputs - k);
      for (std::size_t gate = 0; gate < 4; ++gate) {
        if (blocks_[gate] == kNone) continue;
        const std::size_t begin = (blocks_[gate] * hidden_ + unit) * inputs + k;
        float* to = gradient + offset(role) + begin;
        float* turned = keep == nullptr ? to : of.d_weight_hh.data() + begin;
        kernels_->transpose(
            {.from = of.d_weights.data() + (first_row + k) * width + sum_place(gate, unit),
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

void Layer::bias_gradient(const Activations& activations, const LayerActivations& of,
                          float* gradient) const noexcept {
  const float* last_row = of.d_weights.data() + (input_ + state_) * sum_width();
  const FloatVector& by_slice = options_.layer_norm == LayerNorm::tflite ? of.d_shift : of.d_bias;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (blocks_[gate] == kNone) continue;
    for (std::size_t bias = 0; bias < biases_; ++bias) {
      float* to =
          gradient + offset(bias == 0 ? Role::bias_ih : Role::bias_hh) + blocks_[gate] * hidden_;
      if (options_.layer_norm == LayerNorm::none) {
        for (std::size_t u = 0; u < hidden_; ++u) to[u] += last_row[sum_place(gate, u)];
      } else {
        for (const Samples& slice : activations.slices())
          add(by_slice.data() + (slice.number * 4 + gate) * units_, hidden_, to);
      }
    }
  }
}

void Layer::peephole_gradient(const Activations& activations, const LayerActivations& of,
                              float* gradient) const noexcept {
  if (!options_.peephole) return;
  float* to = gradient + offset(Role::peephole);
  for (const std::size_t gate : {0, 1, 3}) {
    if (blocks_[gate] == kNone) continue;
    const std::size_t slices =
        options_.layer_norm == LayerNorm::ba ? activations.slices().size() : 1;
    for (std::size_t slice = 0; slice < slices; ++slice)
      add(of.d_peephole.data() + (slice * 4 + gate) * units_, hidden_, to);
    to += hidden_;
  }
}

void Layer::projection_gradient(const LayerActivations& of, float* gradient) const noexcept {
  if (!has(Role::weight_hr)) return;
  float* to = gradient + offset(Role::weight_hr);
  for (std::size_t p = 0; p < state_; ++p) {
    for (std::size_t u = 0; u < hidden_; ++u)
      to[p * hidden_ + u] += of.d_projection[u * state_units_ + p];
  }
  if (has(Role::bias_hr))
    add(of.d_projection.data() + hidden_ * state_units_, state_, gradient + offset(Role::bias_hr));
}

void Layer::norm_gradients(const Activations& activations, const LayerActivations& of,
                           float* gradient) const noexcept {
  const auto by_gate = [&](const FloatVector& from, Role role) {
    if (!has(role)) return;
    for (const Samples& slice : activations.slices()) {
      for (std::size_t gate = 0; gate < 4; ++gate) {
        if (blocks_[gate] == kNone) continue;
        add(from.data() + (slice.number * 4 + gate) * units_, hidden_,
            gradient + offset(role) + blocks_[gate] * hidden_);
      }
    }
  };
  by_gate(of.d_gain, Role::norm_gates);
  by_gate(of.d_gain_x, Role::norm_ih);
  by_gate(of.d_gain_h, Role::norm_hh);
  for (const Samples& slice : activations.slices()) {
    const std::size_t own = slice.number * 4 * units_;
    if (has(Role::norm_c)) add(of.d_gain.data() + own, hidden_, gradient + offset(Role::norm_c));
    if (has(Role::norm_c_bias))
      add(of.d_shift.data() + own, hidden_, gradient + offset(Role::norm_c_bias));
  }
}

// Of a learned first state.
void Layer::state_gradients(const Activations& activations, const LayerActivations& of,
                            float* gradient) const noexcept {
  for (std::size_t sample = 0; sample < activations.batch(); ++sample) {
    if (!activations.fresh(sample)) continue;
    if (has(Role::initial_h))
      add(of.d_h_first.data() + sample * state_units_, state_, gradient + offset(Role::initial_h));
    if (has(Role::initial_c))
      add(of.d_c_first.data() + sample * units_, hidden_, gradient + offset(Role::initial_c));
  }
}

void Layer::input_gradient(const LayerActivations& of, std::size_t first_row, std::size_t rows,
                           float* d_x) const noexcept {
  kernels_->multiply({.a = of.gates.data() + first_row * 4 * units_,
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
