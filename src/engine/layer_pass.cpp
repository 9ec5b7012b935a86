#include "engine/layer_pass.hpp"

namespace sluice::engine {

LayerPass::LayerPass(const Layer& layer, const Activations& activations, LayerActivations& own)
    : layer_(layer),
      activations_(activations),
      own_(own),
      kernels_(&layer.kernels()),
      options_(layer.options()),
      packed_(layer.packed()),
      batch_(activations.batch()),
      input_(layer.inputs()),
      hidden_(layer.hidden()),
      state_(layer.state()),
      units_(own.units),
      state_units_(own.state_units),
      gates_{own.gates.data(), batch_, 4 * units_},
      c_{own.c.data(), batch_, units_},
      tanh_c_{own.tanh_c.data(), batch_, units_},
      h_{own.h.data(), batch_, state_units_},
      emitted_{own.emitted.data(), batch_, units_},
      recurrent_{own.recurrent.data(), batch_, 4 * units_} {}

// What the cell keeps of step t for the backward pass, from a sample on.
kernels::CellKept LayerPass::kept(std::size_t t, std::size_t sample) const noexcept {
  if (layer_.plain()) return {};
  const std::size_t norms = options_.layer_norm == LayerNorm::tflite ? 4 : 1;
  const std::size_t at = t * batch_ + sample;
  return {own_.slopes.empty() ? nullptr : own_.slopes.data() + at * 5 * units_,
          // Without zoneout the new cell state is the cell state.
          own_.c_new.empty() ? c_.row(t + 1, sample) : own_.c_new.data() + at * units_,
          own_.normalised.data() + at * norms * units_, own_.inverse.data() + at * norms};
}

// Whether the product of a step and the cell of the step before it run as one.
bool LayerPass::fused() const noexcept {
  return options_.layer_norm != LayerNorm::ba && own_.emitted.empty() && own_.keep_h.empty() &&
         activations_.all_run();
}

bool LayerPass::first_sums_overwrite() const noexcept {
  return activations_.all_run() && activations_.longest() * batch_ > 0;
}

// Adds one row to the peepholes' sums of a slice. i and f see c', o sees the new c.
void LayerPass::peephole_sums(std::size_t row, std::size_t first, std::size_t last,
                              std::size_t slice) const noexcept {
  const float* d_a = gates_.data + row * 4 * units_;
  const float* c = own_.c.data() + row * units_;
  const float* c_new = own_.c_new.empty() ? c + batch_ * units_ : own_.c_new.data() + row * units_;
  float* sum = own_.d_peephole.data() + slice * 4 * units_;
  for (std::size_t u = first; u < last; ++u) {
    sum[u] += d_a[u] * c[u];
    sum[units_ + u] += d_a[units_ + u] * c[u];
    sum[3 * units_ + u] += d_a[3 * units_ + u] * c_new[u];
  }
}

}  // namespace sluice::engine
