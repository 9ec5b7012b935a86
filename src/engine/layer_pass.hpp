// One direction of a layer in one pass: its weights beside its rows of the activations. What
// computes the forward steps (layer_forward.hpp), the backward steps (layer_backward.hpp) and the
// parameters' gradients (layer_gradients.hpp) is derived from it.
#pragma once

#include <cstddef>

#include "engine/activations.hpp"
#include "engine/layer.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::engine {

class LayerPass {
 protected:
  /// All three must outlive this.
  LayerPass(const Layer& layer, const Activations& activations, LayerActivations& own);

  /// Whether a sample runs the layer's step number `t` of those that are kept.
  bool runs(std::size_t t, std::size_t sample) const {
    return activations_.runs(activations_.time(activations_.base() + t, sample, layer_.reverse()),
                             sample);
  }
  /// Whether step `t` visits the units backwards: every second step of a layer whose R, of 4 MB or
  /// more, does not stay in the second-level cache.
  bool backwards(std::size_t t) const noexcept {
    return t % 2 != 0 && 4 * hidden_ * state_ >= (1 << 20);
  }
  kernels::CellKept kept(std::size_t t, std::size_t sample) const noexcept;
  bool fused() const noexcept;
  /// Whether the first sums over rows of a backward pass overwrite what the last pass left: no zero
  /// fill. Only where every sample runs every step.
  bool first_sums_overwrite() const noexcept;
  void peephole_sums(std::size_t row, std::size_t first, std::size_t last,
                     std::size_t slice) const noexcept;

  const Layer& layer_;
  const Activations& activations_;
  LayerActivations& own_;
  const kernels::KernelTable* kernels_;
  const CellOptions& options_;
  const Layer::Packed& packed_;
  const std::size_t batch_, input_, hidden_, state_;  // B, I, H, P
  const std::size_t units_, state_units_;             // Hp, Pp
  // Rows of a step and a sample: [K, B, 4Hp], [K+1, B, Hp], [K, B, Hp], [K+1, B, Pp], [K, B, Hp],
  // [1, B, 4Hp].
  const MatrixView gates_, c_, tanh_c_, h_, emitted_, recurrent_;
};

}  // namespace sluice::engine
