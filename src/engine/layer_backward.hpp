// The backward steps of one direction of a layer: B1 to B7 and B9's d_h', from the last step to the
// first. The gradients of the weights and of x are in layer_gradients.hpp.
#pragma once

#include "core/barrier.hpp"
#include "engine/layer_pass.hpp"

namespace sluice::engine {

class LayerBackward : LayerPass {
 public:
  LayerBackward(const Layer& layer, const Activations& activations, LayerActivations& own)
      : LayerPass(layer, activations, own), extras_(layer.extras()) {}

  /// Once, before the first call of run for a pass: d_h_last and d_c_last become what comes back.
  void start() const noexcept;
  /// Some steps of some samples. `above` is what arrives at h from the layer above, from the first
  /// of the steps on; d_h_first and d_c_first hold what comes back from the steps behind, and then
  /// what goes on to the steps before. The gates' rows become the gradient before squashing. Called
  /// for one range of steps after the other, the last first.
  void run(const RowsView& above, const Samples& samples, Steps steps) const noexcept;
  /// As LayerForward::run_units.
  void run_units(const RowsView& above, const kernels::UnitVectors& units, Steps steps,
                 Barrier& barrier) const noexcept;

 private:
  void fused_step(const RowsView& above, const Samples& samples, Steps steps,
                  const kernels::UnitVectors& units) const noexcept;
  void whole_step(const RowsView& above, const Samples& samples, std::size_t t) const noexcept;
  kernels::CellBackward cell_of(const Samples& samples, std::size_t t) const noexcept;
  kernels::Product recurrent_product(const Samples& samples, std::size_t t,
                                     float* out) const noexcept;
  void arrive(const RowsView& above, std::size_t sample, std::size_t first,
              std::size_t last) const noexcept;
  void pass_through(const RowsView& above, const Samples& samples, std::size_t t) const noexcept;
  void through_norms(const Samples& samples, std::size_t t) const noexcept;
  void set_aside(const Samples& samples, std::size_t t) const noexcept;
  void put_back(const Samples& samples, std::size_t t) const noexcept;
  const float* to_emitted(const Samples& samples, std::size_t t) const noexcept;

  kernels::CellExtras extras_;
};

}  // namespace sluice::engine
