#include "engine/activations.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/kernel_table.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// Rows of a segment at least: the blocks of OuterSum are then mostly whole.
constexpr std::size_t kSegmentRows = 512;

}  // namespace

Activations::Activations(const Architecture& architecture, std::size_t steps, std::size_t batch,
                         Use use, bool dropout)
    : SequenceLayout(steps, batch),
      x_stride(row_stride(architecture.input)),
      d_x_stride(padded(architecture.input)),
      y_stride(padded(architecture.width())),
      room_(steps),
      slice_rule_(architecture),
      fresh_(batch, 1) {
  const bool both_ways = architecture.direction != Direction::forward;
  if (use == Use::recompute && both_ways) {
    throw Error(ErrorCode::usage, {.what = "a reverse direction cannot be recomputed by segments",
                                   .expected = "layers of the forward direction alone",
                                   .got = "a reverse one",
                                   .hint = "leave out the recomputation"});
  }
  const bool backward = use != Use::forward_only;
  // 7H floats of activations a step and 2H of state a segment: together least at this length.
  const auto least = static_cast<std::size_t>(std::ceil(std::sqrt(2.0 / 7.0 * steps)));
  segment_ = std::max<std::size_t>(
      {least, (kSegmentRows + batch - 1) / std::max<std::size_t>(batch, 1), 1});
  if (both_ways) segment_ = std::max<std::size_t>(steps, 1);
  kept_ = use == Use::recompute ? std::min(segment_, steps) : steps;
  const std::size_t rows = steps * batch, kept = kept_ * batch;
  const std::size_t segment_rows = std::min(segment_, steps) * batch;
  std::size_t input = 0, columns = 0;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    for (std::size_t d = 0; d < architecture.directions(); ++d) {
      layers.push_back(make_layer_activations(architecture, layer, kept, batch, backward));
      LayerActivations& made = layers.back();
      if (recomputes()) {
        made.h_at.resize((steps / segment_ + 2) * batch * made.state_units);
        made.c_at.resize((steps / segment_ + 2) * batch * made.units);
      }
    }
    BetweenLayers& above = between.emplace_back();
    above.stride = padded(architecture.layer_output(layer));
    const bool residual = architecture.residual && layer > 0;
    if (dropout || residual || both_ways) above.out.resize(kept * above.stride);
    if (dropout) above.keep.resize(kept * above.stride);
    if (backward) above.d_out.resize(segment_rows * above.stride);
    input = std::max(input, padded(architecture.layer_input(layer)));
    columns = std::max({columns, weight_columns(architecture, layer),
                        architecture.hidden[layer] + 1});  // the latter of a projection
  }
  x_.resize(rows * x_stride);
  if (architecture.output > 0 || recomputes()) y_.resize(rows * y_stride);
  cut_slices();
  if (!backward) return;
  columns = std::max(columns, between.back().stride + 1);
  d_y_.resize(rows * y_stride);
  if (both_ways || architecture.cell.variational_dropout > 0.0) d_input_.resize(kept * input);
  if (architecture.output > 0) d_head_.resize((between.back().stride + 1) * y_stride);
  outer_work_.assign(2, FloatVector(kernels::outer_work(columns)));
}

void Activations::share(ThreadPool& pool) {
  sharing_.set_pool(pool);
  cut_slices();
  if (!outer_work_.empty()) outer_work_.resize(2 * sharing_.threads(), outer_work_[0]);
}

std::size_t Activations::kept_floats() const {
  std::size_t floats = 0;
  for (const LayerActivations& layer : layers) {
    for (const FloatVector* array :
         {&layer.gates, &layer.c, &layer.tanh_c, &layer.h, &layer.x, &layer.h_seen, &layer.emitted,
          &layer.projected, &layer.slopes, &layer.c_new, &layer.normalised, &layer.normalised_x,
          &layer.normalised_h, &layer.h_at, &layer.c_at}) {
      floats += array->size();
    }
  }
  for (const BetweenLayers& above : between) floats += above.out.size() + above.keep.size();
  return floats;
}

void Activations::save_boundary(std::size_t index, std::size_t step) {
  for (LayerActivations& layer : layers) {
    const std::size_t h = batch() * layer.state_units, c = batch() * layer.units;
    std::copy_n(layer.h.data() + step * h, h, layer.h_at.data() + index * h);
    std::copy_n(layer.c.data() + step * c, c, layer.c_at.data() + index * c);
  }
}

void Activations::restore_boundary(std::size_t index) {
  for (LayerActivations& layer : layers) {
    const std::size_t h = batch() * layer.state_units, c = batch() * layer.units;
    std::copy_n(layer.h_at.data() + index * h, h, layer.h.data());
    std::copy_n(layer.c_at.data() + index * c, c, layer.c.data());
  }
}

void Activations::set_steps(std::size_t steps) { set_sizes(steps, batch()); }

void Activations::set_batch(std::size_t batch) {
  set_sizes(steps(), batch);
  cut_slices();
  borrowed_x_ = {};
  fresh_.resize(batch);
  reset_state();
}

void Activations::make_room_to_prepare() {
  for (LayerActivations& layer : layers) layer.recurrent.resize(batch() * 4 * layer.units);
}

void Activations::want_d_x(bool wanted) {
  wants_d_x_ = wanted;
  d_x_.resize(room_ * batch() * d_x_stride);
}

void Activations::set_lengths(std::span<const std::size_t> lengths) {
  SequenceLayout::set_lengths(lengths);
  for (BetweenLayers& above : between)
    above.out.resize(std::max(above.out.size(), kept_ * batch() * above.stride));
}

void Activations::reset_state() {
  for (std::size_t sample = 0; sample < batch(); ++sample) reset_state(sample);
}

void Activations::reset_state(std::size_t sample) {
  const auto zero = [sample](FloatVector& rows, std::size_t units) {
    std::fill_n(rows.begin() + static_cast<std::ptrdiff_t>(sample * units), units, 0.0f);
  };
  for (LayerActivations& layer : layers) {
    zero(layer.h, layer.state_units);
    zero(layer.c, layer.units);
  }
  fresh_[sample] = 1;
}

void Activations::carry_state() {
  if (recomputes()) {
    restore_boundary(segments());
    return give_state();
  }
  const auto carry = [this](FloatVector& rows, std::size_t units) {
    const std::size_t count = batch() * units;
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(longest() * count), count, rows.begin());
  };
  for (LayerActivations& layer : layers) {
    carry(layer.h, layer.state_units);
    carry(layer.c, layer.units);
  }
  give_state();
}

const float* Activations::last_h(const LayerActivations& layer) const {
  const std::size_t rows = batch() * layer.state_units;
  return recomputes() ? layer.h_at.data() + segments() * rows : layer.h.data() + longest() * rows;
}

const float* Activations::last_c(const LayerActivations& layer) const {
  const std::size_t rows = batch() * layer.units;
  return recomputes() ? layer.c_at.data() + segments() * rows : layer.c.data() + longest() * rows;
}

void Activations::give_state() { std::fill(fresh_.begin(), fresh_.end(), std::uint8_t{0}); }

}  // namespace sluice::engine
