// What is between the layers: the order of time, the two directions' merge, residual connections,
// dropout, the ends of sequences; and the head.
#include "network/network.hpp"

#include <algorithm>
#include <utility>

#include "core/float_mode.hpp"
#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// Calls each(step, sample, time): the row of a direction's step, and where it lies in time.
template <class Each>
void over_rows(const Tape& tape, bool reverse, Each each) {
  for (std::size_t step = 0; step < tape.longest(); ++step) {
    for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
      each(step, sample, tape.time(step, sample, reverse));
    }
  }
}

void clear_past_ends(const Tape& tape, std::size_t stride, float* rows) {
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    for (std::size_t t = tape.length(sample); t < tape.steps(); ++t)
      std::fill_n(rows + (t * tape.batch() + sample) * stride, stride, 0.0f);
  }
}

}  // namespace

Network::Network(Architecture architecture, const kernels::Table& kernels)
    : architecture_(std::move(architecture)), kernels_(&kernels) {
  check(architecture_);
  list_ = parameter_list(architecture_);
  parameters_.resize(parameter_count(list_));
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    for (std::size_t d = 0; d < directions(); ++d)
      layers_.emplace_back(architecture_, layer, d, kernels);
  }
  if (architecture_.output > 0) {
    const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
    head_ = {architecture_.output, inputs, kernels_->lanes};
    head_transposed_ = {inputs, architecture_.output, kernels_->lanes};
    head_bias_.resize(padded(architecture_.output));
  }
}

void Network::set_parameters(std::span<const float> parameters) {
  if (parameters.size() != parameters_.size()) {
    throw Error(ErrorCode::shape, {.what = "wrong number of parameters",
                                   .expected = std::to_string(parameters_.size()),
                                   .got = std::to_string(parameters.size())});
  }
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  for (Layer& layer : layers_) layer.pack(parameters_.data());
  if (architecture_.output > 0) pack_head();
}

void Network::drop_connections(std::uint64_t seed) {
  if (architecture_.cell.drop_connect <= 0.0) return;
  for (Layer& layer : layers_) layer.drop_connections(parameters_.data(), seed);
}

void Network::pack_head() {
  const std::size_t output = architecture_.output;
  const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
  const float* v = parameters_.data() + list_[list_.size() - 2].offset;
  const float* bias = parameters_.data() + list_.back().offset;
  head_.pack([=](std::size_t n, std::size_t k) { return n < output ? v[n * inputs + k] : 0.0f; });
  head_transposed_.pack(
      [=](std::size_t n, std::size_t k) { return n < inputs ? v[k * inputs + n] : 0.0f; });
  std::copy_n(bias, output, head_bias_.begin());
}

void Network::forward(Tape& tape) const noexcept { run_layers(tape, nullptr); }

void Network::forward(Tape& tape, const Noise& noise) const noexcept { run_layers(tape, &noise); }

void Network::run_layers(Tape& tape, const Noise* noise) const noexcept {
  const FlushDenormals flush;
  // What stands past the ends may be NaN, and would reach the gradient times zero.
  if (tape.borrowed_x_.data == nullptr) {
    for (std::size_t sample = 0; sample < (tape.all_run() ? 0 : tape.batch()); ++sample) {
      for (std::size_t t = 0; t < tape.steps(); ++t) {
        if (!tape.runs(t, sample)) std::fill_n(tape.x(t, sample), tape.x_stride, 0.0f);
      }
    }
  }
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    const RowsView input = input_of(layer, tape);
    for (std::size_t d = 0; d < directions(); ++d) {
      const std::size_t index = layer * directions() + d;
      LayerTape& of = tape.layers[index];
      if (noise != nullptr) draw_cell_noise(architecture_.cell, index, *noise, tape, of);
      const RowsView own = direction_input(input, layers_[index], tape, of, noise != nullptr);
      layers_[index].forward(own, tape, of, tape.recurrent_, noise != nullptr);
    }
    combine(layer, input, tape);
    BetweenTape& above = tape.between[layer];
    if (noise != nullptr && !above.keep.empty()) draw_dropout(layer, *noise, tape, above);
  }
  head_forward(tape);
}

RowsView Network::input_of(std::size_t layer, const Tape& tape) noexcept {
  if (layer == 0) return tape.x_view();
  const BetweenTape& below = tape.between[layer - 1];
  const LayerTape& of = tape.layers[layer - 1];  // h as it stands: there is one direction
  const float* out =
      below.out.empty() ? of.h.data() + tape.batch() * below.stride : below.out.data();
  return {out, tape.batch() * below.stride, below.stride};
}

// Turned round for the reverse direction, times variational dropout's factors.
RowsView Network::direction_input(const RowsView& input, const Layer& layer, const Tape& tape,
                                  LayerTape& of, bool training) noexcept {
  const bool masked = training && !of.keep_x.empty();
  if (!layer.reverse() && !masked) return input;
  const std::size_t inputs = layer.inputs(), stride = padded(inputs);
  over_rows(tape, layer.reverse(), [&](std::size_t step, std::size_t sample, std::size_t time) {
    const float* from = input.row(time, sample);
    float* to = of.x.data() + (step * tape.batch() + sample) * stride;
    const float* keep = masked ? of.keep_x.data() + sample * stride : nullptr;
    for (std::size_t j = 0; j < inputs; ++j) to[j] = keep != nullptr ? from[j] * keep[j] : from[j];
  });
  return {of.x.data(), tape.batch() * stride, stride};
}

// The output of a layer, where that is not h as it stands.
void Network::combine(std::size_t layer, const RowsView& input, Tape& tape) const noexcept {
  BetweenTape& above = tape.between[layer];
  if (above.out.empty()) return;
  const bool concat = architecture_.merge == Merge::concat;
  const std::size_t state = architecture_.state(layer), batch = tape.batch();
  const std::size_t width = architecture_.layer_output(layer);
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    const LayerTape& of = tape.layers[index];
    const float* h = of.h.data() + batch * of.state_units;
    const std::size_t first = concat ? d * state : 0;
    over_rows(tape, layers_[index].reverse(),
              [&](std::size_t step, std::size_t sample, std::size_t time) {
                const float* from = h + (step * batch + sample) * of.state_units;
                float* to = above.out.data() + (time * batch + sample) * above.stride + first;
                if (d == 0 || concat) {
                  std::copy_n(from, state, to);
                } else if (architecture_.merge == Merge::product) {
                  for (std::size_t j = 0; j < state; ++j) to[j] *= from[j];
                } else {
                  const float share = architecture_.merge == Merge::mean ? 0.5f : 1.0f;
                  for (std::size_t j = 0; j < state; ++j) to[j] = share * (to[j] + from[j]);
                }
              });
  }
  if (architecture_.residual && layer > 0) {
    over_rows(tape, false, [&](std::size_t step, std::size_t sample, std::size_t) {
      float* to = above.out.data() + (step * batch + sample) * above.stride;
      const float* from = input.row(step, sample);
      for (std::size_t j = 0; j < width; ++j) to[j] += from[j];
    });
  }
  clear_past_ends(tape, above.stride, above.out.data());
}

void Network::head_forward(Tape& tape) const noexcept {
  const std::size_t rows = tape.steps() * tape.batch();
  const RowsView h = input_of(architecture_.layers(), tape);
  if (architecture_.output == 0) {
    std::copy_n(h.data, rows * tape.y_stride, tape.y_.data());
    return;
  }
  kernels_->multiply({h.data, h.sample_stride, rows, head_.view(), head_bias_.data(),
                      tape.y_.data(), tape.y_stride});
  clear_past_ends(tape, tape.y_stride, tape.y_.data());
}

void Network::backward(Tape& tape, std::span<float> gradient) const noexcept {
  const FlushDenormals flush;
  clear_past_ends(tape, tape.y_stride, tape.d_y_.data());
  head_backward(tape, gradient.data());
  for (std::size_t layer = architecture_.layers(); layer-- > 0;) {
    BetweenTape& above = tape.between[layer];
    const std::size_t count = tape.steps() * tape.batch() * above.stride;
    for (std::size_t j = 0; j < (above.keep.empty() ? 0 : count); ++j)
      above.d_out[j] *= above.keep[j];
    clear_past_ends(tape, above.stride, above.d_out.data());
    separate(layer, tape);
    const RowsView input = input_of(layer, tape);
    for (std::size_t d = 0; d < directions(); ++d) {
      const std::size_t index = layer * directions() + d;
      LayerTape& of = tape.layers[index];
      layers_[index].through_time(tape, of);
      const RowsView own =
          of.x.empty() ? input
                       : RowsView{of.x.data(), tape.batch() * padded(layers_[index].inputs()),
                                  padded(layers_[index].inputs())};
      const bool direct = !layers_[index].reverse() && of.keep_x.empty();
      layers_[index].add_gradients(direct ? input : own, tape, of, gradient.data());
    }
    hand_down(layer, tape);
  }
}

void Network::head_backward(Tape& tape, float* gradient) const noexcept {
  const std::size_t rows = tape.steps() * tape.batch();
  BetweenTape& last = tape.between.back();
  if (architecture_.output == 0) {
    std::copy_n(tape.d_y_.data(), rows * tape.y_stride, last.d_out.data());
    return;
  }
  kernels_->multiply({tape.d_y_.data(), tape.y_stride, rows, head_transposed_.view(), nullptr,
                      last.d_out.data(), last.stride});
  const RowsView h = input_of(architecture_.layers(), tape);
  const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
  kernels_->add_outer({.a = tape.d_y_.data(),
                       .a_stride = tape.y_stride,
                       .n = architecture_.output,
                       .b = h.data,
                       .b_stride = h.sample_stride,
                       .k = inputs,
                       .rows = rows,
                       .c = gradient + list_[list_.size() - 2].offset,
                       .c_stride = inputs});
  float* d_bias = gradient + list_.back().offset;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* d_y = tape.d_y_.data() + row * tape.y_stride;
    for (std::size_t n = 0; n < architecture_.output; ++n) d_bias[n] += d_y[n];
  }
}

// What arrives at a layer's output, at each direction's h in the order of its steps.
void Network::separate(std::size_t layer, Tape& tape) const noexcept {
  const BetweenTape& above = tape.between[layer];
  const std::size_t state = architecture_.state(layer), batch = tape.batch();
  const bool concat = architecture_.merge == Merge::concat;
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    LayerTape& of = tape.layers[index];
    const bool reverse = layers_[index].reverse();
    over_rows(tape, reverse, [&](std::size_t step, std::size_t sample, std::size_t time) {
      const float* from =
          above.d_out.data() + (time * batch + sample) * above.stride + (concat ? d * state : 0);
      float* to = of.d_h.data() + (step * batch + sample) * of.state_units;
      const float share = directions() == 2 && architecture_.merge == Merge::mean ? 0.5f : 1.0f;
      for (std::size_t j = 0; j < state; ++j) to[j] = share * from[j];
      if (directions() == 1 || architecture_.merge != Merge::product) return;
      const std::size_t other = index + 1 - 2 * d;
      const std::size_t place = tape.time(time, sample, layers_[other].reverse());
      const LayerTape& factor = tape.layers[other];
      const float* h = factor.h.data() + ((place + 1) * batch + sample) * factor.state_units;
      for (std::size_t j = 0; j < state; ++j) to[j] *= h[j];
    });
  }
}

// B9's d_x of all directions: to the layer below, or to x where somebody wants it.
void Network::hand_down(std::size_t layer, Tape& tape) const noexcept {
  if (layer == 0 && !tape.wants_d_x) return;
  const std::size_t batch = tape.batch();
  const std::size_t inputs = architecture_.layer_input(layer), stride = padded(inputs);
  float* below = layer == 0 ? tape.d_x_.data() : tape.between[layer - 1].d_out.data();
  if (directions() == 1 && !layers_[layer].reverse() && tape.layers[layer].keep_x.empty()) {
    layers_[layer].input_gradient(tape, tape.layers[layer], below);
  } else {
    std::fill_n(below, tape.steps() * batch * stride, 0.0f);
    for (std::size_t d = 0; d < directions(); ++d) {
      const std::size_t index = layer * directions() + d;
      const LayerTape& of = tape.layers[index];
      layers_[index].input_gradient(tape, of, tape.d_input_.data());
      over_rows(tape, layers_[index].reverse(),
                [&](std::size_t step, std::size_t sample, std::size_t time) {
                  const float* from = tape.d_input_.data() + (step * batch + sample) * stride;
                  const float* keep =
                      of.keep_x.empty() ? nullptr : of.keep_x.data() + sample * stride;
                  float* to = below + (time * batch + sample) * stride;
                  for (std::size_t j = 0; j < inputs; ++j)
                    to[j] += keep != nullptr ? from[j] * keep[j] : from[j];
                });
    }
  }
  if (architecture_.residual && layer > 0) {
    const BetweenTape& above = tape.between[layer];
    for (std::size_t j = 0; j < tape.steps() * batch * stride; ++j) below[j] += above.d_out[j];
  }
  clear_past_ends(tape, stride, below);
}

}  // namespace sluice::network
