// A network's backward pass: segment by segment of time from the last, in each from the head down;
// then the sums over all segments become the gradient.
#include <algorithm>

#include "core/barrier.hpp"
#include "core/float_mode.hpp"
#include "engine/layer_backward.hpp"
#include "engine/layer_gradients.hpp"
#include "engine/network.hpp"
#include "engine/rows.hpp"

namespace sluice::engine {

void Network::backward_sums(Activations& activations) const noexcept {
  const FlushDenormals flush;
  clear_past_ends(activations, {0, activations.steps()}, activations.y_stride,
                  activations.d_y_.data());
  std::fill(activations.d_head_.begin(), activations.d_head_.end(), 0.0f);
  for (std::size_t index = 0; index < layers_.size(); ++index)
    LayerBackward(layers_[index], activations, activations.layers[index]).start();
  for (std::size_t index = activations.segments(); index-- > 0;) {
    const Steps of_all = activations.segment(index);
    if (!activations.recomputes()) {
      segment_backward(activations, of_all);
    } else {
      activations.restore_boundary(index);
      run_steps(activations, activations.noise_ ? &*activations.noise_ : nullptr, of_all);
      segment_backward(activations, {0, of_all.count()});
    }
  }
  if (activations.wants_d_x_)
    clear_past_ends(activations, {0, activations.steps()}, activations.d_x_stride,
                    activations.d_x_.data());
}

void Network::add_gradient(std::span<Activations> parts, ThreadPool* pool,
                           std::span<float> gradient) const noexcept {
  const FlushDenormals flush;
  // Parts of the units: as many as keep the threads busy to the end.
  constexpr std::size_t kParts = 8;
  const auto work = [&](std::size_t task) {
    const std::size_t index = task / kParts;
    for (Activations& activations : parts) {
      LayerGradients(layers_[index], activations, activations.layers[index])
          .add_to({task % kParts, kParts}, gradient.data());
    }
  };
  const std::size_t tasks = layers_.size() * kParts;
  const double values = static_cast<double>(count() * parts.size());
  if (pool != nullptr && 4.0 * values >= WorkSharing::kWorthSharing) {
    pool->run(tasks, work);
  } else {
    for (std::size_t task = 0; task < tasks; ++task) work(task);
  }
  if (architecture_.output == 0) return;
  for (const Activations& activations : parts) head_gradient(activations, gradient.data());
}

void Network::segment_backward(Activations& activations, Steps steps) const noexcept {
  head_backward(activations, steps);
  if (layers_apart(activations, steps)) return backward_wavefront(activations, steps);
  for (std::size_t layer = architecture_.layers(); layer-- > 0;) {
    arrive(layer, activations, steps, steps);
    if (!activations.layers[layer * directions()].d_h.empty()) separate(layer, activations, steps);
    layer_backward(layer, activations, steps);
    layer_sums(layer, activations, steps);
    hand_down(layer, activations, steps);
  }
}

// The gradient at a layer's output in some of a segment's steps: back through dropout, and zeros
// past the ends of sequences.
void Network::arrive(std::size_t layer, Activations& activations, Steps of_segment,
                     Steps steps) const noexcept {
  BetweenLayers& above = activations.between[layer];
  const std::size_t row = activations.batch() * above.stride, count = steps.count() * row;
  float* d_out = above.d_out.data() + (steps.first - of_segment.first) * row;
  if (!above.keep.empty()) {
    const float* keep = above.keep.data() + steps.first * row;
    for (std::size_t j = 0; j < count; ++j) d_out[j] *= keep[j];
  }
  clear_past_ends(activations, activations.of_all(steps), above.stride, d_out);
}

void Network::head_backward(Activations& activations, Steps steps) const noexcept {
  const std::size_t batch = activations.batch(), rows = steps.count() * batch;
  BetweenLayers& last = activations.between.back();
  const float* d_y =
      activations.d_y_.data() + (activations.base() + steps.first) * batch * activations.y_stride;
  if (architecture_.output == 0) {
    if (!last.keep.empty()) std::copy_n(d_y, rows * activations.y_stride, last.d_out.data());
    return;
  }
  constexpr std::size_t kRows = 64;
  const double flop =
      2.0 * static_cast<double>(rows * last.stride) * static_cast<double>(architecture_.output);
  activations.sharing().for_ranges(rows, kRows, flop, [&](std::size_t begin, std::size_t end) {
    kernels_->multiply({d_y + begin * activations.y_stride, activations.y_stride, end - begin,
                        head_transposed_.view(), nullptr, last.d_out.data() + begin * last.stride,
                        last.stride});
  });
  const RowsView h = input_of(architecture_.layers(), activations).from(steps.first);
  const kernels::Columns columns[] = {
      {h.data, h.sample_stride, architecture_.layer_output(architecture_.layers() - 1)},
      {nullptr, 0, 1}};
  const std::size_t all = columns[0].count + 1, parts = activations.sharing().parts(flop);
  activations.sharing().for_each(parts, flop, [&](std::size_t part) {
    kernels_->add_outer({.a = columns,
                         .b = d_y,
                         .b_stride = activations.y_stride,
                         .layout = {},
                         .vectors = activations.y_stride / kernels_->lanes,
                         .rows = rows,
                         .c = activations.d_head_.data(),
                         .c_stride = activations.y_stride,
                         .first = part * all / parts,
                         .last = (part + 1) * all / parts,
                         .work = activations.outer_work_[part].data()});
  });
}

void Network::head_gradient(const Activations& activations, float* gradient) const noexcept {
  const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
  float* weight = gradient + list_[list_.size() - 2].offset;
  float* bias = gradient + list_.back().offset;
  for (std::size_t n = 0; n < architecture_.output; ++n) {
    for (std::size_t k = 0; k < inputs; ++k)
      weight[n * inputs + k] += activations.d_head_[k * activations.y_stride + n];
    bias[n] += activations.d_head_[inputs * activations.y_stride + n];
  }
}

// What arrives at a layer's output in a segment's steps; at the last layer's, where nothing stands
// between it and y, the loss's gradient itself.
const float* Network::arriving(std::size_t layer, const Activations& activations,
                               Steps steps) const noexcept {
  const BetweenLayers& above = activations.between[layer];
  const bool last = layer + 1 == architecture_.layers();
  if (!last || architecture_.output > 0 || !above.keep.empty()) return above.d_out.data();
  return activations.d_y_.data() +
         (activations.base() + steps.first) * activations.batch() * activations.y_stride;
}

// That, at each direction's h in the order of its steps.
void Network::separate(std::size_t layer, Activations& activations, Steps steps) const noexcept {
  const float* above = arriving(layer, activations, steps);
  const std::size_t stride = activations.between[layer].stride, batch = activations.batch();
  const std::size_t state = architecture_.state(layer);
  const bool concat = architecture_.merge == Merge::concat;
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    LayerActivations& own = activations.layers[index];
    const bool reverse = layers_[index].reverse();
    over_rows(
        activations, steps, reverse, [&](std::size_t step, std::size_t sample, std::size_t time) {
          const float* from = above + (time * batch + sample) * stride + (concat ? d * state : 0);
          float* to = own.d_h.data() + (step * batch + sample) * own.state_units;
          const float share = directions() == 2 && architecture_.merge == Merge::mean ? 0.5f : 1.0f;
          for (std::size_t j = 0; j < state; ++j) to[j] = share * from[j];
          if (directions() == 1 || architecture_.merge != Merge::product) return;
          const std::size_t other = index + 1 - 2 * d;
          const std::size_t place = activations.time(time, sample, layers_[other].reverse());
          const LayerActivations& factor = activations.layers[other];
          const float* h = factor.h.data() + ((place + 1) * batch + sample) * factor.state_units;
          for (std::size_t j = 0; j < state; ++j) to[j] *= h[j];
        });
  }
}

void Network::layer_backward(std::size_t layer, Activations& activations,
                             Steps steps) const noexcept {
  const std::size_t first = layer * directions(), slices = activations.slices().size();
  const auto above_of = [&](const LayerActivations& own) {
    const float* data = own.d_h.empty() ? arriving(layer, activations, steps) : own.d_h.data();
    return RowsView{data, activations.batch() * own.state_units, own.state_units};
  };
  if (by_units(layer, activations, steps, activations.noise_.has_value())) {
    LayerActivations& own = activations.layers[layer];
    Barrier barrier(activations.sharing().threads());
    activations.sharing().pool()->run(activations.sharing().threads(), [&](std::size_t part) {
      LayerBackward(layers_[layer], activations, own)
          .run_units(above_of(own), units_of(layers_[layer], part, activations.sharing().threads()),
                     steps, barrier);
    });
    return;
  }
  activations.sharing().for_each(
      directions() * slices, flop(layer, activations, steps), [&](std::size_t task) {
        const std::size_t index = first + task / slices;
        LayerActivations& own = activations.layers[index];
        LayerBackward(layers_[index], activations, own)
            .run(above_of(own), activations.slices()[task % slices], steps);
      });
}

// B8, on the segment's rows.
void Network::layer_sums(std::size_t layer, Activations& activations, Steps steps) const noexcept {
  const std::size_t first = layer * directions();
  const RowsView input = input_of(layer, activations);
  const std::size_t parts = activations.sharing().parts(flop(layer, activations, steps));
  activations.sharing().for_each(
      directions() * parts, flop(layer, activations, steps), [&](std::size_t task) {
        const std::size_t index = first + task / parts;
        LayerActivations& own = activations.layers[index];
        const std::size_t stride = padded(layers_[index].inputs());
        const bool direct = !layers_[index].reverse() && own.keep_x.empty();
        const RowsView x =
            direct ? input : RowsView{own.x.data(), activations.batch() * stride, stride};
        LayerGradients(layers_[index], activations, own)
            .add_rows(x, steps, {task % parts, parts}, activations.outer_work_[task].data());
      });
}

// B9's d_x of all directions: to the layer below, or to x where it is wanted.
void Network::hand_down(std::size_t layer, Activations& activations, Steps steps) const noexcept {
  if (layer == 0 && !activations.wants_d_x_) return;
  if (directions() == 2 || layers_[layer].reverse() || !activations.layers[layer].keep_x.empty()) {
    hand_down_directions(layer, activations, steps);
    return add_residual(layer, activations, steps, steps);
  }
  constexpr std::size_t kRows = 48;
  const std::size_t least =
      (kRows + activations.batch() - 1) / std::max<std::size_t>(activations.batch(), 1);
  activations.sharing().for_ranges(
      steps.count(), least, flop(layer, activations, steps),
      [&](std::size_t begin, std::size_t end) {
        hand_down_steps(layer, activations, steps, {steps.first + begin, steps.first + end});
      });
}

// Where a segment's d_x goes.
float* Network::below(std::size_t layer, Activations& activations, Steps steps) const noexcept {
  if (layer > 0) return activations.between[layer - 1].d_out.data();
  return activations.d_x_.data() +
         (activations.base() + steps.first) * activations.batch() * activations.d_x_stride;
}

// Of some steps of a segment, with one direction.
void Network::hand_down_steps(std::size_t layer, Activations& activations, Steps of_segment,
                              Steps steps) const noexcept {
  const std::size_t batch = activations.batch(), first = (steps.first - of_segment.first) * batch;
  LayerGradients(layers_[layer], activations, activations.layers[layer])
      .input(
          steps.first * batch, steps.count() * batch,
          below(layer, activations, of_segment) + first * padded(architecture_.layer_input(layer)));
  add_residual(layer, activations, of_segment, steps);
}

void Network::add_residual(std::size_t layer, Activations& activations, Steps of_segment,
                           Steps steps) const noexcept {
  if (!architecture_.residual || layer == 0) return;
  const std::size_t row = activations.batch() * padded(architecture_.layer_input(layer));
  const std::size_t first = (steps.first - of_segment.first) * row, count = steps.count() * row;
  const float* above = arriving(layer, activations, of_segment) + first;
  float* to = below(layer, activations, of_segment) + first;
  for (std::size_t j = 0; j < count; ++j) to[j] += above[j];
}

// With a reverse direction, two directions, or variational dropout: each direction's d_x back in
// the order of time, times the factors, added up.
void Network::hand_down_directions(std::size_t layer, Activations& activations,
                                   Steps steps) const noexcept {
  const std::size_t batch = activations.batch(), rows = steps.count() * batch;
  float* below = this->below(layer, activations, steps);
  const std::size_t inputs = architecture_.layer_input(layer), stride = padded(inputs);
  std::fill_n(below, rows * stride, 0.0f);
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    LayerActivations& own = activations.layers[index];
    LayerGradients(layers_[index], activations, own)
        .input(steps.first * batch, rows, activations.d_input_.data());
    const bool reverse = layers_[index].reverse();
    over_rows(
        activations, steps, reverse, [&](std::size_t step, std::size_t sample, std::size_t time) {
          const float* from =
              activations.d_input_.data() + ((step - steps.first) * batch + sample) * stride;
          const float* keep = own.keep_x.empty() ? nullptr : own.keep_x.data() + sample * stride;
          float* to = below + ((time - steps.first) * batch + sample) * stride;
          for (std::size_t j = 0; j < inputs; ++j)
            to[j] += keep != nullptr ? from[j] * keep[j] : from[j];
        });
  }
}

}  // namespace sluice::engine
