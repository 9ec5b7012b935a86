// A network's parameters, and its way forward: what is between the layers (the order of time, the
// two directions' merge, residual connections, dropout, the ends of sequences), and the head. The
// backward pass is in network_backward.cpp.
#include "engine/network.hpp"

#include <algorithm>
#include <utility>

#include "core/barrier.hpp"
#include "core/float_mode.hpp"
#include "engine/layer_forward.hpp"
#include "engine/row_layer.hpp"
#include "engine/rows.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {

Network::Network(Architecture architecture, const kernels::KernelTable& kernels)
    : architecture_(std::move(architecture)), kernels_(&kernels) {
  check(architecture_);
  list_ = parameter_list(architecture_);
  parameters_.resize(parameter_count(list_));
  layers_.reserve(architecture_.layers() * directions());
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    for (std::size_t d = 0; d < directions(); ++d)
      layers_.emplace_back(architecture_, of_direction(layer, d), layer, d, kernels);
  }
  if (architecture_.output > 0) {
    const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
    head_ = {inputs, architecture_.output, kernels};
    head_transposed_ = {inputs, architecture_.output, kernels};
  }
}

// The list is sorted by layer, then direction, and has the head last.
std::span<const Parameter> Network::of_direction(std::size_t layer, std::size_t direction) const {
  const auto is_head = [](Role role) {
    return role == Role::head_weight || role == Role::head_bias;
  };
  const auto before = [&](std::size_t l, std::size_t d) {
    return std::partition_point(list_.begin(), list_.end(), [&](const Parameter& parameter) {
      return !is_head(parameter.role) &&
             std::pair(parameter.layer, parameter.direction) < std::pair(l, d);
    });
  };
  return {before(layer, direction), before(layer, direction + 1)};
}

void Network::set_parameters(std::span<const float> parameters) {
  if (parameters.size() != parameters_.size()) {
    throw Error(ErrorCode::shape, {.what = "wrong number of parameters",
                                   .expected = std::to_string(parameters_.size()),
                                   .got = std::to_string(parameters.size())});
  }
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  pack();
}

void Network::pack(ThreadPool* pool) {
  storage_ = {};
  for (Layer& layer : layers_) layer.run_products();
  const auto pack = [&](std::size_t task) {
    layers_[task / Layer::kPackTasks].pack(parameters_.data(), task % Layer::kPackTasks);
  };
  const std::size_t tasks = layers_.size() * Layer::kPackTasks;
  constexpr std::size_t kWorthSharing = 1 << 16;
  for (Layer& layer : layers_) layer.keep_connections();
  if (pool != nullptr && parameters_.size() >= kWorthSharing) {
    pool->run(tasks, pack);
  } else {
    for (std::size_t task = 0; task < tasks; ++task) pack(task);
  }
  if (architecture_.output > 0) pack_head();
}

void Network::set_stored(std::span<const float> parameters, Storage storage) {
  const bool int8 = storage.weights == kernels::WeightType::int8;
  if (int8) check_int8(architecture_);
  set_parameters(parameters);
  storage_ = std::move(storage);
  for (std::size_t layer = 0; layer < (int8 ? layers_.size() : 0); ++layer)
    layers_[layer].run_rows(row_layer(*this, layer));
}

const float* Network::tensor(Role role, std::size_t layer) const {
  const bool head = role == Role::head_weight || role == Role::head_bias;
  const std::span<const Parameter> where =
      head ? std::span(list_).last(std::min<std::size_t>(list_.size(), 2)) : of_direction(layer, 0);
  for (const Parameter& parameter : where) {
    if (parameter.role == role) return parameters_.data() + parameter.offset;
  }
  return nullptr;
}

const float* Network::scales(Role role, std::size_t layer) const {
  if (storage_.scales.empty()) return nullptr;
  const float* scales = storage_.scales.data();
  for (const Parameter& parameter : list_) {
    if (!is_matrix(parameter.role)) continue;
    if (parameter.role == role && (role == Role::head_weight || parameter.layer == layer))
      return scales;
    if (role != Role::head_weight && parameter.layer > layer) return nullptr;
    scales += parameter.shape[0];
  }
  return nullptr;
}

void Network::drop_connections(std::uint64_t seed) {
  if (architecture_.cell.drop_connect <= 0.0) return;
  for (Layer& layer : layers_) layer.drop_connections(parameters_.data(), seed);
}

void Network::pack_head() {
  const std::size_t inputs = architecture_.layer_output(architecture_.layers() - 1);
  const float* v = parameters_.data() + list_[list_.size() - 2].offset;
  head_.pack(v, parameters_.data() + list_.back().offset);
  head_transposed_.pack_columns(0, head_transposed_.panels(), inputs,
                                [=](std::size_t k) { return v + k * inputs; });
}

void Network::prepare(Activations& activations) const noexcept {
  const FlushDenormals flush;
  for (std::size_t index = 0; index < layers_.size(); ++index)
    LayerForward(layers_[index], activations, activations.layers[index], {}, false).prepare();
}

void Network::forward(Activations& activations) const noexcept { run(activations, nullptr); }

void Network::forward(Activations& activations, const Noise& noise) const noexcept {
  run(activations, &noise);
}

void Network::run(Activations& activations, const Noise* noise) const noexcept {
  const FlushDenormals flush;
  activations.noise_ = noise == nullptr ? std::nullopt : std::optional(*noise);
  // What stands past the ends may be NaN, and would reach the gradient times zero.
  if (activations.borrowed_x_.data == nullptr) {
    for (std::size_t sample = 0; sample < (activations.all_run() ? 0 : activations.batch());
         ++sample) {
      for (std::size_t t = 0; t < activations.steps(); ++t) {
        if (!activations.runs(t, sample))
          std::fill_n(activations.x(t, sample), activations.x_stride, 0.0f);
      }
    }
  }
  if (!activations.recomputes()) {
    run_steps(activations, noise, {0, activations.longest()});
    head_forward(activations, {0, activations.longest()});
  } else {
    activations.save_boundary(0, 0);
    for (std::size_t index = 0; index < activations.segments(); ++index) {
      const Steps steps = activations.segment(index);
      run_steps(activations, noise, steps);
      head_forward(activations, {0, steps.count()});
      activations.save_boundary(index + 1, steps.count());
      activations.restore_boundary(index + 1);
    }
  }
  FloatVector& y = activations.y_.empty() ? activations.between.back().out : activations.y_;
  if (!y.empty())
    clear_past_ends(activations, {0, activations.steps()}, activations.y_stride, y.data());
}

// All layers over steps of the sequence, which are those that the activations then keeps.
void Network::run_steps(Activations& activations, const Noise* noise, Steps of_all) const noexcept {
  activations.base_ = of_all.first;
  const Steps steps{0, of_all.count()};
  for (std::size_t index = 0; index < (noise == nullptr ? 0 : layers_.size()); ++index)
    draw_noise(index, *noise, activations, steps);
  if (layers_apart(activations, steps)) return forward_wavefront(activations, noise, steps);
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    const RowsView input = input_of(layer, activations);
    run_layer(layer, input, activations, steps, noise != nullptr);
    combine(layer, input, activations, steps);
    if (noise != nullptr && !activations.between[layer].keep.empty())
      drop_out(layer, *noise, activations, steps);
  }
}

double Network::flop(std::size_t layer, const Activations& activations,
                     Steps steps) const noexcept {
  return static_cast<double>(steps.count() * activations.batch() * directions()) *
         layers_[layer * directions()].step_flop();
}

// Whether the threads share the units of a layer, not the samples: where there are too few of
// these, and a step is long enough for the threads to meet after it.
bool Network::by_units(std::size_t layer, Activations& activations, Steps steps,
                       bool training) const noexcept {
  constexpr double kStepFlop = 4e5;
  const Layer& first = layers_[layer * directions()];
  return directions() == 1 && activations.slices().size() < activations.sharing().threads() &&
         first.unit_vectors() >= first.unit_cut() * activations.sharing().threads() &&
         steps.count() > 0 && flop(layer, activations, {0, 1}) >= kStepFlop &&
         LayerForward(first, activations, activations.layers[layer], {}, training).splits();
}

void Network::run_layer(std::size_t layer, const RowsView& input, Activations& activations,
                        Steps steps, bool training) const noexcept {
  if (by_units(layer, activations, steps, training)) {
    LayerActivations& own = activations.layers[layer];
    Barrier barrier(activations.sharing().threads());
    activations.sharing().pool()->run(activations.sharing().threads(), [&](std::size_t part) {
      LayerForward(layers_[layer], activations, own, input, training)
          .run_units(units_of(layers_[layer], part, activations.sharing().threads()), steps,
                     barrier);
    });
    return;
  }
  const std::size_t first = layer * directions(), slices = activations.slices().size();
  RowsView input_of_d[2] = {input, input};
  for (std::size_t d = 0; d < directions(); ++d)
    input_of_d[d] = direction_input(input, layers_[first + d], activations,
                                    activations.layers[first + d], steps, training);
  activations.sharing().for_each(
      directions() * slices, flop(layer, activations, steps), [&](std::size_t task) {
        const std::size_t d = task / slices;
        LayerForward(layers_[first + d], activations, activations.layers[first + d], input_of_d[d],
                     training)
            .run(activations.slices()[task % slices], steps);
      });
}

void Network::draw_noise(std::size_t index, const Noise& noise, Activations& activations,
                         Steps steps) const noexcept {
  LayerActivations& own = activations.layers[index];
  const CellOptions& cell = architecture_.cell;
  draw_sequence_noise(cell, index, noise, activations, own);
  const std::size_t values = own.zone_c.size() + own.zone_h.size() + own.keep_g.size();
  if (values == 0) return;
  activations.sharing().for_ranges(
      steps.count(), 1, 4.0 * static_cast<double>(values),
      [&](std::size_t first, std::size_t last) {
        const std::size_t base = activations.base();
        draw_step_noise(cell, index, noise, activations, own, {base + first, base + last}, first);
      });
}

void Network::drop_out(std::size_t layer, const Noise& noise, Activations& activations,
                       Steps steps) const noexcept {
  BetweenLayers& above = activations.between[layer];
  activations.sharing().for_ranges(
      steps.count(), 1, 4.0 * static_cast<double>(above.keep.size()),
      [&](std::size_t first, std::size_t last) {
        const std::size_t base = activations.base();
        draw_dropout(layer, noise, activations, above, {base + first, base + last}, first);
      });
}

RowsView Network::input_of(std::size_t layer, const Activations& activations) noexcept {
  if (layer == 0) return activations.x_view().from(activations.base());
  const std::size_t stride = activations.between[layer - 1].stride;
  return {activations.handed_up(layer - 1), activations.batch() * stride, stride};
}

// Turned round for the reverse direction, times variational dropout's factors.
RowsView Network::direction_input(const RowsView& input, const Layer& layer,
                                  const Activations& activations, LayerActivations& own,
                                  Steps steps, bool training) noexcept {
  const bool masked = training && !own.keep_x.empty();
  if (!layer.reverse() && !masked) return input;
  const std::size_t inputs = layer.inputs(), stride = padded(inputs);
  const auto copy = [&](std::size_t step, std::size_t sample, std::size_t time) {
    const float* from = input.row(time, sample);
    float* to = own.x.data() + (step * activations.batch() + sample) * stride;
    const float* keep = masked ? own.keep_x.data() + sample * stride : nullptr;
    for (std::size_t j = 0; j < inputs; ++j) to[j] = keep != nullptr ? from[j] * keep[j] : from[j];
  };
  over_rows(activations, steps, layer.reverse(), copy);
  return {own.x.data(), activations.batch() * stride, stride};
}

// The output of a layer, where that is not h itself.
void Network::combine(std::size_t layer, const RowsView& input, Activations& activations,
                      Steps steps) const noexcept {
  BetweenLayers& above = activations.between[layer];
  if (above.out.empty()) return;
  const bool concat = architecture_.merge == Merge::concat;
  const std::size_t state = architecture_.state(layer), batch = activations.batch();
  const std::size_t width = architecture_.layer_output(layer);
  for (std::size_t d = 0; d < directions(); ++d) {
    const std::size_t index = layer * directions() + d;
    const LayerActivations& own = activations.layers[index];
    const float* h = own.h.data() + batch * own.state_units;
    const std::size_t first = concat ? d * state : 0;
    over_rows(activations, steps, layers_[index].reverse(),
              [&](std::size_t step, std::size_t sample, std::size_t time) {
                const float* from = h + (step * batch + sample) * own.state_units;
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
    over_rows(activations, steps, false, [&](std::size_t step, std::size_t sample, std::size_t) {
      float* to = above.out.data() + (step * batch + sample) * above.stride;
      const float* from = input.row(step, sample);
      for (std::size_t j = 0; j < width; ++j) to[j] += from[j];
    });
  }
  clear_past_ends(activations, activations.of_all(steps), above.stride,
                  above.out.data() + steps.first * batch * above.stride);
}

void Network::head_forward(Activations& activations, Steps steps) const noexcept {
  if (activations.y_.empty()) return;
  const RowsView h = input_of(architecture_.layers(), activations);
  const std::size_t rows = steps.count() * activations.batch();
  float* y =
      activations.y_.data() + activations.base() * activations.batch() * activations.y_stride;
  if (architecture_.output == 0) {
    std::copy_n(h.data, rows * activations.y_stride, y);
    return;
  }
  constexpr std::size_t kRows = 64;
  const double flop =
      2.0 * static_cast<double>(rows * architecture_.output) * static_cast<double>(h.sample_stride);
  activations.sharing().for_ranges(rows, kRows, flop, [&](std::size_t first, std::size_t last) {
    head_.run(h.data + first * h.sample_stride, h.sample_stride, last - first,
              y + first * activations.y_stride, activations.y_stride);
  });
}

}  // namespace sluice::engine
