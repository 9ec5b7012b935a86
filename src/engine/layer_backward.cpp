// A layer's way back through time: B1..B7 and B9's d_h', step by step from the last. What becomes
// of the gradient at the sums is in layer_gradients.cpp.
#include <algorithm>
#include <cmath>

#include "engine/layer.hpp"

namespace sluice::engine {

void Layer::start_backward(const Activations& activations, LayerActivations& of) const noexcept {
  for (FloatVector* sum : {&of.d_gain, &of.d_gain_x, &of.d_gain_h, &of.d_shift, &of.d_bias,
                           &of.d_projection, &of.d_peephole})
    std::fill(sum->begin(), sum->end(), 0.0f);
  if (!sums_begin_fresh(activations)) std::fill(of.d_weights.begin(), of.d_weights.end(), 0.0f);
  std::copy_n(of.d_c_last.data(), activations.batch() * units_, of.d_c_first.data());
  std::copy_n(of.d_h_last.data(), activations.batch() * state_units_, of.d_h_first.data());
}

// Whether the product of a step and the cell of the step before it run as one.
bool Layer::fused(const Activations& activations, const LayerActivations& of) const noexcept {
  return options_.layer_norm != LayerNorm::ba && of.emitted.empty() && of.keep_h.empty() &&
         activations.all_run();
}

kernels::CellBackward Layer::cell_backward(const Activations& activations, LayerActivations& of,
                                           const Samples& samples, std::size_t t,
                                           const kernels::CellExtras& more) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first, cells = row * units_;
  const std::size_t norm = of.d_gain.empty() ? 0 : samples.number * 4 * units_;
  return {.gates = of.gates.data() + 4 * cells,
          .c_prev = of.c.data() + cells,
          .tanh_c = of.tanh_c.data() + cells,
          .d_h = of.d_h_now.data() + samples.first * state_units_,
          .rows = samples.count(),
          .units = units_,
          .hidden = hidden_,
          .d_c = of.d_c_first.data() + samples.first * units_,
          .d_a = of.gates.data() + 4 * cells,
          .extras = plain_ ? nullptr : &more,
          .kept = kept(activations, of, t, samples.first),
          .zone_c = row_or_null(of.zone_c, cells),
          .keep_g = row_or_null(of.keep_g, cells),
          .d_gain = of.d_gain.data() + norm,
          .d_shift = of.d_shift.data() + norm,
          .work = of.work.data() + samples.first * units_};
}

// R^T of the gradient at the sums of step t: d_h' (B9).
kernels::Product Layer::back_product(const Activations& activations, const LayerActivations& of,
                                     const Samples& samples, std::size_t t,
                                     float* out) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first;
  const FloatVector& d = options_.layer_norm == LayerNorm::ba ? of.d_recurrent : of.gates;
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

void Layer::backward(const RowsView& above, const Activations& activations, LayerActivations& of,
                     const Samples& samples, Steps steps) const noexcept {
  const kernels::CellExtras more = extras();
  const bool together = fused(activations, of);
  for (std::size_t t = steps.last; t-- > steps.first;) {
    const RowsView arriving = above.from(t - steps.first);
    if (together) {
      fused_step_backward(arriving, activations, of, samples, {t, steps.last}, more,
                          {0, unit_vectors()});
    } else {
      const Samples now = activations.running(t, samples, reverse_);
      pass_by(arriving, activations, of, {samples.first, now.first, 0}, t);
      pass_by(arriving, activations, of, {now.last, samples.last, 0}, t);
      if (now.count() > 0) step_backward(arriving, activations, of, now, t, more);
    }
  }
  if (!together || steps.count() == 0) return;
  kernels_->multiply(back_product(activations, of, samples, steps.first,
                                  of.d_h_first.data() + samples.first * state_units_));
}

void Layer::backward_units(const RowsView& above, const Activations& activations,
                           LayerActivations& of, const kernels::UnitVectors& units, Steps steps,
                           Barrier& barrier) const noexcept {
  const Samples all{0, activations.batch(), 0};
  const kernels::CellExtras more = extras();
  for (std::size_t t = steps.last; t-- > steps.first;) {
    fused_step_backward(above.from(t - steps.first), activations, of, all, {t, steps.last}, more,
                        units);
    barrier.wait();
  }
  if (steps.count() == 0) return;
  kernels::Product last = back_product(activations, of, all, steps.first, of.d_h_first.data());
  last.first_vector = units.first;
  last.last_vector = units.last == unit_vectors() ? 0 : units.last;
  kernels_->multiply(last);
}

// The first of the steps, from the gradient at the sums of the second; the last of a range from
// what has come back from the range behind it.
void Layer::fused_step_backward(const RowsView& above, const Activations& activations,
                                LayerActivations& of, const Samples& samples, Steps steps,
                                const kernels::CellExtras& more,
                                const kernels::UnitVectors& units) const noexcept {
  const kernels::CellBackward cell = cell_backward(activations, of, samples, steps.first, more);
  if (steps.count() > 1) {
    float* d_h = of.d_h_now.data() + samples.first * state_units_;
    kernels_->step_backward({back_product(activations, of, samples, steps.first + 1, d_h),
                             above.row(0, samples.first), above.sample_stride, cell, units});
    return;
  }
  const std::size_t lanes = kernels_->lanes;
  for (std::size_t sample = samples.first; sample < samples.last; ++sample)
    arrive(above, of, sample, units.first * lanes, units.last * lanes);
  kernels_->step_backward(
      {.recurrent = {}, .above = nullptr, .above_stride = 0, .cell = cell, .units = units});
}

// d_h of a sample's units, of what comes from above and what has come back.
void Layer::arrive(const RowsView& above, LayerActivations& of, std::size_t sample,
                   std::size_t first, std::size_t last) const noexcept {
  const float* from_above = above.row(0, sample);
  const float* from_next = of.d_h_first.data() + sample * state_units_;
  float* d_h = of.d_h_now.data() + sample * state_units_;
  for (std::size_t j = first; j < last; ++j) d_h[j] = from_above[j] + from_next[j];
}

// Samples that do not run step t: what arrives goes on to the step before, and nothing to the
// weights.
void Layer::pass_by(const RowsView& above, const Activations& activations, LayerActivations& of,
                    const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first, rows = samples.count();
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    const float* from_above = above.row(0, sample);
    float* d_h = of.d_h_first.data() + sample * state_units_;
    for (std::size_t j = 0; j < state_units_; ++j) d_h[j] = from_above[j] + d_h[j];
  }
  std::fill_n(of.gates.data() + row * 4 * units_, rows * 4 * units_, 0.0f);
  if (!of.d_recurrent.empty())
    std::fill_n(of.d_recurrent.data() + row * 4 * units_, rows * 4 * units_, 0.0f);
  if (!of.d_projected.empty())
    std::fill_n(of.d_projected.data() + row * state_units_, rows * state_units_, 0.0f);
}

// Step t where an option needs it whole: what comes back from step t + 1 lies in d_h_first, and is
// replaced there by what goes on to step t - 1.
void Layer::step_backward(const RowsView& above, const Activations& activations,
                          LayerActivations& of, const Samples& samples, std::size_t t,
                          const kernels::CellExtras& more) const noexcept {
  const std::size_t first = samples.first * state_units_, state = samples.count() * state_units_;
  float* from_next = of.d_h_first.data() + first;
  for (std::size_t sample = samples.first; sample < samples.last; ++sample)
    arrive(above, of, sample, 0, state_units_);
  if (!activations.all_run()) set_aside(activations, of, samples, t);
  kernels::CellBackward cell = cell_backward(activations, of, samples, t, more);
  if (!of.emitted.empty()) cell.d_h = unemit(activations, of, samples, t);
  kernels_->cell_backward(cell);
  if (options_.layer_norm == LayerNorm::ba) through_norms(activations, of, samples, t);
  kernels_->multiply(back_product(activations, of, samples, t, from_next));
  if (!of.keep_h.empty()) {
    for (std::size_t j = 0; j < state; ++j) from_next[j] *= of.keep_h[first + j];
  }
  if (!of.zone_h.empty()) {
    for (std::size_t j = 0; j < state; ++j) from_next[j] += of.d_h_zoned[first + j];
  }
  if (!activations.all_run()) put_back(activations, of, samples, t);
}

// LayerNorm::ba: the gradient at the sums becomes that at R h' and that at W x; before, what stands
// behind the norms takes its part of it: the bias, the peepholes.
void Layer::through_norms(const Activations& activations, LayerActivations& of,
                          const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first, wide = 4 * units_;
  const std::size_t rows = samples.count(), own = samples.number * wide;
  float* d_x = of.gates.data() + row * wide;
  float* d_h = of.d_recurrent.data() + row * wide;
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < wide; ++n) of.d_bias[own + n] += d_x[m * wide + n];
    if (options_.peephole)
      peephole_sums(of, activations.batch(), row + m, 0, hidden_, samples.number);
  }
  kernels_->normalise_backward({d_x, d_h, of.normalised_h.data() + row * wide,
                                of.inverse_h.data() + row, packed_.gain_h.data(),
                                of.d_gain_h.data() + own, rows, units_, hidden_, gate_bits()});
  kernels_->normalise_backward({d_x, d_x, of.normalised_x.data() + row * wide,
                                of.inverse_x.data() + row, packed_.gain_x.data(),
                                of.d_gain_x.data() + own, rows, units_, hidden_, gate_bits()});
}

// What arrives at a sample that does not run this step passes it by: the step sees zeros.
void Layer::set_aside(const Activations& activations, LayerActivations& of, const Samples& samples,
                      std::size_t t) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (activations.runs(activations.time(activations.base() + t, sample, reverse_), sample))
      continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(of.d_h_now.data() + h, state_units_, of.d_h_kept.data() + h);
    std::copy_n(of.d_c_first.data() + c, units_, of.d_c_kept.data() + c);
    std::fill_n(of.d_h_now.data() + h, state_units_, 0.0f);
    std::fill_n(of.d_c_first.data() + c, units_, 0.0f);
  }
}

void Layer::put_back(const Activations& activations, LayerActivations& of, const Samples& samples,
                     std::size_t t) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (activations.runs(activations.time(activations.base() + t, sample, reverse_), sample))
      continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(of.d_h_kept.data() + h, state_units_, of.d_h_first.data() + h);
    std::copy_n(of.d_c_kept.data() + c, units_, of.d_c_first.data() + c);
  }
}

// From h back to o tanh_c: zoneout, the projection's clip, the projection.
const float* Layer::unemit(const Activations& activations, LayerActivations& of,
                           const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first,
                    state = samples.count() * state_units_;
  float* d_h = of.d_h_now.data() + samples.first * state_units_;
  if (!of.zone_h.empty()) {
    const float* zone = of.zone_h.data() + row * state_units_;
    float* zoned = of.d_h_zoned.data() + samples.first * state_units_;
    for (std::size_t j = 0; j < state; ++j) {
      zoned[j] = zone[j] * d_h[j];
      d_h[j] -= zoned[j];
    }
  }
  if (!has(Role::weight_hr)) return d_h;
  const float* projected = of.projected.data() + row * state_units_;
  const auto bound = static_cast<float>(options_.projection_clip);
  float* d = of.d_projected.data() + row * state_units_;
  for (std::size_t j = 0; j < state; ++j) {
    d[j] = bound > 0.0f && std::abs(projected[j]) >= bound ? 0.0f : d_h[j];
  }
  float* d_emitted = of.d_emitted.data() + samples.first * units_;
  kernels_->multiply({d, state_units_, samples.count(), packed_.projection_back.view(), nullptr,
                      d_emitted, units_});
  return d_emitted;
}

}  // namespace sluice::engine
