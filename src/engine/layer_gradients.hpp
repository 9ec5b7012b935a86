// The gradients of one direction of a layer, after its backward steps: B8 as sums over all rows of
// some steps, what the sums become in the parameters' own layout, and B9's d_x.
#pragma once

#include "engine/layer_pass.hpp"

namespace sluice::engine {

/// Part number `part` of `parts` of some work.
struct Share {
  std::size_t part, parts;
  std::size_t first(std::size_t count) const { return part * count / parts; }
  std::size_t last(std::size_t count) const { return (part + 1) * count / parts; }
};

class LayerGradients : LayerPass {
 public:
  LayerGradients(const Layer& layer, const Activations& activations, LayerActivations& own)
      : LayerPass(layer, activations, own) {}

  /// Adds the rows of some steps to the sums; a share of what the weights multiply. `x` begins with
  /// the first step that is kept; `work` is scratch space of kernels::outer_work(). After the
  /// backward pass of these steps.
  void add_rows(const RowsView& x, Steps steps, const Share& share, float* work) const noexcept;
  /// Adds the sums of all steps to the gradient of all parameters; a share of the units.
  void add_to(const Share& share, float* gradient) const noexcept;
  /// d_x [rows, padded(I)] of some of the rows that are kept.
  void input(std::size_t first_row, std::size_t rows, float* d_x) const noexcept;

 private:
  void add_row_sums(const float* x, std::size_t x_stride, Steps rows, bool fresh,
                    const Share& share, float* work) const noexcept;
  void matrix(std::size_t first_row, std::size_t inputs, Role role, const Share& share,
              float* gradient) const noexcept;
  void biases(float* gradient) const noexcept;
  void peepholes(float* gradient) const noexcept;
  void projection(float* gradient) const noexcept;
  void norms(float* gradient) const noexcept;
  void learned_state(float* gradient) const noexcept;
};

}  // namespace sluice::engine
