// Runs the steps of one direction of a layer, sequence by sequence: order, masks, carried state.
// The step itself is in cell.cpp.
#include "reference/layer.hpp"

#include <algorithm>
#include <limits>

#include "reference/kinks.hpp"

namespace sluice::reference {
namespace {

// Row `index` of an array whose rows have `width` values; empty for an empty array.
template <class T>
std::span<T> row(std::span<T> array, std::size_t index, std::size_t width) {
  return array.empty() ? array : array.subspan(index * width, width);
}
Row row(const std::vector<double>& array, std::size_t index, std::size_t width) {
  return row(Row(array), index, width);
}

void copy(Row from, std::span<double> to) { std::copy(from.begin(), from.end(), to.begin()); }

// The time steps of sequence b in running order, masked ones included.
std::vector<std::size_t> order(const Layer& layer, std::size_t b) {
  std::vector<std::size_t> times(layer.input.length(b));
  for (std::size_t n = 0; n < times.size(); ++n) {
    times[n] = layer.reverse ? times.size() - 1 - n : n;
  }
  return times;
}

// h and c before the n-th step of sequence b: the initial state, or the previous step's.
struct Before {
  Row h, c;
};

Before before(const Layer& layer, const LayerTrace& trace, std::size_t b,
              const std::vector<std::size_t>& times, std::size_t n) {
  const std::size_t state = layer.cell.weights.state;
  const std::size_t hidden = layer.cell.weights.hidden;
  if (n == 0) return {row(layer.first_h, b, state), row(layer.first_c, b, hidden)};
  const std::size_t at = times[n - 1] * layer.input.batch + b;
  return {row(trace.h, at, state), row(trace.c, at, hidden)};
}

Change change_of(const Layer& layer, std::size_t t, std::size_t b) {
  if (!layer.input.change) return {};
  return [&layer, t, b](Signal signal, std::span<double> values) {
    layer.input.change({layer.number, t, b, signal}, values);
  };
}

Step step(const Layer& layer, const Before& before, std::size_t t, std::size_t b) {
  const LayerWeights& w = layer.cell.weights;
  const Noise& noise = layer.noise;
  const std::size_t at = t * layer.input.batch + b;
  return {.x = row(layer.x, at, w.input),
          .h_before = before.h,
          .c_before = before.c,
          .at = at,
          .keep_x = row(noise.keep_x, b, w.input),
          .keep_h = row(noise.keep_h, b, w.state),
          .keep_g = row(noise.keep_g, at, w.hidden),
          .zone_c = row(noise.zone_c, at, w.hidden),
          .zone_h = row(noise.zone_h, at, w.state),
          .change = change_of(layer, t, b)};
}

}  // namespace

LayerTrace layer_forward(const Layer& layer) {
  const LayerWeights& w = layer.cell.weights;
  const Input& input = layer.input;
  LayerTrace trace = empty_trace(layer.cell.options, w, input.steps * input.batch);
  for (std::size_t b = 0; b < input.batch; ++b) {
    const std::vector<std::size_t> times = order(layer, b);
    for (std::size_t n = 0; n < times.size(); ++n) {
      const Before old = before(layer, trace, b, times, n);
      if (input.masked(times[n], b)) {
        const std::size_t at = times[n] * input.batch + b;
        copy(old.h, row(std::span(trace.h), at, w.state));
        copy(old.c, row(std::span(trace.c), at, w.hidden));
      } else {
        step_forward(layer.cell, step(layer, old, times[n], b), trace);
      }
    }
  }
  return trace;
}

void last_state(const Layer& layer, const LayerTrace& trace, std::span<double> h,
                std::span<double> c) {
  for (std::size_t b = 0; b < layer.input.batch; ++b) {
    const std::vector<std::size_t> times = order(layer, b);
    const Before last = before(layer, trace, b, times, times.size());
    copy(last.h, row(h, b, layer.cell.weights.state));
    copy(last.c, row(c, b, layer.cell.weights.hidden));
  }
}

void layer_backward(const Layer& layer, const LayerTrace& trace, Row d_above, StateGradient state,
                    LayerWeights& d_weights, std::span<double> d_x, LayerGradient& d_trace) {
  const LayerWeights& w = layer.cell.weights;
  d_trace.d_h.assign(trace.h.size(), 0.0);
  d_trace.d_c.assign(trace.c.size(), 0.0);
  for (std::size_t b = 0; b < layer.input.batch; ++b) {
    const std::span<double> d_state_h = row(state.d_h, b, w.state);
    const std::span<double> d_state_c = row(state.d_c, b, w.hidden);
    StepGradient d{{d_state_h.begin(), d_state_h.end()}, {d_state_c.begin(), d_state_c.end()}, {}};
    const std::vector<std::size_t> times = order(layer, b);
    for (std::size_t n = times.size(); n-- > 0;) {
      const std::size_t at = times[n] * layer.input.batch + b;
      for (std::size_t j = 0; j < w.state; ++j) d.d_h[j] += d_above[at * w.state + j];
      copy(d.d_h, row(std::span(d_trace.d_h), at, w.state));
      if (layer.input.masked(times[n], b)) {
        copy(d.d_c, row(std::span(d_trace.d_c), at, w.hidden));
        continue;
      }
      const Before old = before(layer, trace, b, times, n);
      step_backward(layer.cell, step(layer, old, times[n], b), trace, d, d_weights);
      copy(d.d_c_new, row(std::span(d_trace.d_c), at, w.hidden));
      for (std::size_t j = 0; j < w.input; ++j) d_x[at * w.input + j] += d.d_x[j];
    }
    copy(d.d_h, d_state_h);
    copy(d.d_c, d_state_c);
  }
}

double distance_to_kink(const Layer& layer, const LayerTrace& trace) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t b = 0; b < layer.input.batch; ++b) {
    for (const std::size_t t : order(layer, b)) {
      if (layer.input.masked(t, b)) continue;
      nearest = std::min(nearest, distance_to_kink(layer.cell, trace, t * layer.input.batch + b));
    }
  }
  return nearest;
}

}  // namespace sluice::reference
