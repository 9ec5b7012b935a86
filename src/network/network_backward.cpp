// A network's way back: segment by segment of time from the last, in each from the head down; then
// the sums over all segments become the gradient.
#include <algorithm>

#include "core/float_mode.hpp"
#include "network/network.hpp"
#include "network/rows.hpp"

namespace sluice::network {

void Network::backward_sums(Tape& tape) const noexcept {
  const FlushDenormals flush;
  clear_past_ends(tape, {0, tape.steps()}, tape.y_stride, tape.d_y_.data());
  std::fill(tape.d_head_.begin(), tape.d_head_.end(), 0.0f);
  for (std::size_t index = 0; index < layers_.size(); ++index)
    layers_[index].start_backward(tape, tape.layers[index]);
  for (std::size_t index = tape.segments(); index-- > 0;) {
    const Steps of_all = tape.segment(index);
    if (!tape.recomputes()) {
      segment_backward(tape, of_all);
    } else {
      tape.restore_boundary(index);
      run_steps(tape, tape.noise_ ? &*tape.noise_ : nullptr, of_all);
      segment_backward(tape, {0, of_all.count()});
    }
  }
  if (tape.wants_d_x_) clear_past_ends(tape, {0, tape.steps()}, tape.d_x_stride, tape.d_x_.data());
}

void Network::add_gradient(std::span<Tape> tapes, ThreadPool* pool,
                           std::span<float> gradient) const noexcept {
  const FlushDenormals flush;
  // Parts of the units: as many as keep the threads busy to the end.
  constexpr std::size_t kParts = 8;
  const auto work = [&](std::size_t task) {
    const std::size_t index = task / kParts;
    for (Tape& tape : tapes) {
      layers_[index].add_gradients(tape, tape.layers[index], task % kParts, kParts,
                                   gradient.data());
    }
  };
  const std::size_t tasks = layers_.size() * kParts;
  const double values = static_cast<double>(count() * tapes.size());
  if (pool != nullptr && 4.0 * values >= Tape::kWorthSharing) {
    pool->run(tasks, work);
  } else {
    for (std::size_t task = 0; task < tasks; ++task) work(task);
  }
  if (architecture_.output == 0) return;
  for (const Tape& tape : tapes) head_gradient(tape, gradient.data());
}

void Network::segment_backward(Tape& tape, Steps steps) const noexcept {
  head_backward(tape, steps);
  if (layers_apart(tape, steps)) return backward_wavefront(tape, steps);
  for (std::size_t layer = architecture_.layers(); layer-- > 0;) {
    arrive(layer, tape, steps, steps);
    if (!tape.layers[layer * directions()].d_h.empty()) separate(layer, tape, steps);
    layer_backward(layer, tape, steps);
    layer_sums(layer, tape, steps);
    hand_down(layer, tape, steps);
  }
}

// What arrives at some of a segment's steps passes dropout; past the ends of sequences is nothing.
void Network::arrive(std::size_t layer, Tape& tape, Steps of_segment, Steps steps) const noexcept {
  BetweenTape& above = tape.between[layer];
  const std::size_t row = tape.batch() * above.stride, count = steps.count() * row;
  float* d_out = above.d_out.data() + (steps.first - of_segment.first) * row;
  if (!above.keep.empty()) {
    const float* keep = above.keep.data() + steps.first * row;
    for (std::size_t j = 0; j < count; ++j) d_out[j] *= keep[j];
  }
  clear_past_ends(tape, tape.of_all(steps), above.stride, d_out);
}

void Network::head_backward(Tape& tape, Steps steps) const noexcept {
  const std::size_t batch = tape.batch(), rows = steps.count() * batch;
  BetweenTape& last = tape.between.back();
  const float* d_y = tape.d_y_.data() + (tape.base() + steps.first) * batch * tape.y_stride;
  if (architecture_.output == 0) {
    if (!last.keep.empty()) std::copy_n(d_y, rows * tape.y_stride, last.d_out.data());
    return;
  }
  constexpr std::size_t kRows = 64;
  const double flop =
      2.0 * static_cast<double>(rows * last.stride) * static_cast<double>(architecture_.output);
  tape.for_ranges(rows, kRows, flop, [&](std::size_t begin, std::size_t end) {
    kernels_->multiply({d_y + begin * tape.y_stride, tape.y_stride, end - begin,
                        head_transposed_.view(), nullptr, last.d_out.data() + begin * last.stride,
                        last.stride});
  });
  const RowsView h = input_of(architecture_.layers(), tape).from(steps.first);
  const kernels::Columns columns[] = {
      {h.data, h.sample_stride, architecture_.layer_output(architecture_.layers() - 1)},
      {nullptr, 0, 1}};
  const std::size_t all = columns[0].count + 1, parts = tape.parts(flop);
  tape.for_each(parts, flop, [&](std::size_t part) {
    kernels_->add_outer({.a = columns,
                         .b = d_y,
                         .b_stride = tape.y_stride,
                         .places = {},
                         .vectors = tape.y_stride / kernels_->lanes,
                         .rows = rows,
                         .c = tape.d_head_.data(),
                         .c_stride = tape.y_stride,
                         .first = part * all / parts,
                         .last = (part + 1) * all / parts,
                         .work = tape.outer_work_[part].data()});
  });
}

void Network::head_gradient(const Tape& tape, float* gradient) const noexcept {
  const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
  float* weight = gradient + list_[list_.size() - 2].offset;
  float* bias = gradient + list_.back().offset;
  for (std::size_t n = 0; n < architecture_.output; ++n) {
    for (std::size_t k = 0; k < inputs; ++k)
      weight[n * inputs + k] += tape.d_head_[k * tape.y_stride + n];
    bias[n] += tape.d_head_[inputs * tape.y_stride + n];
  }
}

// What arrives at a layer's output in a segment's steps; at the last layer's, where nothing stands
// between it and y, the loss's gradient itself.
const float* Network::arriving(std::size_t layer, const Tape& tape, Steps steps) const noexcept {
  const BetweenTape& above = tape.between[layer];
  const bool last = layer + 1 == architecture_.layers();
  if (!last || architecture_.output > 0 || !above.keep.empty()) return above.d_out.data();
  return tape.d_y_.data() + (tape.base() + steps.first) * tape.batch() * tape.y_stride;
}

// That, at each direction's h in the order of its steps.
void Network::separate(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  const float* above = arriving(layer, tape, steps);
  const std::size_t stride = tape.between[layer].stride, batch = tape.batch();
  const std::size_t state = architecture_.state(layer);
  const bool concat = architecture_.merge == Merge::concat;
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    LayerTape& of = tape.layers[index];
    const bool reverse = layers_[index].reverse();
    over_rows(tape, steps, reverse, [&](std::size_t step, std::size_t sample, std::size_t time) {
      const float* from = above + (time * batch + sample) * stride + (concat ? d * state : 0);
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

void Network::layer_backward(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  const std::size_t first = layer * directions(), slices = tape.slices().size();
  const auto above_of = [&](const LayerTape& of) {
    const float* data = of.d_h.empty() ? arriving(layer, tape, steps) : of.d_h.data();
    return RowsView{data, tape.batch() * of.state_units, of.state_units};
  };
  if (by_units(layer, tape, steps, tape.noise_.has_value())) {
    LayerTape& of = tape.layers[layer];
    Barrier barrier(tape.threads());
    tape.pool_->run(tape.threads(), [&](std::size_t part) {
      layers_[layer].backward_units(above_of(of), tape, of,
                                    units_of(layers_[layer], part, tape.threads()), steps, barrier);
    });
    return;
  }
  tape.for_each(directions() * slices, flop(layer, tape, steps), [&](std::size_t task) {
    const std::size_t index = first + task / slices;
    LayerTape& of = tape.layers[index];
    layers_[index].backward(above_of(of), tape, of, tape.slices()[task % slices], steps);
  });
}

// B8, on the segment's rows.
void Network::layer_sums(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  const std::size_t first = layer * directions();
  const RowsView input = input_of(layer, tape);
  const std::size_t parts = tape.parts(flop(layer, tape, steps));
  tape.for_each(directions() * parts, flop(layer, tape, steps), [&](std::size_t task) {
    const std::size_t index = first + task / parts;
    LayerTape& of = tape.layers[index];
    const std::size_t stride = padded(layers_[index].inputs());
    const bool direct = !layers_[index].reverse() && of.keep_x.empty();
    const RowsView own = direct ? input : RowsView{of.x.data(), tape.batch() * stride, stride};
    layers_[index].add_sums(own, tape, of, steps, task % parts, parts,
                            tape.outer_work_[task].data());
  });
}

// B9's d_x of all directions: to the layer below, or to x where somebody wants it.
void Network::hand_down(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  if (layer == 0 && !tape.wants_d_x_) return;
  if (directions() == 2 || layers_[layer].reverse() || !tape.layers[layer].keep_x.empty()) {
    hand_down_directions(layer, tape, steps);
    return add_residual(layer, tape, steps, steps);
  }
  constexpr std::size_t kRows = 48;
  const std::size_t least = (kRows + tape.batch() - 1) / std::max<std::size_t>(tape.batch(), 1);
  tape.for_ranges(steps.count(), least, flop(layer, tape, steps),
                  [&](std::size_t begin, std::size_t end) {
                    hand_down_steps(layer, tape, steps, {steps.first + begin, steps.first + end});
                  });
}

// Where a segment's d_x goes.
float* Network::below(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  if (layer > 0) return tape.between[layer - 1].d_out.data();
  return tape.d_x_.data() + (tape.base() + steps.first) * tape.batch() * tape.d_x_stride;
}

// Of some steps of a segment, with one direction.
void Network::hand_down_steps(std::size_t layer, Tape& tape, Steps of_segment,
                              Steps steps) const noexcept {
  const std::size_t batch = tape.batch(), first = (steps.first - of_segment.first) * batch;
  layers_[layer].input_gradient(
      tape.layers[layer], steps.first * batch, steps.count() * batch,
      below(layer, tape, of_segment) + first * padded(architecture_.layer_input(layer)));
  add_residual(layer, tape, of_segment, steps);
}

void Network::add_residual(std::size_t layer, Tape& tape, Steps of_segment,
                           Steps steps) const noexcept {
  if (!architecture_.residual || layer == 0) return;
  const std::size_t row = tape.batch() * padded(architecture_.layer_input(layer));
  const std::size_t first = (steps.first - of_segment.first) * row, count = steps.count() * row;
  const float* above = arriving(layer, tape, of_segment) + first;
  float* to = below(layer, tape, of_segment) + first;
  for (std::size_t j = 0; j < count; ++j) to[j] += above[j];
}

// Where what comes of a direction is turned round, times variational dropout's factors, or one of
// two.
void Network::hand_down_directions(std::size_t layer, Tape& tape, Steps steps) const noexcept {
  const std::size_t batch = tape.batch(), rows = steps.count() * batch;
  float* below = this->below(layer, tape, steps);
  const std::size_t inputs = architecture_.layer_input(layer), stride = padded(inputs);
  std::fill_n(below, rows * stride, 0.0f);
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    const LayerTape& of = tape.layers[index];
    layers_[index].input_gradient(of, steps.first * batch, rows, tape.d_input_.data());
    const bool reverse = layers_[index].reverse();
    over_rows(tape, steps, reverse, [&](std::size_t step, std::size_t sample, std::size_t time) {
      const float* from = tape.d_input_.data() + ((step - steps.first) * batch + sample) * stride;
      const float* keep = of.keep_x.empty() ? nullptr : of.keep_x.data() + sample * stride;
      float* to = below + ((time - steps.first) * batch + sample) * stride;
      for (std::size_t j = 0; j < inputs; ++j)
        to[j] += keep != nullptr ? from[j] * keep[j] : from[j];
    });
  }
}

}  // namespace sluice::network
