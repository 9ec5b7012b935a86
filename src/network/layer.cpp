// A layer's weights, and its way forward. The way back is in layer_backward.cpp.
#include "network/layer.hpp"

#include <algorithm>
#include <cmath>

#include "network/noise.hpp"

namespace sluice::network {

Layer::Layer(const Architecture& architecture, std::size_t layer, std::size_t direction,
             const kernels::Table& kernels)
    : options_(architecture.cell),
      kernels_(&kernels),
      reverse_(architecture.direction == Direction::reverse || direction == 1),
      plain_(plain(architecture)),
      input_(architecture.layer_input(layer)),
      hidden_(architecture.hidden[layer]),
      state_(architecture.state(layer)),
      units_(padded(hidden_)),
      state_units_(padded(state_)),
      biases_(architecture.biases) {
  activations_ = architecture.activations[direction];
  std::size_t block = 0;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    blocks_[gate] = options_.has_gate(gate) ? block++ : kNone;
  }
  offsets_.fill(kNone);
  for (const Parameter& parameter : parameter_list(architecture)) {
    if (parameter.layer == layer && parameter.direction == direction)
      offsets_[static_cast<std::size_t>(parameter.role)] = parameter.offset;
  }
  const std::size_t lanes = kernels_->lanes, gates = 4 * units_;
  packed_.w = {gates, input_, lanes};
  packed_.r = {gates, state_, lanes};
  packed_.w_back = {input_, gates, lanes};
  packed_.r_back = {state_, gates, lanes};
  if (has(Role::weight_hr)) {
    packed_.projection = {state_, hidden_, lanes};
    packed_.projection_back = {hidden_, state_, lanes};
  }
}

FloatVector Layer::gate_vector(const float* parameters, Role role) const {
  FloatVector values(4 * units_);
  if (!has(role)) return values;
  for (std::size_t n = 0; n < values.size(); ++n) {
    if (real(n)) values[n] = parameters[offset(role) + row(n)];
  }
  return values;
}

void Layer::pack(const float* parameters) {
  keep_r_.clear();
  const float* w = parameters + offset(Role::weight_ih);
  packed_.w.pack(
      [&](std::size_t n, std::size_t k) { return real(n) ? w[row(n) * input_ + k] : 0.0f; });
  packed_.w_back.pack([&](std::size_t n, std::size_t k) {
    return n < input_ && real(k) ? w[row(k) * input_ + n] : 0.0f;
  });
  pack_recurrent(parameters + offset(Role::weight_hh));
  if (has(Role::weight_hr)) {
    const float* v = parameters + offset(Role::weight_hr);
    packed_.projection.pack(
        [&](std::size_t n, std::size_t k) { return n < state_ ? v[n * hidden_ + k] : 0.0f; });
    packed_.projection_back.pack(
        [&](std::size_t n, std::size_t k) { return n < hidden_ ? v[k * hidden_ + n] : 0.0f; });
  }
  pack_vectors(parameters);
}

void Layer::pack_recurrent(const float* r) {
  packed_.r.pack(
      [&](std::size_t n, std::size_t k) { return real(n) ? r[row(n) * state_ + k] : 0.0f; });
  packed_.r_back.pack([&](std::size_t n, std::size_t k) {
    return n < state_ && real(k) ? r[row(k) * state_ + n] : 0.0f;
  });
}

void Layer::pack_vectors(const float* parameters) {
  packed_.bias = gate_vector(parameters, Role::bias_ih);
  const FloatVector second = gate_vector(parameters, Role::bias_hh);
  for (std::size_t n = 0; n < second.size(); ++n) packed_.bias[n] += second[n];
  packed_.gain = gate_vector(parameters, Role::norm_gates);
  packed_.gain_x = gate_vector(parameters, Role::norm_ih);
  packed_.gain_h = gate_vector(parameters, Role::norm_hh);
  const auto plain_vector = [&](Role role, std::size_t size) {
    FloatVector values(padded(size));
    if (has(role)) std::copy_n(parameters + offset(role), size, values.begin());
    return values;
  };
  packed_.gain_c = plain_vector(Role::norm_c, hidden_);
  packed_.bias_c = plain_vector(Role::norm_c_bias, hidden_);
  packed_.bias_projection = plain_vector(Role::bias_hr, state_);
  packed_.peephole.assign(4 * units_, 0.0f);
  if (has(Role::peephole)) {
    const float* from = parameters + offset(Role::peephole);
    for (const std::size_t gate : {0, 1, 3}) {
      if (blocks_[gate] == kNone) continue;
      std::copy_n(from, hidden_, packed_.peephole.data() + gate * units_);
      from += hidden_;
    }
  }
  const auto learned = [&](Role role, std::size_t size) {
    const float* from = parameters + offset(role);
    return has(role) ? std::vector<float>(from, from + size) : std::vector<float>();
  };
  packed_.initial_h = learned(Role::initial_h, state_);
  packed_.initial_c = learned(Role::initial_c, hidden_);
}

void Layer::drop_connections(const float* parameters, std::uint64_t seed) {
  const std::size_t count = options_.gates() * hidden_ * state_;
  const float* from = parameters + offset(Role::weight_hh);
  keep_r_.resize(count);
  draw_factors(keep_r_, options_.drop_connect, seed ^ offset(Role::weight_hh));
  std::vector<float> dropped(count);
  for (std::size_t n = 0; n < count; ++n) {
    dropped[n] = from[n] * keep_r_[n];
  }
  pack_recurrent(dropped.data());
}

unsigned Layer::gate_bits() const noexcept {
  unsigned bits = 0;
  for (std::size_t gate = 0; gate < 4; ++gate) bits |= blocks_[gate] == kNone ? 0u : 1u << gate;
  return bits;
}

kernels::CellExtras Layer::extras() const noexcept {
  return {.options = options_,
          .activations = activations_,
          .hidden = hidden_,
          .bias = options_.layer_norm == LayerNorm::none ? nullptr : packed_.bias.data(),
          .peephole = options_.peephole ? packed_.peephole.data() : nullptr,
          .gain = options_.layer_norm == LayerNorm::tflite ? packed_.gain.data() : nullptr,
          .gain_c = options_.layer_norm == LayerNorm::ba ? packed_.gain_c.data() : nullptr,
          .bias_c = packed_.bias_c.data()};
}

kernels::CellKept Layer::kept(LayerTape& of, std::size_t t, std::size_t batch) const noexcept {
  if (plain_) return {};
  const std::size_t row = t * batch;
  const std::size_t norms = options_.layer_norm == LayerNorm::tflite ? 4 : 1;
  return {of.slopes.data() + row * 5 * units_, of.c_new.data() + row * units_,
          of.normalised.data() + row * norms * units_, of.inverse.data() + row * norms};
}

void Layer::first_state(const Tape& tape, LayerTape& of) const noexcept {
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    if (!tape.fresh(sample)) continue;
    std::copy(packed_.initial_h.begin(), packed_.initial_h.end(),
              of.h.data() + sample * state_units_);
    std::copy(packed_.initial_c.begin(), packed_.initial_c.end(), of.c.data() + sample * units_);
  }
}

void Layer::forward(const RowsView& x, const Tape& tape, LayerTape& of, FloatVector& recurrent,
                    bool training) const noexcept {
  const std::size_t batch = tape.batch(), state = batch * state_units_, cells = batch * units_;
  const bool ba = options_.layer_norm == LayerNorm::ba;
  const kernels::CellExtras more = extras();
  first_state(tape, of);
  input_products(x, tape, of);
  for (std::size_t t = 0; t < tape.longest(); ++t) {
    const float* h_prev = of.h.data() + t * state;
    if (training && !of.keep_h.empty()) {
      float* seen = of.h_seen.data() + t * state;
      for (std::size_t j = 0; j < state; ++j) seen[j] = h_prev[j] * of.keep_h[j];
      h_prev = seen;
    }
    kernels_->multiply({h_prev, state_units_, batch, packed_.r.view(),
                        options_.layer_norm == LayerNorm::none ? packed_.bias.data() : nullptr,
                        recurrent.data(), 4 * units_});
    if (ba) {
      kernels_->normalise({recurrent.data(), of.normalised_h.data() + 4 * t * cells,
                           of.inverse_h.data() + t * batch, packed_.gain_h.data(), batch, units_,
                           hidden_, gate_bits(), static_cast<float>(kBaEpsilon)});
    }
    float* gates = of.gates.data() + 4 * t * cells;
    const bool from_emitted = !of.emitted.empty();
    kernels_->cell_forward(
        {.wx = gates,
         .rh = recurrent.data(),
         .c_prev = of.c.data() + t * cells,
         .rows = batch,
         .units = units_,
         .gates = gates,
         .c = of.c.data() + (t + 1) * cells,
         .tanh_c = of.tanh_c.data() + t * cells,
         .h = from_emitted ? of.emitted.data() + t * cells : of.h.data() + (t + 1) * state,
         .extras = plain_ ? nullptr : &more,
         .kept = kept(of, t, batch),
         .zone_c = training ? row_or_null(of.zone_c, t * cells) : nullptr,
         .keep_g = training ? row_or_null(of.keep_g, t * cells) : nullptr});
    if (from_emitted) emit(t, of, batch, training);
    if (!tape.all_run()) carry(t, tape, of);
  }
}

// W x of all steps, into the places of the gates.
void Layer::input_products(const RowsView& x, const Tape& tape, LayerTape& of) const noexcept {
  const std::size_t batch = tape.batch(), steps = tape.longest(), gates = 4 * units_;
  if (x.step_stride == batch * x.sample_stride) {
    kernels_->multiply({x.data, x.sample_stride, steps * batch, packed_.w.view(), nullptr,
                        of.gates.data(), gates});
  } else {
    for (std::size_t sample = 0; sample < batch; ++sample) {
      kernels_->multiply({x.row(0, sample), x.step_stride, steps, packed_.w.view(), nullptr,
                          of.gates.data() + sample * gates, batch * gates});
    }
  }
  if (options_.layer_norm != LayerNorm::ba) return;
  kernels_->normalise({of.gates.data(), of.normalised_x.data(), of.inverse_x.data(),
                       packed_.gain_x.data(), steps * batch, units_, hidden_, gate_bits(),
                       static_cast<float>(kBaEpsilon)});
}

// h of what the cell emits: the projection, its clip, zoneout.
void Layer::emit(std::size_t t, LayerTape& of, std::size_t batch, bool training) const noexcept {
  const std::size_t state = batch * state_units_;
  const float* made = of.emitted.data() + t * batch * units_;
  const float* h_prev = of.h.data() + t * state;
  float* h = of.h.data() + (t + 1) * state;
  if (has(Role::weight_hr)) {
    float* projected = of.projected.data() + t * state;
    kernels_->multiply({made, units_, batch, packed_.projection.view(),
                        packed_.bias_projection.data(), projected, state_units_});
    made = projected;
  }
  const auto bound = static_cast<float>(options_.projection_clip);
  const float* zone = training && !of.zone_h.empty() ? of.zone_h.data() + t * state : nullptr;
  const auto rate = static_cast<float>(options_.zoneout_h);
  for (std::size_t j = 0; j < state; ++j) {
    float value = made[j];
    if (bound > 0.0f && std::abs(value) > bound) value = std::copysign(bound, value);
    if (rate > 0.0f) value += (zone != nullptr ? zone[j] : rate) * (h_prev[j] - value);
    h[j] = value;
  }
}

// Samples that do not run this step keep their state.
void Layer::carry(std::size_t t, const Tape& tape, LayerTape& of) const noexcept {
  const std::size_t batch = tape.batch();
  for (std::size_t sample = 0; sample < batch; ++sample) {
    if (tape.runs(tape.time(t, sample, reverse_), sample)) continue;
    const std::size_t before = t * batch + sample, after = before + batch;
    std::copy_n(of.h.data() + before * state_units_, state_units_,
                of.h.data() + after * state_units_);
    std::copy_n(of.c.data() + before * units_, units_, of.c.data() + after * units_);
  }
}

}  // namespace sluice::network
