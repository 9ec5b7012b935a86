// A layer's weights, and its way forward. The way back is in layer_backward.cpp.
#include "engine/layer.hpp"

#include <algorithm>
#include <cmath>

#include "engine/noise.hpp"

namespace sluice::engine {

Layer::Layer(const Architecture& architecture, std::span<const Parameter> parameters,
             std::size_t layer, std::size_t direction, const kernels::KernelTable& kernels)
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

// Of step t, from a sample on.
kernels::CellKept Layer::kept(const Activations& activations, LayerActivations& of, std::size_t t,
                              std::size_t sample) const noexcept {
  if (plain_) return {};
  const std::size_t norms = options_.layer_norm == LayerNorm::tflite ? 4 : 1;
  const std::size_t batch = activations.batch(), at = t * batch + sample;
  return {of.slopes.empty() ? nullptr : of.slopes.data() + at * 5 * units_,
          // Without zoneout the new cell is the cell.
          of.c_new.empty() ? of.c.data() + (at + batch) * units_ : of.c_new.data() + at * units_,
          of.normalised.data() + at * norms * units_, of.inverse.data() + at * norms};
}

std::size_t Layer::unit_vectors() const noexcept {
  return (hidden_ + kernels_->lanes - 1) / kernels_->lanes;
}

double Layer::step_flop() const noexcept {
  return 8.0 * static_cast<double>(hidden_) * static_cast<double>(input_ + state_ + 16);
}

void Layer::first_state(const Activations& activations, LayerActivations& of,
                        const Samples& samples) const noexcept {
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (!activations.fresh(sample)) continue;
    std::copy(packed_.initial_h.begin(), packed_.initial_h.end(),
              of.h.data() + sample * state_units_);
    std::copy(packed_.initial_c.begin(), packed_.initial_c.end(), of.c.data() + sample * units_);
  }
}

void Layer::forward(const RowsView& x, const Activations& activations, LayerActivations& of,
                    const Samples& samples, Steps steps, bool training) const noexcept {
  if (rows_) return forward_rows(x, activations, of, samples, steps);
  const kernels::UnitVectors all{0, unit_vectors()};
  const kernels::CellExtras more = extras();
  if (activations.base() == 0 && steps.first == 0) first_state(activations, of, samples);
  const std::size_t ahead = steps_ahead(x, activations, samples);
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations.running(t, samples, reverse_);
    if (now.count() > 0) {
      if ((t - steps.first) % ahead == 0)
        input_products(x, activations, of, now, {t, std::min(t + ahead, steps.last)}, all);
      kernels::CellForward cell = cell_forward(activations, of, now, t, more, training);
      const bool ba = options_.layer_norm == LayerNorm::ba;
      if (ba || activations.prepared()) {
        if (!activations.prepared()) recurrent_sums(activations, of, now, t, training);
        if (ba) normalise_inputs(activations, of, now, t);
        cell.rh = of.recurrent.data() + now.first * 4 * units_;
        kernels_->cell_forward(cell);
      } else {
        const float* seen = seen_state(activations, of, now, t, training);
        kernels_->step_forward({recurrent_product(seen, now.count()), cell, all});
      }
      if (!of.emitted.empty()) emit(activations, of, now, t, training);
    }
    if (!activations.all_run()) carry(activations, of, samples, t);
  }
}

// Row by row, as a stream does: the places of the gates hold the recurrent sums.
void Layer::forward_rows(const RowsView& x, const Activations& activations, LayerActivations& of,
                         const Samples& samples, Steps steps) const noexcept {
  if (activations.base() == 0 && steps.first == 0) first_state(activations, of, samples);
  const kernels::RowKernels& kernels = kernels_->row(kernels::WeightType::int8);
  const std::size_t batch = activations.batch();
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    const Samples now = activations.running(t, samples, reverse_);
    for (std::size_t sample = now.first; sample < now.last; ++sample) {
      const std::size_t before = t * batch + sample, after = before + batch;
      const float* h_prev = of.h.data() + before * state_units_;
      const float* x_row = x.row(t, sample);
      float* sums = of.gates.data() + before * 4 * units_;
      float* h = of.h.data() + after * state_units_;
      float* c = of.c.data() + after * units_;
      std::copy_n(of.c.data() + before * units_, units_, c);
      kernels.sums({&h_prev, 1, rows_->r.view(), rows_->bias.data(), sums});
      kernels.step({&x_row, 1, rows_->w.view(), sums, &c, &h});
    }
    if (!activations.all_run()) carry(activations, of, samples, t);
  }
}

// b + R h' of a step, to of.recurrent; with LayerNorm::ba normalised, as W x is by itself.
void Layer::recurrent_sums(const Activations& activations, LayerActivations& of,
                           const Samples& samples, std::size_t t, bool training) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first;
  kernels::Product product =
      recurrent_product(seen_state(activations, of, samples, t, training), samples.count());
  product.out = of.recurrent.data() + samples.first * 4 * units_;
  product.out_stride = 4 * units_;
  kernels_->multiply(product);
  if (options_.layer_norm != LayerNorm::ba) return;
  kernels_->normalise({product.out, of.normalised_h.data() + 4 * row * units_,
                       of.inverse_h.data() + row, packed_.gain_h.data(), samples.count(), units_,
                       hidden_, gate_bits(), static_cast<float>(kBaEpsilon)});
}

void Layer::forward_units(const RowsView& x, const Activations& activations, LayerActivations& of,
                          const kernels::UnitVectors& units, Steps steps,
                          Barrier& barrier) const noexcept {
  const Samples all{0, activations.batch(), 0};
  const kernels::CellExtras more = extras();
  if (activations.base() == 0 && steps.first == 0) {
    if (units.first == 0) first_state(activations, of, all);
    barrier.wait();
  }
  const std::size_t ahead = steps_ahead(x, activations, all);
  for (std::size_t t = steps.first; t < steps.last; ++t) {
    if ((t - steps.first) % ahead == 0)
      input_products(x, activations, of, all, {t, std::min(t + ahead, steps.last)}, units);
    const float* h_prev = of.h.data() + t * activations.batch() * state_units_;
    kernels_->step_forward({recurrent_product(h_prev, activations.batch()),
                            cell_forward(activations, of, all, t, more, false), units});
    barrier.wait();
  }
}

bool Layer::splits(const Activations& activations, const LayerActivations& of,
                   bool training) const noexcept {
  return !rows_ && fused(activations, of) && options_.layer_norm == LayerNorm::none &&
         !(training && !of.keep_g.empty());
}

kernels::Product Layer::recurrent_product(const float* h_prev, std::size_t rows) const noexcept {
  return {.a = h_prev,
          .a_stride = state_units_,
          .rows = rows,
          .w = packed_.r.view(),
          .bias = options_.layer_norm == LayerNorm::none ? packed_.bias.data() : nullptr,
          .out = nullptr,
          .out_stride = 0};
}

// h' as R sees it.
const float* Layer::seen_state(const Activations& activations, LayerActivations& of,
                               const Samples& samples, std::size_t t,
                               bool training) const noexcept {
  const std::size_t first = (t * activations.batch() + samples.first) * state_units_;
  const float* h_prev = of.h.data() + first;
  if (!training || of.keep_h.empty()) return h_prev;
  float* seen = of.h_seen.data() + first;
  const float* keep = of.keep_h.data() + samples.first * state_units_;
  for (std::size_t j = 0; j < samples.count() * state_units_; ++j) seen[j] = h_prev[j] * keep[j];
  return seen;
}

kernels::CellForward Layer::cell_forward(const Activations& activations, LayerActivations& of,
                                         const Samples& samples, std::size_t t,
                                         const kernels::CellExtras& more,
                                         bool training) const noexcept {
  const std::size_t batch = activations.batch(), row = t * batch + samples.first,
                    cells = row * units_;
  return {.gates = of.gates.data() + 4 * cells,
          .rh = nullptr,
          .c_prev = of.c.data() + cells,
          .rows = samples.count(),
          .units = units_,
          .hidden = hidden_,
          .c = of.c.data() + cells + batch * units_,
          .tanh_c = of.tanh_c.data() + cells,
          .h = of.emitted.empty() ? of.h.data() + (row + batch) * state_units_
                                  : of.emitted.data() + cells,
          .extras = plain_ ? nullptr : &more,
          .kept = kept(activations, of, t, samples.first),
          .zone_c = training ? row_or_null(of.zone_c, cells) : nullptr,
          .keep_g = training ? row_or_null(of.keep_g, cells) : nullptr};
}

// How many steps of W x are computed at a time: a product of few rows reads W for little work, the
// more so where W comes from a far cache or from memory.
std::size_t Layer::steps_ahead(const RowsView& x, const Activations& activations,
                               const Samples& samples) const noexcept {
  constexpr std::size_t kNear = 1 << 18;  // weights
  const std::size_t rows = 4 * hidden_ * input_ <= kNear ? 48 : 384;
  const bool together =
      samples.count() == activations.batch() && activations.all_run() &&
      (activations.batch() == 1 || x.step_stride == activations.batch() * x.sample_stride);
  return together ? std::max<std::size_t>(1, rows / std::max<std::size_t>(activations.batch(), 1))
                  : 1;
}

// W x of some steps, into the places of the gates.
void Layer::input_products(const RowsView& x, const Activations& activations, LayerActivations& of,
                           const Samples& samples, Steps steps,
                           const kernels::UnitVectors& units) const noexcept {
  const std::size_t batch = activations.batch(), gates = 4 * units_;
  kernels_->multiply({.a = x.row(steps.first, samples.first),
                      .a_stride = batch == 1 ? x.step_stride : x.sample_stride,
                      .rows = steps.count() * samples.count(),
                      .w = packed_.w.view(),
                      .bias = nullptr,
                      .out = of.gates.data() + (steps.first * batch + samples.first) * gates,
                      .out_stride = gates,
                      .first_vector = 4 * units.first,
                      .last_vector = units.last == unit_vectors() ? 0 : 4 * units.last});
}

void Layer::normalise_inputs(const Activations& activations, LayerActivations& of,
                             const Samples& samples, std::size_t t) const noexcept {
  const std::size_t row = t * activations.batch() + samples.first;
  kernels_->normalise({of.gates.data() + 4 * row * units_,
                       of.normalised_x.data() + 4 * row * units_, of.inverse_x.data() + row,
                       packed_.gain_x.data(), samples.count(), units_, hidden_, gate_bits(),
                       static_cast<float>(kBaEpsilon)});
}

// h of what the cell emits: the projection, its clip, zoneout.
void Layer::emit(const Activations& activations, LayerActivations& of, const Samples& samples,
                 std::size_t t, bool training) const noexcept {
  const std::size_t batch = activations.batch(), row = t * batch + samples.first;
  const std::size_t state = samples.count() * state_units_;
  const float* made = of.emitted.data() + row * units_;
  const float* h_prev = of.h.data() + row * state_units_;
  float* h = of.h.data() + (row + batch) * state_units_;
  if (has(Role::weight_hr)) {
    float* projected = of.projected.data() + row * state_units_;
    kernels_->multiply({made, units_, samples.count(), packed_.projection.view(),
                        packed_.bias_projection.data(), projected, state_units_});
    made = projected;
  }
  const auto bound = static_cast<float>(options_.projection_clip);
  const float* zone = training ? row_or_null(of.zone_h, row * state_units_) : nullptr;
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

// Samples that do not run this step keep their state.
void Layer::carry(const Activations& activations, LayerActivations& of, const Samples& samples,
                  std::size_t t) const noexcept {
  const std::size_t batch = activations.batch();
  for (std::size_t sample = samples.first; sample < samples.last; ++sample) {
    if (activations.runs(activations.time(activations.base() + t, sample, reverse_), sample))
      continue;
    const std::size_t before = t * batch + sample, after = before + batch;
    std::copy_n(of.h.data() + before * state_units_, state_units_,
                of.h.data() + after * state_units_);
    std::copy_n(of.c.data() + before * units_, units_, of.c.data() + after * units_);
  }
}

}  // namespace sluice::engine
