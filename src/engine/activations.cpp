#include "engine/activations.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/kernel_table.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// Rows of a segment at least: the blocks of OuterSum are then mostly whole.
constexpr std::size_t kSegmentRows = 512;
// Columns that a direction's weights are multiplied with: x, h' and 1.
std::size_t weight_columns(const Architecture& of, std::size_t layer) {
  return of.layer_input(layer) + of.state(layer) + 1;
}

// The arrays of one direction, by what its options need.
class Maker {
 public:
  Maker(const Architecture& of, std::size_t layer, std::size_t rows, std::size_t batch,
        bool backward)
      : of_(of), layer_(layer), rows_(rows), batch_(batch), backward_(backward) {
    made_.units = padded(of.hidden[layer]);
    made_.state_units = padded(of.state(layer));
  }

  LayerActivations make() {
    const std::size_t units = made_.units, state = made_.state_units;
    put(made_.gates, rows_ * 4 * units);
    put(made_.c, (rows_ + batch_) * units);
    put(made_.tanh_c, rows_ * units);
    put(made_.h, (rows_ + batch_) * state);
    options();
    if (backward_) {
      noise();
      way_back();
    }
    return std::move(made_);
  }

 private:
  static void put(FloatVector& array, std::size_t count) { array.resize(count); }

  void options() {
    const CellOptions& cell = of_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    const bool ba = cell.layer_norm == LayerNorm::ba;
    const bool tflite = cell.layer_norm == LayerNorm::tflite;
    if (of_.direction != Direction::forward || cell.variational_dropout > 0.0)
      put(made_.x, rows_ * padded(of_.layer_input(layer_)));
    if (cell.variational_dropout > 0.0) put(made_.h_seen, rows_ * state);
    if (cell.projection > 0 || cell.zoneout_h > 0.0) put(made_.emitted, rows_ * units);
    if (cell.projection > 0) put(made_.projected, rows_ * state);
    if (cell.projection > 0 && backward_) put(made_.d_projected, rows_ * state);
    if (!standard(of_)) put(made_.slopes, rows_ * 5 * units);
    if (cell.zoneout_c > 0.0) put(made_.c_new, rows_ * units);
    if (ba) put(made_.recurrent, batch_ * 4 * units);
    if (ba) {
      put(made_.normalised, rows_ * units);
      put(made_.inverse, rows_);
      for (FloatVector* array : {&made_.normalised_x, &made_.normalised_h}) {
        put(*array, rows_ * 4 * units);
      }
      for (FloatVector* array : {&made_.inverse_x, &made_.inverse_h}) put(*array, rows_);
      if (backward_) put(made_.d_recurrent, rows_ * 4 * units);
    }
    if (tflite) {
      put(made_.normalised, rows_ * 4 * units);
      put(made_.inverse, rows_ * 4);
    }
    if (backward_ && (ba || tflite)) {
      for (FloatVector* array :
           {&made_.d_gain, &made_.d_gain_x, &made_.d_gain_h, &made_.d_shift, &made_.d_bias}) {
        put(*array, batch_ * 4 * units);  // of each slice, at most one a sample
      }
    }
  }

  void way_back() {
    const CellOptions& cell = of_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    if (of_.direction != Direction::forward) put(made_.d_h, rows_ * state);
    for (FloatVector* array : {&made_.d_h_last, &made_.d_h_first, &made_.d_h_now, &made_.d_h_kept})
      put(*array, batch_ * state);
    for (FloatVector* array : {&made_.d_c_last, &made_.d_c_first, &made_.d_c_kept, &made_.work})
      put(*array, batch_ * units);
    if (cell.zoneout_h > 0.0) put(made_.d_h_zoned, batch_ * state);
    if (cell.projection > 0) put(made_.d_emitted, batch_ * units);
    put(made_.d_weights, weight_columns(of_, layer_) * 4 * units);
    if (cell.projection > 0) put(made_.d_projection, (of_.hidden[layer_] + 1) * state);
    if (cell.peephole)
      put(made_.d_peephole, (cell.layer_norm == LayerNorm::ba ? batch_ : 1) * 4 * units);
  }

  void noise() {
    const CellOptions& cell = of_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    if (cell.zoneout_c > 0.0) put(made_.zone_c, rows_ * units);
    if (cell.zoneout_h > 0.0) put(made_.zone_h, rows_ * state);
    if (cell.drop_connect > 0.0)
      put(made_.d_weight_hh, cell.gates() * of_.hidden[layer_] * of_.state(layer_));
    if (cell.recurrent_dropout > 0.0) put(made_.keep_g, rows_ * units);
    if (cell.variational_dropout > 0.0) {
      put(made_.keep_h, batch_ * state);
      put(made_.keep_x, batch_ * padded(of_.layer_input(layer_)));
    }
  }

  const Architecture& of_;
  std::size_t layer_, rows_, batch_;
  bool backward_;
  LayerActivations made_{};
};

}  // namespace

SliceRule::SliceRule(const Architecture& architecture)
    : widest_(*std::max_element(architecture.hidden.begin(), architecture.hidden.end())),
      fixed_(architecture.cell.layer_norm != LayerNorm::none) {}

std::vector<Samples> SliceRule::cut(std::size_t batch, std::size_t threads) const {
  constexpr std::size_t kStepFloats = 8192, kRoomForR = 512 << 10;
  const std::size_t gates = 4 * widest_, r_bytes = gates * widest_ * 4;
  std::size_t most = r_bytes <= kRoomForR ? std::clamp<std::size_t>(kStepFloats / gates, 16, 64)
                     : r_bytes <= 8 * kRoomForR ? 32
                                                : 128;
  if (fixed_) most = 16;
  std::size_t count = (batch + most - 1) / most;
  // Where R does not stay in the cache, threads rather share the units than read it for few
  // samples.
  const std::size_t smallest = r_bytes <= kRoomForR ? 8 : r_bytes <= 8 * kRoomForR ? 16 : 64;
  if (!fixed_)
    count = std::max(count, std::min(threads, std::max<std::size_t>(batch / smallest, 1)));
  std::vector<Samples> slices;
  for (std::size_t number = 0; number < count; ++number)
    slices.push_back({number * batch / count, (number + 1) * batch / count, number});
  return slices;
}

Activations::Activations(const Architecture& architecture, std::size_t steps, std::size_t batch,
                         Use use, bool dropout)
    : x_stride(row_stride(architecture.input)),
      d_x_stride(padded(architecture.input)),
      y_stride(padded(architecture.width())),
      steps_(steps),
      batch_(batch),
      longest_(steps),
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
      layers.push_back(Maker(architecture, layer, kept, batch, backward).make());
      LayerActivations& of = layers.back();
      if (recomputes()) {
        of.h_at.resize((steps / segment_ + 2) * batch * of.state_units);
        of.c_at.resize((steps / segment_ + 2) * batch * of.units);
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
  pool_ = &pool;
  cut_slices();
  if (!outer_work_.empty()) outer_work_.resize(2 * threads(), outer_work_[0]);
}

void Activations::for_each(std::size_t tasks, double flop,
                           FunctionRef<void(std::size_t)> work) const {
  if (parts(flop) > 1) return pool_->run(tasks, work);
  for (std::size_t task = 0; task < tasks; ++task) work(task);
}

void Activations::for_ranges(std::size_t count, std::size_t least, double flop,
                             FunctionRef<void(std::size_t, std::size_t)> work) const {
  const std::size_t most = parts(flop) > 1 ? 4 * threads() : 1;
  const std::size_t ranges =
      std::clamp<std::size_t>(count / std::max<std::size_t>(least, 1), 1, most);
  for_each(ranges, flop,
           [&](std::size_t range) { work(range * count / ranges, (range + 1) * count / ranges); });
}

std::size_t Activations::kept_floats() const {
  std::size_t floats = 0;
  for (const LayerActivations& of : layers) {
    for (const FloatVector* array :
         {&of.gates, &of.c, &of.tanh_c, &of.h, &of.x, &of.h_seen, &of.emitted, &of.projected,
          &of.slopes, &of.c_new, &of.normalised, &of.normalised_x, &of.normalised_h, &of.h_at,
          &of.c_at}) {
      floats += array->size();
    }
  }
  for (const BetweenLayers& of : between) floats += of.out.size() + of.keep.size();
  return floats;
}

Samples Activations::running(std::size_t step, Samples samples, bool reverse) const {
  if (all_run()) return samples;
  const auto idle = [&](std::size_t sample) {
    return !runs(time(base_ + step, sample, reverse), sample);
  };
  while (samples.first < samples.last && idle(samples.first)) ++samples.first;
  while (samples.first < samples.last && idle(samples.last - 1)) --samples.last;
  return samples;
}

void Activations::save_boundary(std::size_t index, std::size_t step) {
  for (LayerActivations& of : layers) {
    const std::size_t h = batch_ * of.state_units, c = batch_ * of.units;
    std::copy_n(of.h.data() + step * h, h, of.h_at.data() + index * h);
    std::copy_n(of.c.data() + step * c, c, of.c_at.data() + index * c);
  }
}

void Activations::restore_boundary(std::size_t index) {
  for (LayerActivations& of : layers) {
    const std::size_t h = batch_ * of.state_units, c = batch_ * of.units;
    std::copy_n(of.h_at.data() + index * h, h, of.h.data());
    std::copy_n(of.c_at.data() + index * c, c, of.c.data());
  }
}

void Activations::set_steps(std::size_t steps) {
  steps_ = longest_ = steps;
  lengths_.clear();
  mask_.clear();
}

void Activations::set_batch(std::size_t batch) {
  batch_ = batch;
  set_steps(steps_);
  cut_slices();
  borrowed_x_ = {};
  fresh_.resize(batch);
  reset_state();
}

void Activations::make_room_to_prepare() {
  for (LayerActivations& of : layers) of.recurrent.resize(batch_ * 4 * of.units);
}

void Activations::want_d_x(bool wanted) {
  wants_d_x_ = wanted;
  d_x_.resize(room_ * batch_ * d_x_stride);
}

void Activations::set_lengths(std::span<const std::size_t> lengths) {
  longest_ = 0;
  for (const std::size_t length : lengths) {
    if (length > steps_) {
      throw Error(ErrorCode::shape, {.where = "lengths",
                                     .what = "longer than the sequences are",
                                     .expected = "at most " + std::to_string(steps_) + " steps",
                                     .got = std::to_string(length)});
    }
    longest_ = std::max(longest_, length);
  }
  if (lengths.size() != batch_) {
    throw Error(ErrorCode::shape, {.where = "lengths",
                                   .what = "wrong number of lengths",
                                   .expected = std::to_string(batch_),
                                   .got = std::to_string(lengths.size())});
  }
  lengths_.assign(lengths.begin(), lengths.end());
  for (BetweenLayers& above : between)
    above.out.resize(std::max(above.out.size(), kept_ * batch_ * above.stride));
}

void Activations::set_mask(std::span<const std::uint8_t> mask) {
  if (mask.size() != steps_ * batch_) {
    throw Error(ErrorCode::shape, {.where = "mask",
                                   .what = "wrong size",
                                   .expected = std::to_string(steps_ * batch_),
                                   .got = std::to_string(mask.size())});
  }
  mask_.assign(mask.begin(), mask.end());
}

void Activations::reset_state() {
  for (std::size_t sample = 0; sample < batch_; ++sample) reset_state(sample);
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
    const std::size_t count = batch_ * units;
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(longest_ * count), count, rows.begin());
  };
  for (LayerActivations& layer : layers) {
    carry(layer.h, layer.state_units);
    carry(layer.c, layer.units);
  }
  give_state();
}

const float* Activations::last_h(const LayerActivations& layer) const {
  const std::size_t rows = batch_ * layer.state_units;
  return recomputes() ? layer.h_at.data() + segments() * rows : layer.h.data() + longest_ * rows;
}

const float* Activations::last_c(const LayerActivations& layer) const {
  const std::size_t rows = batch_ * layer.units;
  return recomputes() ? layer.c_at.data() + segments() * rows : layer.c.data() + longest_ * rows;
}

void Activations::give_state() { std::fill(fresh_.begin(), fresh_.end(), std::uint8_t{0}); }

}  // namespace sluice::engine
