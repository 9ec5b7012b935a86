// The forward steps of one direction of a layer: W x + R h' + b, the cell S1 to S7 by the kernels,
// and what the options put between the cell and h.
#pragma once

#include "core/barrier.hpp"
#include "engine/layer_pass.hpp"

namespace sluice::engine {

class LayerForward : LayerPass {
 public:
  /// `x` begins with the first step that is kept. `training`: with the noise that was drawn.
  LayerForward(const Layer& layer, const Activations& activations, LayerActivations& own,
               const RowsView& x, bool training)
      : LayerPass(layer, activations, own), x_(x), training_(training), extras_(layer.extras()) {}

  /// Some steps of some samples, from the state before the first of them.
  void run(const Samples& samples, Steps steps) const noexcept;
  /// Some of the units of all samples. Called by several threads, each with its own units, which
  /// meet at the barrier after each step; where splits().
  void run_units(const kernels::UnitVectors& units, Steps steps, Barrier& barrier) const noexcept;
  /// Whether the units of a step may be computed apart: no option needs the step whole.
  bool splits() const noexcept;
  /// b + R h' of the first step, which run() over prepared activations then does not compute.
  void prepare() const noexcept { recurrent_sums({0, batch_, 0}, 0); }

 private:
  void run_rows(const Samples& samples, Steps steps) const noexcept;
  void start_from_learned(const Samples& samples) const noexcept;
  std::size_t steps_ahead(const Samples& samples) const noexcept;
  void input_products(const Samples& samples, Steps steps,
                      const kernels::UnitVectors& units) const noexcept;
  void recurrent_sums(const Samples& samples, std::size_t t) const noexcept;
  kernels::Product recurrent_product(const float* h_prev, std::size_t rows) const noexcept;
  const float* seen_state(const Samples& samples, std::size_t t) const noexcept;
  void normalise_inputs(const Samples& samples, std::size_t t) const noexcept;
  kernels::CellForward cell_of(const Samples& samples, std::size_t t) const noexcept;
  void emit(const Samples& samples, std::size_t t) const noexcept;
  void carry(const Samples& samples, std::size_t t) const noexcept;

  RowsView x_;
  bool training_;
  kernels::CellExtras extras_;
};

}  // namespace sluice::engine
