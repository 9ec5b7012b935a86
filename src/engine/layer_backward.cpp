#include "engine/layer_backward.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::engine {

void LayerBackward::start() const noexcept {
  for (FloatVector* sum : {&own_.d_gain, &own_.d_gain_x, &own_.d_gain_h, &own_.d_shift,
                           &own_.d_bias, &own_.d_projection, &own_.d_peephole})
    std::fill(sum->begin(), sum->end(), 0.0f);
  if (!first_sums_overwrite()) std::fill(own_.d_weights.begin(), own_.d_weights.end(), 0.0f);
  std::copy_n(own_.d_c_last.data(), batch_ * units_, own_.d_c_first.data());
  std::copy_n(own_.d_h_last.data(), batch_ * state_units_, own_.d_h_first.data());
}

void LayerBackward::run(const RowsView& above, const Samples& samples, Steps steps) const noexcept {
  const bool together = fused();
  for (std::size_t t = steps.last; t-- > steps.first;) {
    const RowsView arriving = above.from(t - steps.first);
    if (together) {
      fused_step(arriving, samples, {t, steps.last}, {0, layer_.unit_vectors()});
    } else {
      const Samples now = activations_.running(t, samples, layer_.reverse());
      pass_through(arriving, {samples.first, now.first, 0}, t);
      pass_through(arriving, {now.last, samples.last, 0}, t);
      if (now.count() > 0) whole_step(arriving, now, t);
    }
  }
  if (!together || steps.count() == 0) return;
  kernels_->multiply(recurrent_product(samples, steps.first,
                                       own_.d_h_first.data() + samples.first * state_units_));
}

void LayerBackward::run_units(const RowsView& above, const kernels::UnitVectors& units, Steps steps,
                              Barrier& barrier) const noexcept {
  const Samples all{0, batch_, 0};
  for (std::size_t t = steps.last; t-- > steps.first;) {
    fused_step(above.from(t - steps.first), all, {t, steps.last}, units);
    barrier.wait();
  }
  if (steps.count() == 0) return;
  kernels::Product last = recurrent_product(all, steps.first, own_.d_h_first.data());
  last.first_vector = units.first;
  last.last_vector = units.last == layer_.unit_vectors() ? 0 : units.last;
  kernels_->multiply(last);
}

// The first of the steps: its d_h' comes from the gradient at the sums of the second; that of the
// last step of a range from the range behind it.
void LayerBackward::fused_step(const RowsView& above, const Samples& samples, Steps steps,
                               const kernels::UnitVectors& units) const noexcept {
  const kernels::CellBackward cell = cell_of(samples, steps.first);
  if (steps.count() > 1) {
    float* d_h = own_.d_h_now.data() + samples.first * state_units_;
    kernels_->step_backward({recurrent_product(samples, steps.first + 1, d_h),
                             above.row(0, samples.first), above.sample_stride, cell, units,
                             backwards(steps.first)});
    return;
  }
  const std::size_t lanes = kernels_->lanes;
  for (std::size_t sample = samples.first; sample < samples.last; ++sample)
    arrive(above, sample, units.first * lanes, units.last * lanes);
  kernels_->step_backward(
      {.recurrent = {}, .above = nullptr, .above_stride = 0, .cell = cell, .units = units});
}

// Step t where an option needs it whole. d_h_first holds what comes back from step t + 1, and then
// what goes on to step t - 1.
void LayerBackward::whole_step(const RowsView& above, const Samples& samples,
                               std::size_t t) const noexcept {
  const std::size_t first = samples.first * state_units_, state = samples.count() * state_units_;
  float* from_next = own_.d_h_first.data() + first;
  for (std::size_t sample = samples.first; sample < samples.last; ++sample)
    arrive(above, sample, 0, state_units_);
  if (!activations_.all_run()) set_aside(samples, t);
  kernels::CellBackward cell = cell_of(samples, t);
  if (!own_.emitted.empty()) cell.d_h = to_emitted(samples, t);
  kernels_->cell_backward(cell);
  if (options_.layer_norm == LayerNorm::ba) through_norms(samples, t);
  kernels_->multiply(recurrent_product(samples, t, from_next));
  if (!own_.keep_h.empty()) {
    for (std::size_t j = 0; j < state; ++j) from_next[j] *= own_.keep_h[first + j];
  }
  if (!own_.zone_h.empty()) {
    for (std::size_t j = 0; j < state; ++j) from_next[j] += own_.d_h_zoned[first + j];
  }
  if (!activations_.all_run()) put_back(samples, t);
}

kernels::CellBackward LayerBackward::cell_of(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t first = samples.first, cells = (t * batch_ + first) * units_;
  const std::size_t norm = own_.d_gain.empty() ? 0 : samples.number * 4 * units_;
  return {.gates = gates_.row(t, first),
          .c_prev = c_.row(t, first),
          .tanh_c = tanh_c_.row(t, first),
          .d_h = own_.d_h_now.data() + samples.first * state_units_,
          .rows = samples.count(),
          .units = units_,
          .hidden = hidden_,
          .d_c = own_.d_c_first.data() + samples.first * units_,
          .d_a = gates_.row(t, first),
          .extras = layer_.plain() ? nullptr : &extras_,
          .kept = kept(t, first),
          .zone_c = row_or_null(own_.zone_c, cells),
          .keep_g = row_or_null(own_.keep_g, cells),
          .d_gain = own_.d_gain.data() + norm,
          .d_shift = own_.d_shift.data() + norm,
          .work = own_.work.data() + samples.first * units_};
}

// R^T of the gradient at the sums of step t: d_h' (B9).
kernels::Product LayerBackward::recurrent_product(const Samples& samples, std::size_t t,
                                                  float* out) const noexcept {
  const std::size_t row = t * batch_ + samples.first;
  const FloatVector& d = options_.layer_norm == LayerNorm::ba ? own_.d_recurrent : own_.gates;
  return {.a = d.data() + row * 4 * units_,
          .a_stride = 4 * units_,
          .rows = samples.count(),
          .w = packed_.r_back.view(),
          .bias = nullptr,
          .out = out,
          .out_stride = state_units_,
          .a_blocks = 4,
          .a_block_stride = units_};
}

// d_h of a sample's units: what comes from above plus what comes back from the step behind.
void LayerBackward::arrive(const RowsView& above, std::size_t sample, std::size_t first,
                           std::size_t last) const noexcept {
  const float* from_above = above.row(0, sample);
  const float* from_next = own_.d_h_first.data() + sample * state_units_;
  float* d_h = own_.d_h_now.data() + sample * state_units_;
  for (std::size_t j = first; j < last; ++j) d_h[j] = from_above[j] + from_next[j];
}

// Samples that skip step t: the gradient passes through to the step before, none goes to the
// weights.
void LayerBackward::pass_through(const RowsView& above, const Samples& samples,
                                 std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first, rows = samples.count();
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    const float* from_above = above.row(0, sample);
    float* d_h = own_.d_h_first.data() + sample * state_units_;
    for (std::size_t j = 0; j < state_units_; ++j) d_h[j] = from_above[j] + d_h[j];
  }
  std::fill_n(gates_.data + row * 4 * units_, rows * 4 * units_, 0.0f);
  if (!own_.d_recurrent.empty())
    std::fill_n(own_.d_recurrent.data() + row * 4 * units_, rows * 4 * units_, 0.0f);
  if (!own_.d_projected.empty())
    std::fill_n(own_.d_projected.data() + row * state_units_, rows * state_units_, 0.0f);
}

// LayerNorm::ba: from the gradient at the gates' sums to that at R h' and at W x. The bias and the
// peepholes, which are added after the norms, take theirs first.
void LayerBackward::through_norms(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first, wide = 4 * units_;
  const std::size_t rows = samples.count(), own = samples.number * wide;
  float* d_x = own_.gates.data() + row * wide;
  float* d_h = own_.d_recurrent.data() + row * wide;
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < wide; ++n) own_.d_bias[own + n] += d_x[m * wide + n];
    if (options_.peephole) peephole_sums(row + m, 0, hidden_, samples.number);
  }
  kernels_->normalise_backward({d_x, d_h, own_.normalised_h.data() + row * wide,
                                own_.inverse_h.data() + row, packed_.gain_h.data(),
                                own_.d_gain_h.data() + own, rows, units_, hidden_,
                                layer_.gate_bits()});
  kernels_->normalise_backward({d_x, d_x, own_.normalised_x.data() + row * wide,
                                own_.inverse_x.data() + row, packed_.gain_x.data(),
                                own_.d_gain_x.data() + own, rows, units_, hidden_,
                                layer_.gate_bits()});
}

// Samples that skip this step: their gradients are set aside, and the step sees zeros.
void LayerBackward::set_aside(const Samples& samples, std::size_t t) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (runs(t, sample)) continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(own_.d_h_now.data() + h, state_units_, own_.d_h_kept.data() + h);
    std::copy_n(own_.d_c_first.data() + c, units_, own_.d_c_kept.data() + c);
    std::fill_n(own_.d_h_now.data() + h, state_units_, 0.0f);
    std::fill_n(own_.d_c_first.data() + c, units_, 0.0f);
  }
}

void LayerBackward::put_back(const Samples& samples, std::size_t t) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (runs(t, sample)) continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(own_.d_h_kept.data() + h, state_units_, own_.d_h_first.data() + h);
    std::copy_n(own_.d_c_kept.data() + c, units_, own_.d_c_first.data() + c);
  }
}

// From h back to o tanh_c: zoneout, the projection's clip, the projection.
const float* LayerBackward::to_emitted(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first, state = samples.count() * state_units_;
  float* d_h = own_.d_h_now.data() + samples.first * state_units_;
  if (!own_.zone_h.empty()) {
    const float* zone = own_.zone_h.data() + row * state_units_;
    float* zoned = own_.d_h_zoned.data() + samples.first * state_units_;
    for (std::size_t j = 0; j < state; ++j) {
      zoned[j] = zone[j] * d_h[j];
      d_h[j] -= zoned[j];
    }
  }
  if (!layer_.has(Role::weight_hr)) return d_h;
  const float* projected = own_.projected.data() + row * state_units_;
  const auto bound = static_cast<float>(options_.projection_clip);
  float* d = own_.d_projected.data() + row * state_units_;
  for (std::size_t j = 0; j < state; ++j) {
    d[j] = bound > 0.0f && std::abs(projected[j]) >= bound ? 0.0f : d_h[j];
  }
  float* d_emitted = own_.d_emitted.data() + samples.first * units_;
  kernels_->multiply({d, state_units_, samples.count(), packed_.projection_back.view(), nullptr,
                      d_emitted, units_});
  return d_emitted;
}

}  // namespace sluice::engine
