#include "network/tape.hpp"

#include <algorithm>

#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// The arrays of one direction, by what its options need.
class Maker {
 public:
  Maker(const Architecture& of, std::size_t layer, std::size_t rows, std::size_t batch,
        bool backward)
      : of_(of), layer_(layer), rows_(rows), batch_(batch), backward_(backward) {
    made_.units = padded(of.hidden[layer]);
    made_.state_units = padded(of.state(layer));
  }

  LayerTape make() {
    const std::size_t units = made_.units, state = made_.state_units;
    put(made_.gates, rows_ * 4 * units);
    put(made_.c, (rows_ + batch_) * units);
    put(made_.tanh_c, rows_ * units);
    put(made_.h, (rows_ + batch_) * state);
    if (backward_) {
      put(made_.d_h, rows_ * state);
      put(made_.d_h_last, batch_ * state);
      put(made_.d_h_first, batch_ * state);
      put(made_.d_c_last, batch_ * units);
      put(made_.d_c_first, batch_ * units);
    }
    options();
    if (backward_) noise();
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
    if (!plain(of_)) {
      put(made_.slopes, rows_ * 5 * units);
      put(made_.c_new, rows_ * units);
    }
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
      for (FloatVector* array : {&made_.d_gain, &made_.d_gain_x, &made_.d_gain_h, &made_.d_shift}) {
        put(*array, 4 * units);
      }
    }
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
  LayerTape made_{};
};

}  // namespace

Tape::Tape(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
           bool dropout)
    : x_stride(padded(architecture.input)),
      y_stride(padded(architecture.width())),
      steps_(steps),
      batch_(batch),
      longest_(steps),
      room_(steps),
      fresh_(batch, 1) {
  const std::size_t rows = steps * batch;
  const bool backward = use == Use::with_backward;
  std::size_t units = 0, state = 0, input = 0;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    for (std::size_t d = 0; d < architecture.directions(); ++d) {
      layers.push_back(Maker(architecture, layer, rows, batch, backward).make());
    }
    BetweenTape& above = between.emplace_back();
    above.stride = padded(architecture.layer_output(layer));
    const bool residual = architecture.residual && layer > 0;
    if (dropout || residual || architecture.direction != Direction::forward)
      above.out.resize(rows * above.stride);
    if (dropout) above.keep.resize(rows * above.stride);
    if (backward) above.d_out.resize(rows * above.stride);
    units = std::max(units, layers.back().units);
    state = std::max(state, layers.back().state_units);
    input = std::max(input, padded(architecture.layer_input(layer)));
  }
  x_.resize(rows * x_stride);
  y_.resize(rows * y_stride);
  recurrent_.resize(batch * 4 * units);
  if (!backward) return;
  d_x_.resize(rows * x_stride);
  d_y_.resize(rows * y_stride);
  for (FloatVector* array : {&d_h_now_, &d_h_kept_, &d_h_zoned_}) array->resize(batch * state);
  for (FloatVector* array : {&d_c_kept_, &d_emitted_}) array->resize(batch * units);
  d_input_.resize(rows * input);
  work_.resize(units);
}

void Tape::set_steps(std::size_t steps) {
  steps_ = longest_ = steps;
  lengths_.clear();
  mask_.clear();
}

void Tape::set_lengths(std::span<const std::size_t> lengths) {
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
  for (BetweenTape& above : between) above.out.resize(room_ * batch_ * above.stride);
}

void Tape::set_mask(std::span<const std::uint8_t> mask) {
  if (mask.size() != steps_ * batch_) {
    throw Error(ErrorCode::shape, {.where = "mask",
                                   .what = "wrong size",
                                   .expected = std::to_string(steps_ * batch_),
                                   .got = std::to_string(mask.size())});
  }
  mask_.assign(mask.begin(), mask.end());
}

void Tape::reset_state() {
  for (std::size_t sample = 0; sample < batch_; ++sample) reset_state(sample);
}

void Tape::reset_state(std::size_t sample) {
  const auto zero = [sample](FloatVector& rows, std::size_t units) {
    std::fill_n(rows.begin() + static_cast<std::ptrdiff_t>(sample * units), units, 0.0f);
  };
  for (LayerTape& layer : layers) {
    zero(layer.h, layer.state_units);
    zero(layer.c, layer.units);
  }
  fresh_[sample] = 1;
}

void Tape::carry_state() {
  const auto carry = [this](FloatVector& rows, std::size_t units) {
    const std::size_t count = batch_ * units;
    std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(longest_ * count), count, rows.begin());
  };
  for (LayerTape& layer : layers) {
    carry(layer.h, layer.state_units);
    carry(layer.c, layer.units);
  }
  give_state();
}

void Tape::give_state() { std::fill(fresh_.begin(), fresh_.end(), std::uint8_t{0}); }

}  // namespace sluice::network
