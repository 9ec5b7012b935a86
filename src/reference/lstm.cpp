// Combines directions and layers, and applies the head. Shapes are checked first (shapes.hpp). It
// contains no equation of the cell.
#include "reference/lstm.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "reference/head.hpp"
#include "reference/layer.hpp"
#include "reference/merge.hpp"
#include "reference/shapes.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

// Offsets of one direction of a layer in State::h and State::c.
struct StateOffset {
  std::size_t h = 0, c = 0;
};

std::vector<StateOffset> state_offsets(const Network& network, std::size_t batch) {
  std::vector<StateOffset> all(1);
  for (const LayerWeights& w : network.layers) {
    all.push_back({all.back().h + batch * w.state, all.back().c + batch * w.hidden});
  }
  return all;
}

// Layer n / D, direction n % D, with input x.
Layer layer_of(const Network& network, const Input& input, const State& first, std::size_t n,
               Row x) {
  static const Noise kNone;
  const std::size_t direction = n % network.directions();
  const Noise& noise = input.noise.empty() ? kNone : input.noise[n];
  const std::vector<StateOffset> at = state_offsets(network, input.batch);
  return {.cell = {network.cell, network.activations[direction], network.layers[n], noise.keep_r},
          .input = input,
          .noise = noise,
          .reverse = direction == 1 || network.direction == Direction::reverse,
          .x = x,
          .first_h = Row(first.h).subspan(at[n].h, at[n + 1].h - at[n].h),
          .first_c = Row(first.c).subspan(at[n].c, at[n + 1].c - at[n].c),
          .number = n};
}

// The output of layer l, from its input and its directions' traces.
Values output_of(const Network& network, const std::vector<LayerTrace>& trace, std::size_t l,
                 const Values& x) {
  const std::size_t n = l * network.directions();
  Values output = trace[n].h;
  if (network.directions() == 2) {
    output = merged(network.merge, network.layers[n].state, trace[n].h, trace[n + 1].h);
  }
  if (!network.residual || l == 0) return output;
  for (std::size_t k = 0; k < output.size(); ++k) output[k] += x[k];
  return output;
}

// The input of every layer, then the input of the head.
std::vector<Values> layer_inputs(const Network& network, const Values& x,
                                 const std::vector<LayerTrace>& trace) {
  std::vector<Values> inputs = {x};
  for (std::size_t l = 0; l < network.layers.size() / network.directions(); ++l) {
    inputs.push_back(output_of(network, trace, l, inputs[l]));
  }
  return inputs;
}

// Zeroes the rows of [T, B, width] beyond each sequence's length.
void clear_padding(Values& values, const Input& input, std::size_t width) {
  for (std::size_t t = 0; t < input.steps; ++t) {
    for (std::size_t b = 0; b < input.batch; ++b) {
      if (t < input.length(b)) continue;
      const auto row = values.begin() + (t * input.batch + b) * width;
      std::fill(row, row + width, 0.0);
    }
  }
}

bool has_head(const Network& network) { return network.head.output > 0; }

Network zeros_like(const Network& network) {
  const auto zero = [](Values& values) { std::fill(values.begin(), values.end(), 0.0); };
  Network zeros = network;
  for (LayerWeights& layer : zeros.layers) {
    for (const auto array : kLayerArrays) zero(layer.*array);
  }
  zero(zeros.head.weight);
  zero(zeros.head.bias);
  return zeros;
}

}  // namespace

std::size_t output_width(const Network& network) {
  return has_head(network) ? network.head.output : layers_width(network);
}

State zero_state(const Network& network, std::size_t batch) {
  const StateOffset end = state_offsets(network, batch).back();
  return {Values(end.h, 0.0), Values(end.c, 0.0)};
}

Forward forward(const Network& network, const Input& input, const State& first) {
  check_forward(network, input, first);
  Forward result;
  result.last = zero_state(network, input.batch);
  const std::vector<StateOffset> at = state_offsets(network, input.batch);
  Values below = input.x;
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    const Layer layer = layer_of(network, input, first, n, below);
    result.trace.push_back(layer_forward(layer));
    last_state(layer, result.trace[n], std::span(result.last.h).subspan(at[n].h),
               std::span(result.last.c).subspan(at[n].c));
    if ((n + 1) % network.directions() == 0) {
      below = output_of(network, result.trace, n / network.directions(), below);
    }
  }
  result.y = has_head(network) ? head_forward(network.head, below) : std::move(below);
  clear_padding(result.y, input, output_width(network));
  return result;
}

Backward backward(const Network& network, const Input& input, const State& first,
                  const Forward& forward, const std::vector<double>& d_y, const State& d_last) {
  check_forward(network, input, first);
  check_backward(network, input, forward, d_y, d_last);

  Backward result{zeros_like(network), {}, d_last, {}};
  result.d_trace.resize(network.layers.size());
  const std::vector<Values> inputs = layer_inputs(network, input.x, forward.trace);
  const std::vector<StateOffset> at = state_offsets(network, input.batch);
  Values d_above = d_y;
  clear_padding(d_above, input, output_width(network));
  if (has_head(network)) {
    d_above = head_backward(network.head, inputs.back(), d_above, result.d_weights.head);
  }
  const std::size_t directions = network.directions();
  for (std::size_t l = network.layers.size() / directions; l-- > 0;) {
    const bool adds_input = network.residual && l > 0;
    Values d_below = adds_input ? d_above : Values(inputs[l].size(), 0.0);
    for (std::size_t direction = 0; direction < directions; ++direction) {
      const std::size_t n = l * directions + direction;
      Values d_h = d_above;
      if (directions == 2) {
        const LayerTrace& other = forward.trace[l * directions + 1 - direction];
        d_h = merged_backward(network.merge, network.layers[n].state, direction, d_above, other.h);
      }
      layer_backward(layer_of(network, input, first, n, inputs[l]), forward.trace[n], d_h,
                     {std::span(result.d_first.h).subspan(at[n].h, at[n + 1].h - at[n].h),
                      std::span(result.d_first.c).subspan(at[n].c, at[n + 1].c - at[n].c)},
                     result.d_weights.layers[n], d_below, result.d_trace[n]);
    }
    d_above = std::move(d_below);
  }
  result.d_x = std::move(d_above);
  return result;
}

double distance_to_kink(const Network& network, const Input& input, const Forward& forward) {
  double nearest = std::numeric_limits<double>::infinity();
  const State any = zero_state(network, input.batch);
  for (std::size_t n = 0; n < network.layers.size(); ++n) {
    const Layer layer = layer_of(network, input, any, n, {});
    nearest = std::min(nearest, distance_to_kink(layer, forward.trace[n]));
  }
  return nearest;
}

}  // namespace sluice::reference
