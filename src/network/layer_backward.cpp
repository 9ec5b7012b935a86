// A layer's way back: B1..B7 and B9's d_h' through time, then B8 and B9's d_x over all steps at
// once.
#include <algorithm>
#include <cmath>

#include "network/layer.hpp"

namespace sluice::network {
namespace {

void add(const float* from, std::size_t count, float* to) {
  for (std::size_t j = 0; j < count; ++j) to[j] += from[j];
}

}  // namespace

void Layer::through_time(Tape& tape, LayerTape& of) const noexcept {
  const std::size_t batch = tape.batch(), state = batch * state_units_, cells = batch * units_;
  const bool ba = options_.layer_norm == LayerNorm::ba;
  const kernels::CellExtras more = extras();
  for (FloatVector* sum : {&of.d_gain, &of.d_gain_x, &of.d_gain_h, &of.d_shift})
    std::fill(sum->begin(), sum->end(), 0.0f);
  std::copy_n(of.d_c_last.data(), cells, of.d_c_first.data());
  float* from_next = of.d_h_first.data();
  std::copy_n(of.d_h_last.data(), state, from_next);
  for (std::size_t t = tape.longest(); t-- > 0;) {
    const float* from_above = of.d_h.data() + t * state;
    float* d_h = tape.d_h_now_.data();
    for (std::size_t j = 0; j < state; ++j) d_h[j] = from_above[j] + from_next[j];
    if (!tape.all_run()) set_aside(t, tape, of);
    float* gates = of.gates.data() + 4 * t * cells;
    kernels_->cell_backward({.gates = gates,
                             .c_prev = of.c.data() + t * cells,
                             .tanh_c = of.tanh_c.data() + t * cells,
                             .d_h = of.emitted.empty() ? d_h : unemit(t, tape, of),
                             .rows = batch,
                             .units = units_,
                             .d_c = of.d_c_first.data(),
                             .d_a = gates,
                             .extras = plain_ ? nullptr : &more,
                             .kept = kept(of, t, batch),
                             .zone_c = row_or_null(of.zone_c, t * cells),
                             .keep_g = row_or_null(of.keep_g, t * cells),
                             .d_gain = of.d_gain.data(),
                             .d_shift = of.d_shift.data(),
                             .work = tape.work_.data()});
    const float* d_recurrent = gates;
    if (ba) {
      float* d = of.d_recurrent.data() + 4 * t * cells;
      std::copy_n(gates, 4 * cells, d);
      kernels_->normalise_backward({d, of.normalised_h.data() + 4 * t * cells,
                                    of.inverse_h.data() + t * batch, packed_.gain_h.data(),
                                    of.d_gain_h.data(), batch, units_, hidden_, gate_bits()});
      d_recurrent = d;
    }
    kernels_->multiply({d_recurrent, 4 * units_, batch, packed_.r_back.view(), nullptr, from_next,
                        state_units_});  // B9
    for (std::size_t j = 0; j < of.keep_h.size(); ++j) from_next[j] *= of.keep_h[j];
    if (!of.zone_h.empty()) add(tape.d_h_zoned_.data(), state, from_next);
    if (!tape.all_run()) put_back(t, tape, of);
  }
}

// What arrives at a sample that does not run this step passes it by: the step sees zeros.
void Layer::set_aside(std::size_t t, Tape& tape, LayerTape& of) const noexcept {
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    if (tape.runs(tape.time(t, sample, reverse_), sample)) continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(tape.d_h_now_.data() + h, state_units_, tape.d_h_kept_.data() + h);
    std::copy_n(of.d_c_first.data() + c, units_, tape.d_c_kept_.data() + c);
    std::fill_n(tape.d_h_now_.data() + h, state_units_, 0.0f);
    std::fill_n(of.d_c_first.data() + c, units_, 0.0f);
  }
}

void Layer::put_back(std::size_t t, Tape& tape, LayerTape& of) const noexcept {
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    if (tape.runs(tape.time(t, sample, reverse_), sample)) continue;
    const std::size_t h = sample * state_units_, c = sample * units_;
    std::copy_n(tape.d_h_kept_.data() + h, state_units_, of.d_h_first.data() + h);
    std::copy_n(tape.d_c_kept_.data() + c, units_, of.d_c_first.data() + c);
  }
}

// From h back to o tanh_c: zoneout, the projection's clip, the projection.
const float* Layer::unemit(std::size_t t, Tape& tape, LayerTape& of) const noexcept {
  const std::size_t batch = tape.batch(), state = batch * state_units_;
  float* d_h = tape.d_h_now_.data();
  if (!of.zone_h.empty()) {
    const float* zone = of.zone_h.data() + t * state;
    for (std::size_t j = 0; j < state; ++j) {
      tape.d_h_zoned_[j] = zone[j] * d_h[j];
      d_h[j] -= tape.d_h_zoned_[j];
    }
  }
  if (!has(Role::weight_hr)) return d_h;
  const float* projected = of.projected.data() + t * state;
  const auto bound = static_cast<float>(options_.projection_clip);
  float* d = of.d_projected.data() + t * state;
  for (std::size_t j = 0; j < state; ++j) {
    d[j] = bound > 0.0f && std::abs(projected[j]) >= bound ? 0.0f : d_h[j];
  }
  kernels_->multiply({d, state_units_, batch, packed_.projection_back.view(), nullptr,
                      tape.d_emitted_.data(), units_});
  return tape.d_emitted_.data();
}

void Layer::add_gradients(const RowsView& x, const Tape& tape, LayerTape& of,
                          float* gradient) const noexcept {
  const std::size_t rows = tape.longest() * tape.batch();
  vector_gradients(tape, of, gradient);
  const bool ba = options_.layer_norm == LayerNorm::ba;
  recurrent_gradient(ba ? of.d_recurrent.data() : of.gates.data(), of, rows, gradient);
  if (ba) {
    kernels_->normalise_backward({of.gates.data(), of.normalised_x.data(), of.inverse_x.data(),
                                  packed_.gain_x.data(), of.d_gain_x.data(), rows, units_, hidden_,
                                  gate_bits()});
  }
  norm_gradients(of, gradient);
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (blocks_[gate] == kNone) continue;
    kernels_->add_outer({of.gates.data() + gate * units_, 4 * units_, hidden_, x.data,
                         x.sample_stride, input_, rows,
                         gradient + offset(Role::weight_ih) + blocks_[gate] * hidden_ * input_,
                         input_});  // B8
  }
  if (has(Role::weight_hr)) {
    kernels_->add_outer({of.d_projected.data(), state_units_, state_, of.emitted.data(), units_,
                         hidden_, rows, gradient + offset(Role::weight_hr), hidden_});
  }
}

void Layer::recurrent_gradient(const float* d_a, LayerTape& of, std::size_t rows,
                               float* gradient) const noexcept {
  const float* h_prev = of.keep_h.empty() ? of.h.data() : of.h_seen.data();
  float* target = gradient + offset(Role::weight_hh);
  // Dropped connections scale the gradient as they scaled R: it is summed by itself first.
  float* sum = target;
  if (!keep_r_.empty()) {
    sum = of.d_weight_hh.data();
    std::fill_n(sum, keep_r_.size(), 0.0f);
  }
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (blocks_[gate] == kNone) continue;
    kernels_->add_outer({d_a + gate * units_, 4 * units_, hidden_, h_prev, state_units_, state_,
                         rows, sum + blocks_[gate] * hidden_ * state_, state_});  // B8
  }
  for (std::size_t n = 0; n < keep_r_.size(); ++n) target[n] += keep_r_[n] * sum[n];
}

// Biases, peepholes, the projection's bias and the learned first state.
void Layer::vector_gradients(const Tape& tape, const LayerTape& of,
                             float* gradient) const noexcept {
  const std::size_t batch = tape.batch(), rows = tape.longest() * batch;
  const bool shifted = options_.layer_norm == LayerNorm::tflite;  // its kernel has summed the bias
  float* d_peephole = gradient + offset(Role::peephole);
  for (std::size_t gate = 0; gate < 4; ++gate) {
    if (blocks_[gate] == kNone) continue;
    const float* d_a = of.gates.data() + gate * units_;
    for (std::size_t bias = 0; bias < biases_; ++bias) {
      const Role role = bias == 0 ? Role::bias_ih : Role::bias_hh;
      float* d_bias = gradient + offset(role) + blocks_[gate] * hidden_;
      if (shifted) add(of.d_shift.data() + gate * units_, hidden_, d_bias);
      for (std::size_t row = 0; row < (shifted ? 0 : rows); ++row)
        add(d_a + row * 4 * units_, hidden_, d_bias);
    }
    if (!options_.peephole || gate == 2) continue;
    const float* c = gate == 3 ? of.c_new.data() : of.c.data();
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t u = 0; u < hidden_; ++u)
        d_peephole[u] += d_a[row * 4 * units_ + u] * c[row * units_ + u];
    }
    d_peephole += hidden_;
  }
  for (std::size_t row = 0; row < (has(Role::bias_hr) ? rows : 0); ++row)
    add(of.d_projected.data() + row * state_units_, state_, gradient + offset(Role::bias_hr));
  for (std::size_t sample = 0; sample < batch; ++sample) {
    if (!tape.fresh(sample)) continue;
    if (has(Role::initial_h))
      add(of.d_h_first.data() + sample * state_units_, state_, gradient + offset(Role::initial_h));
    if (has(Role::initial_c))
      add(of.d_c_first.data() + sample * units_, hidden_, gradient + offset(Role::initial_c));
  }
}

void Layer::norm_gradients(const LayerTape& of, float* gradient) const noexcept {
  const auto by_gate = [&](const FloatVector& from, Role role) {
    if (!has(role)) return;
    for (std::size_t gate = 0; gate < 4; ++gate) {
      if (blocks_[gate] == kNone) continue;
      add(from.data() + gate * units_, hidden_, gradient + offset(role) + blocks_[gate] * hidden_);
    }
  };
  by_gate(of.d_gain, Role::norm_gates);
  by_gate(of.d_gain_x, Role::norm_ih);
  by_gate(of.d_gain_h, Role::norm_hh);
  if (has(Role::norm_c)) add(of.d_gain.data(), hidden_, gradient + offset(Role::norm_c));
  if (has(Role::norm_c_bias)) add(of.d_shift.data(), hidden_, gradient + offset(Role::norm_c_bias));
}

void Layer::input_gradient(const Tape& tape, const LayerTape& of, float* d_x) const noexcept {
  kernels_->multiply({of.gates.data(), 4 * units_, tape.longest() * tape.batch(),
                      packed_.w_back.view(), nullptr, d_x, padded(input_)});  // B9
}

}  // namespace sluice::network
