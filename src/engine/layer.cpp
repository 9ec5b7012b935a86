#include "engine/layer.hpp"

#include <algorithm>

#include "engine/noise.hpp"

namespace sluice::engine {

Layer::Layer(const Architecture& architecture, std::span<const Parameter> parameters,
             std::size_t layer, std::size_t direction, const kernels::KernelTable& kernels)
    : options_(architecture.cell),
      kernels_(&kernels),
      reverse_(architecture.direction == Direction::reverse || direction == 1),
      plain_(sluice::plain(architecture)),
      input_(architecture.layer_input(layer)),
      hidden_(architecture.hidden[layer]),
      state_(architecture.state(layer)),
      units_(padded(hidden_)),
      biases_(architecture.biases) {
  activations_ = architecture.activations[direction];
  std::size_t block = 0;
  for (std::size_t gate = 0; gate < 4; ++gate) {
    blocks_[gate] = options_.has_gate(gate) ? block++ : kNone;
  }
  offsets_.fill(kNone);
  for (const Parameter& parameter : parameters)
    offsets_[static_cast<std::size_t>(parameter.role)] = parameter.offset;
  const auto clip = static_cast<float>(options_.gate_clip);
  at_gate_clip_ = {-clip, clip, clip};
  kernels.sigmoid(at_gate_clip_.data(), at_gate_clip_.data(), 2);
  kernels.tanh(at_gate_clip_.data() + 2, at_gate_clip_.data() + 2, 1);
  packed_.w = kernels::PackedMatrix::gates(hidden_, input_, kernels);
  packed_.r = kernels::PackedMatrix::gates(hidden_, state_, kernels);
  packed_.w_back = {input_, 4 * hidden_, kernels};
  packed_.r_back = {state_, 4 * hidden_, kernels};
  if (has(Role::weight_hr)) {
    packed_.projection = {state_, hidden_, kernels};
    packed_.projection_back = {hidden_, state_, kernels};
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

void Layer::pack(const float* parameters, std::size_t task) {
  const float* w = parameters + offset(Role::weight_ih);
  const float* r = parameters + offset(Role::weight_hh);
  switch (task) {
    case 0:
      packed_.w.pack_rows(0, packed_.w.panels(),
                          [&](std::size_t n) { return real(n) ? w + row(n) * input_ : nullptr; });
      return pack_vectors(parameters);
    case 1:
      packed_.w_back.pack_columns(0, packed_.w_back.panels(), input_, [&](std::size_t k) {
        const std::size_t gate = k / hidden_;
        return blocks_[gate] == kNone ? nullptr
                                      : w + (blocks_[gate] * hidden_ + k % hidden_) * input_;
      });
      return pack_projection(parameters);
    case 2:
      return pack_recurrent(r);
    default:
      return pack_recurrent_back(r);
  }
}

void Layer::pack_recurrent(const float* r) {
  packed_.r.pack_rows(0, packed_.r.panels(),
                      [&](std::size_t n) { return real(n) ? r + row(n) * state_ : nullptr; });
}

void Layer::pack_recurrent_back(const float* r) {
  packed_.r_back.pack_columns(0, packed_.r_back.panels(), state_, [&](std::size_t k) {
    const std::size_t gate = k / hidden_;
    return blocks_[gate] == kNone ? nullptr : r + (blocks_[gate] * hidden_ + k % hidden_) * state_;
  });
}

void Layer::pack_projection(const float* parameters) {
  if (!has(Role::weight_hr)) return;
  const float* v = parameters + offset(Role::weight_hr);
  packed_.projection.pack_rows(0, packed_.projection.panels(), [&](std::size_t n) {
    return n < state_ ? v + n * hidden_ : nullptr;
  });
  packed_.projection_back.pack_columns(0, packed_.projection_back.panels(), hidden_,
                                       [&](std::size_t k) { return v + k * hidden_; });
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
  pack_recurrent_back(dropped.data());
}

unsigned Layer::gate_bits() const noexcept {
  unsigned bits = 0;
  for (std::size_t gate = 0; gate < 4; ++gate) bits |= blocks_[gate] == kNone ? 0u : 1u << gate;
  return bits;
}

kernels::CellExtras Layer::extras() const noexcept {
  return {.options = options_,
          .activations = activations_,
          .bias = options_.layer_norm == LayerNorm::none ? nullptr : packed_.bias.data(),
          .peephole = options_.peephole ? packed_.peephole.data() : nullptr,
          .gain = options_.layer_norm == LayerNorm::tflite ? packed_.gain.data() : nullptr,
          .gain_c = options_.layer_norm == LayerNorm::ba ? packed_.gain_c.data() : nullptr,
          .bias_c = packed_.bias_c.data(),
          .gate_low = at_gate_clip_[0],
          .gate_high = at_gate_clip_[1],
          .candidate_high = at_gate_clip_[2]};
}

std::size_t Layer::unit_vectors() const noexcept {
  return (hidden_ + kernels_->lanes - 1) / kernels_->lanes;
}

double Layer::step_flop() const noexcept {
  return 8.0 * static_cast<double>(hidden_) * static_cast<double>(input_ + state_ + 16);
}

}  // namespace sluice::engine
