#include "reference/lstm.hpp"

#include <algorithm>
#include <utility>

#include "reference/shapes.hpp"

namespace sluice::reference {
namespace {

// Row `index` of an array whose rows have `width` values.
Row row(Row array, std::size_t index, std::size_t width) {
  return array.subspan(index * width, width);
}

// One layer with all that its steps read.
struct Layer {
  const LayerWeights& weights;
  Row x;  // [T, B, I]
  std::size_t steps;
  std::size_t batch;
  Row first_h;  // [B, H]
  Row first_c;  // [B, H]

  // Row b of the batch at step t. What the step before left is read from the trace.
  Step step(const LayerTrace& trace, std::size_t t, std::size_t b) const {
    const std::size_t hidden = weights.hidden;
    const std::size_t now = t * batch + b;
    const Row x_now = row(x, now, weights.input);
    if (t == 0) return {x_now, row(first_h, b, hidden), row(first_c, b, hidden), now * hidden};
    const std::size_t before = now - batch;
    return {x_now, row(trace.h, before, hidden), row(trace.c, before, hidden), now * hidden};
  }
};

// The gradient at one layer's state, each [B, H].
struct StateGradient {
  std::span<double> d_h;
  std::span<double> d_c;
};

LayerTrace layer_forward(const Layer& layer) {
  const std::vector<double> unset(layer.steps * layer.batch * layer.weights.hidden);
  LayerTrace trace{unset, unset, unset, unset, unset, unset, unset};
  for (std::size_t t = 0; t < layer.steps; ++t) {
    for (std::size_t b = 0; b < layer.batch; ++b) {
      step_forward(layer.weights, layer.step(trace, t, b), trace);
    }
  }
  return trace;
}

// Back through time, row by row of the batch. d_above [T, B, H] is what the layer above, or the
// head, sends to h; `state` comes in as the gradient at the last state and leaves as that at the
// first. Adds to d_weights, returns d_x [T, B, I].
std::vector<double> layer_backward(const Layer& layer, const LayerTrace& trace, Row d_above,
                                   StateGradient state, LayerWeights& d_weights) {
  const std::size_t hidden = layer.weights.hidden;
  std::vector<double> d_x(layer.x.size());
  for (std::size_t b = 0; b < layer.batch; ++b) {
    const Row d_last_h = row(state.d_h, b, hidden);
    const Row d_last_c = row(state.d_c, b, hidden);
    StepGradient d{{d_last_h.begin(), d_last_h.end()}, {d_last_c.begin(), d_last_c.end()}, {}};
    for (std::size_t t = layer.steps; t-- > 0;) {
      const std::size_t now = t * layer.batch + b;
      for (std::size_t k = 0; k < hidden; ++k) d.d_h[k] += d_above[now * hidden + k];
      step_backward(layer.weights, layer.step(trace, t, b), trace, d, d_weights);
      std::copy(d.d_x.begin(), d.d_x.end(), d_x.begin() + now * layer.weights.input);
    }
    std::copy(d.d_h.begin(), d.d_h.end(), state.d_h.begin() + b * hidden);
    std::copy(d.d_c.begin(), d.d_c.end(), state.d_c.begin() + b * hidden);
  }
  return d_x;
}

// y [rows, O] of h [rows, H].
std::vector<double> head_forward(const Head& head, Row h, std::size_t rows) {
  std::vector<double> y(rows * head.output);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < head.output; ++o) {
      double sum = head.bias[o];
      for (std::size_t k = 0; k < head.hidden; ++k) {
        sum += head.weight[o * head.hidden + k] * h[r * head.hidden + k];
      }
      y[r * head.output + o] = sum;  // S8
    }
  }
  return y;
}

// Adds to d_head, returns d_h [rows, H]: B8 and B9, where d_a is d_y.
std::vector<double> head_backward(const Head& head, Row h, Row d_y, Head& d_head) {
  std::vector<double> d_h(h.size(), 0.0);
  for (std::size_t n = 0; n < d_y.size(); ++n) {
    const std::size_t r = n / head.output;
    const std::size_t o = n % head.output;
    for (std::size_t k = 0; k < head.hidden; ++k) {
      d_head.weight[o * head.hidden + k] += d_y[n] * h[r * head.hidden + k];  // B8
      d_h[r * head.hidden + k] += head.weight[o * head.hidden + k] * d_y[n];  // B9
    }
    d_head.bias[o] += d_y[n];  // B8
  }
  return d_h;
}

Network zeros_like(const Network& network) {
  const auto zero = [](std::vector<double>& values) {
    std::fill(values.begin(), values.end(), 0.0);
  };
  Network zeros = network;
  for (LayerWeights& layer : zeros.layers) {
    zero(layer.weight_ih);
    zero(layer.weight_hh);
    zero(layer.bias);
  }
  zero(zeros.head.weight);
  zero(zeros.head.bias);
  return zeros;
}

}  // namespace

State zero_state(const Network& network, std::size_t batch) {
  const std::vector<double> zeros(state_size(network, batch), 0.0);
  return {zeros, zeros};
}

Forward forward(const Network& network, const std::vector<double>& x, std::size_t steps,
                std::size_t batch, const State& first) {
  check_forward(network, x, steps, batch, first);
  Forward result;
  result.last = first;
  result.trace.reserve(network.layers.size());  // so that `below` stays valid
  Row below = x;
  std::size_t at = 0;  // where the layer's part of a State begins
  for (const LayerWeights& weights : network.layers) {
    const std::size_t size = batch * weights.hidden;
    result.trace.push_back(
        layer_forward({weights, below, steps, batch, Row(first.h).subspan(at, size),
                       Row(first.c).subspan(at, size)}));
    const LayerTrace& trace = result.trace.back();
    if (steps > 0) {
      std::copy(trace.h.end() - size, trace.h.end(), result.last.h.begin() + at);
      std::copy(trace.c.end() - size, trace.c.end(), result.last.c.begin() + at);
    }
    below = trace.h;
    at += size;
  }
  result.y = head_forward(network.head, below, steps * batch);
  return result;
}

Backward backward(const Network& network, const std::vector<double>& x, std::size_t steps,
                  std::size_t batch, const State& first, const Forward& forward,
                  const std::vector<double>& d_y, const State& d_last) {
  check_forward(network, x, steps, batch, first);
  check_backward(network, steps, batch, forward, d_y, d_last);

  Backward result{zeros_like(network), {}, d_last};
  std::vector<double> d_above =
      head_backward(network.head, forward.trace.back().h, d_y, result.d_weights.head);
  std::size_t at = first.h.size();
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    const std::size_t size = batch * network.layers[l].hidden;
    at -= size;
    const Layer layer{network.layers[l],
                      l == 0 ? Row(x) : Row(forward.trace[l - 1].h),
                      steps,
                      batch,
                      Row(first.h).subspan(at, size),
                      Row(first.c).subspan(at, size)};
    const StateGradient state{std::span(result.d_first.h).subspan(at, size),
                              std::span(result.d_first.c).subspan(at, size)};
    d_above = layer_backward(layer, forward.trace[l], d_above, state, result.d_weights.layers[l]);
  }
  result.d_x = std::move(d_above);
  return result;
}

}  // namespace sluice::reference
