#include "network/tape.hpp"

#include <algorithm>

namespace sluice::network {

Tape::Tape(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
           bool dropout)
    : x_stride(padded(architecture.input)),
      y_stride(padded(architecture.width())),
      steps_(steps),
      batch_(batch) {
  const std::size_t rows = steps * batch;
  const bool backward = use == Use::with_backward;
  std::size_t widest = 0;
  for (const std::size_t hidden : architecture.hidden) {
    LayerTape layer;
    layer.units = padded(hidden);
    widest = std::max(widest, layer.units);
    layer.gates.resize(rows * 4 * layer.units);
    layer.c.resize((rows + batch) * layer.units);
    layer.tanh_c.resize(rows * layer.units);
    layer.h.resize((rows + batch) * layer.units);
    if (dropout) {
      layer.dropped.resize(rows * layer.units);
      layer.keep.resize(rows * layer.units);
    }
    if (backward) {
      layer.d_h.resize(rows * layer.units);
      for (FloatVector* edge :
           {&layer.d_h_last, &layer.d_c_last, &layer.d_h_first, &layer.d_c_first}) {
        edge->resize(batch * layer.units);
      }
    }
    layers.push_back(std::move(layer));
  }
  x_.resize(rows * x_stride);
  y_.resize(rows * y_stride);
  recurrent_.resize(batch * 4 * widest);
  if (backward) {
    d_x_.resize(rows * x_stride);
    d_y_.resize(rows * y_stride);
    d_h_now_.resize(batch * widest);
  }
}

void Tape::reset_state() {
  for (std::size_t sample = 0; sample < batch_; ++sample) reset_state(sample);
}

void Tape::reset_state(std::size_t sample) {
  for (LayerTape& layer : layers) {
    std::fill_n(layer.h.begin() + static_cast<std::ptrdiff_t>(sample * layer.units), layer.units,
                0.0f);
    std::fill_n(layer.c.begin() + static_cast<std::ptrdiff_t>(sample * layer.units), layer.units,
                0.0f);
  }
}

void Tape::carry_state() {
  for (LayerTape& layer : layers) {
    const std::size_t count = batch_ * layer.units;
    const auto last = static_cast<std::ptrdiff_t>(steps_ * count);
    std::copy_n(layer.h.begin() + last, count, layer.h.begin());
    std::copy_n(layer.c.begin() + last, count, layer.c.begin());
  }
}

}  // namespace sluice::network
