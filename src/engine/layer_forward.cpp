#include "engine/layer_forward.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::engine {

bool LayerForward::splits() const noexcept {
  return !layer_.rows() && fused() && options_.layer_norm == LayerNorm::none &&
         !(training_ && !own_.keep_g.empty());
}

void LayerForward::run(const Samples& samples, Steps steps) const noexcept {
  if (layer_.rows()) return run_rows(samples, steps);
  const kernels::UnitVectors all{0, layer_.unit_vectors()};
  if (activations_.base() == 0 && steps.first == 0) start_from_learned(samples);
  const std::size_t ahead = steps_ahead(samples);
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations_.running(t, samples, layer_.reverse());
    if (now.count() > 0) {
      if ((t - steps.first) % ahead == 0)
        input_products(now, {t, std::min(t + ahead, steps.last)}, all);
      kernels::CellForward cell = cell_of(now, t);
      const bool ba = options_.layer_norm == LayerNorm::ba;
      if (ba || activations_.prepared()) {
        if (!activations_.prepared()) recurrent_sums(now, t);
        if (ba) normalise_inputs(now, t);
        cell.rh = recurrent_.row(0, now.first);
        kernels_->cell_forward(cell);
      } else {
        const float* seen = seen_state(now, t);
        kernels_->step_forward({recurrent_product(seen, now.count()), cell, all, backwards(t)});
      }
      if (!own_.emitted.empty()) emit(now, t);
    }
    if (!activations_.all_run()) carry(samples, t);
  }
}

// Row by row, as a stream does: the gates' rows hold the recurrent sums.
void LayerForward::run_rows(const Samples& samples, Steps steps) const noexcept {
  if (activations_.base() == 0 && steps.first == 0) start_from_learned(samples);
  const RowLayer& rows = *layer_.rows();
  const kernels::RowKernels& kernels = kernels_->row(kernels::WeightType::int8);
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations_.running(t, samples, layer_.reverse());
    for (std::size_t sample = now.first; sample < now.last; ++sample) {
      const float *h_prev = h_.row(t, sample), *x_row = x_.row(t, sample);
      float *sums = gates_.row(t, sample), *h = h_.row(t + 1, sample), *c = c_.row(t + 1, sample);
      std::copy_n(c_.row(t, sample), units_, c);
      kernels.sums({&h_prev, 1, rows.r.view(), rows.bias.data(), sums});
      kernels.step({&x_row, 1, rows.w.view(), sums, &c, &h});
    }
    if (!activations_.all_run()) carry(samples, t);
  }
}

void LayerForward::run_units(const kernels::UnitVectors& units, Steps steps,
                             Barrier& barrier) const noexcept {
  const Samples all{0, batch_, 0};
  if (activations_.base() == 0 && steps.first == 0) {
    if (units.first == 0) start_from_learned(all);
    barrier.wait();
  }
  const std::size_t ahead = steps_ahead(all);
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    if ((t - steps.first) % ahead == 0)
      input_products(all, {t, std::min(t + ahead, steps.last)}, units);
    kernels_->step_forward(
        {recurrent_product(h_.row(t, 0), batch_), cell_of(all, t), units, backwards(t)});
    barrier.wait();
  }
}

void LayerForward::start_from_learned(const Samples& samples) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (!activations_.fresh(sample)) continue;
    std::copy(packed_.initial_h.begin(), packed_.initial_h.end(), h_.row(0, sample));
    std::copy(packed_.initial_c.begin(), packed_.initial_c.end(), c_.row(0, sample));
  }
}

// Steps of W x that are computed at a time. A product of few rows reads all of W for little work,
// which costs most where W comes from a far cache or from memory.
std::size_t LayerForward::steps_ahead(const Samples& samples) const noexcept {
  constexpr std::size_t kNear = 1 << 18;  // weights
  const std::size_t rows = 4 * hidden_ * input_ <= kNear ? 48 : 384;
  const bool together = samples.count() == batch_ && activations_.all_run() &&
                        (batch_ == 1 || x_.step_stride == batch_ * x_.sample_stride);
  return together ? std::max<std::size_t>(1, rows / std::max<std::size_t>(batch_, 1)) : 1;
}

// W x of some steps, into the gates' rows.
void LayerForward::input_products(const Samples& samples, Steps steps,
                                  const kernels::UnitVectors& units) const noexcept {
  kernels_->multiply({.a = x_.row(steps.first, samples.first),
                      .a_stride = batch_ == 1 ? x_.step_stride : x_.sample_stride,
                      .rows = steps.count() * samples.count(),
                      .w = packed_.w.view(),
                      .bias = nullptr,
                      .out = gates_.row(steps.first, samples.first),
                      .out_stride = 4 * units_,
                      .first_vector = 4 * units.first,
                      .last_vector = units.last == layer_.unit_vectors() ? 0 : 4 * units.last});
}

// b + R h' of a step, into the rows of `recurrent`; with LayerNorm::ba normalised.
void LayerForward::recurrent_sums(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first;
  kernels::Product product = recurrent_product(seen_state(samples, t), samples.count());
  product.out = recurrent_.row(0, samples.first);
  product.out_stride = 4 * units_;
  kernels_->multiply(product);
  if (options_.layer_norm != LayerNorm::ba) return;
  kernels_->normalise({product.out, own_.normalised_h.data() + 4 * row * units_,
                       own_.inverse_h.data() + row, packed_.gain_h.data(), samples.count(), units_,
                       hidden_, layer_.gate_bits(), static_cast<float>(kBaEpsilon)});
}

kernels::Product LayerForward::recurrent_product(const float* h_prev,
                                                 std::size_t rows) const noexcept {
  return {.a = h_prev,
          .a_stride = state_units_,
          .rows = rows,
          .w = packed_.r.view(),
          .bias = options_.layer_norm == LayerNorm::none ? packed_.bias.data() : nullptr,
          .out = nullptr,
          .out_stride = 0};
}

// h' as R sees it.
const float* LayerForward::seen_state(const Samples& samples, std::size_t t) const noexcept {
  const float* h_prev = h_.row(t, samples.first);
  if (!training_ || own_.keep_h.empty()) return h_prev;
  float* seen = own_.h_seen.data() + (t * batch_ + samples.first) * state_units_;
  const float* keep = own_.keep_h.data() + samples.first * state_units_;
  for (std::size_t j = 0; j < samples.count() * state_units_; ++j) seen[j] = h_prev[j] * keep[j];
  return seen;
}

void LayerForward::normalise_inputs(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first;
  kernels_->normalise({gates_.row(t, samples.first), own_.normalised_x.data() + 4 * row * units_,
                       own_.inverse_x.data() + row, packed_.gain_x.data(), samples.count(), units_,
                       hidden_, layer_.gate_bits(), static_cast<float>(kBaEpsilon)});
}

kernels::CellForward LayerForward::cell_of(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t first = samples.first, cells = (t * batch_ + first) * units_;
  return {.gates = gates_.row(t, first),
          .rh = nullptr,
          .c_prev = c_.row(t, first),
          .rows = samples.count(),
          .units = units_,
          .hidden = hidden_,
          .c = c_.row(t + 1, first),
          .tanh_c = tanh_c_.row(t, first),
          .h = own_.emitted.empty() ? h_.row(t + 1, first) : emitted_.row(t, first),
          .extras = layer_.plain() ? nullptr : &extras_,
          .kept = kept(t, first),
          .zone_c = training_ ? row_or_null(own_.zone_c, cells) : nullptr,
          .keep_g = training_ ? row_or_null(own_.keep_g, cells) : nullptr};
}

// From o tanh_c to h: the projection, its clip, zoneout.
void LayerForward::emit(const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * batch_ + samples.first;
  const std::size_t state = samples.count() * state_units_;
  const float* made = emitted_.row(t, samples.first);
  const float* h_prev = h_.row(t, samples.first);
  float* h = h_.row(t + 1, samples.first);
  if (layer_.has(Role::weight_hr)) {
    float* projected = own_.projected.data() + row * state_units_;
    kernels_->multiply({made, units_, samples.count(), packed_.projection.view(),
                        packed_.bias_projection.data(), projected, state_units_});
    made = projected;
  }
  const auto bound = static_cast<float>(options_.projection_clip);
  const float* zone = training_ ? row_or_null(own_.zone_h, row * state_units_) : nullptr;
  const auto rate = static_cast<float>(options_.zoneout_h);
  if (bound <= 0.0f && rate <= 0.0f) {
    std::copy_n(made, state, h);
    return;
  }
  for (std::size_t j = 0; j < state; ++j) {
    float value = made[j];
    if (bound > 0.0f && std::abs(value) > bound) value = std::copysign(bound, value);
    if (rate > 0.0f) value += (zone != nullptr ? zone[j] : rate) * (h_prev[j] - value);
    h[j] = value;
  }
}

// Samples that skip this step keep their state.
void LayerForward::carry(const Samples& samples, std::size_t t) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (runs(t, sample)) continue;
    std::copy_n(h_.row(t, sample), state_units_, h_.row(t + 1, sample));
    std::copy_n(c_.row(t, sample), units_, c_.row(t + 1, sample));
  }
}

}  // namespace sluice::engine
