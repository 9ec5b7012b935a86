// One direction of one layer: its weights as the kernels want them, its steps forward and back. It
// knows nothing of other layers, nor of the order of time: what it reads has been turned round for
// the reverse direction (network.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/barrier.hpp"
#include "engine/activations.hpp"
#include "engine/row_layer.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

class Layer {
 public:
  /// `parameters`: those of this direction of this layer, of the whole list.
  Layer(const Architecture& architecture, std::span<const Parameter> parameters, std::size_t layer,
        std::size_t direction, const kernels::KernelTable& kernels);

  /// Forgets dropped connections; to be followed by pack.
  void keep_connections() { keep_r_.clear(); }
  /// How many tasks packing is cut into, and one of them: its own of all parameters. `backward`:
  /// also what the way back reads; `d_x`: and what leads to x.
  static constexpr std::size_t kPackTasks = 4;
  void pack(const float* parameters, std::size_t task);
  /// Packs R anew with each weight dropped at the options' rate, or kept and enlarged.
  void drop_connections(const float* parameters, std::uint64_t seed);

  /// From now on forward runs on these, row by row, without a way back; and no longer.
  void run_rows(RowLayer rows) { rows_ = std::move(rows); }
  void run_products() { rows_.reset(); }

  /// Some samples from x and the state before the first step: all steps that `of` keeps.
  void forward(const RowsView& x, const Activations& activations, LayerActivations& of,
               const Samples& samples, Steps steps, bool training) const noexcept;
  /// b + R h' of the first step, which forward of a prepared activations then does not compute.
  void prepare(const Activations& activations, LayerActivations& of) const noexcept {
    recurrent_sums(activations, of, {0, activations.batch(), 0}, 0, false);
  }
  /// Forward of all samples and of some of the units, by several threads, which meet at the
  /// barrier after each step; where splits().
  void forward_units(const RowsView& x, const Activations& activations, LayerActivations& of,
                     const kernels::UnitVectors& units, Steps steps,
                     Barrier& barrier) const noexcept;
  /// From `above` (what arrives at h from there, from the first of the steps on) and what came back
  /// from the steps behind, d_h_first and d_c_first: turns the gates of the steps into their
  /// gradient, and replaces what came back. Called for one range after the other, from the last.
  void backward(const RowsView& above, const Activations& activations, LayerActivations& of,
                const Samples& samples, Steps steps) const noexcept;
  void backward_units(const RowsView& above, const Activations& activations, LayerActivations& of,
                      const kernels::UnitVectors& units, Steps steps,
                      Barrier& barrier) const noexcept;
  /// Before the first call of backward for a pass.
  void start_backward(const Activations& activations, LayerActivations& of) const noexcept;
  /// Whether the units of a step may be computed apart: no option needs a step whole.
  bool splits(const Activations& activations, const LayerActivations& of,
              bool training) const noexcept;
  /// Vectors of units, and the multiple of them at which they may be cut on the way back.
  std::size_t unit_vectors() const noexcept;
  std::size_t unit_cut() const noexcept { return kernels_->panel / kernels_->lanes; }

  /// Adds the rows of some steps to the sums that become the gradient; `part` of `parts` of what
  /// the weights multiply, `work` for kernels::OuterSum. After backward of these steps.
  void add_sums(const RowsView& x, const Activations& activations, LayerActivations& of,
                Steps steps, std::size_t part, std::size_t parts, float* work) const noexcept;
  /// Adds the sums of all steps to the gradient of all parameters; `part` of `parts` of the units.
  void add_gradients(const Activations& activations, LayerActivations& of, std::size_t part,
                     std::size_t parts, float* gradient) const noexcept;
  /// d_x [rows, padded(I)] of some rows of those kept; after backward.
  void input_gradient(const LayerActivations& of, std::size_t first_row, std::size_t rows,
                      float* d_x) const noexcept;

  /// Multiply-adds of a row's step, times two.
  double step_flop() const noexcept;
  bool reverse() const { return reverse_; }
  const std::vector<float>& kept_connections() const { return keep_r_; }
  std::size_t inputs() const { return input_; }
  std::size_t state() const { return state_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  struct Packed {
    kernels::PackedMatrix w, r, projection;                 // [4Hp, I], [4Hp, P], [Pp, H]
    kernels::PackedMatrix w_back, r_back, projection_back;  // [Ip, 4Hp], [Pp, 4Hp], [Hp, P]
    FloatVector bias, peephole, gain, gain_x, gain_h;       // [4Hp]
    FloatVector gain_c, bias_c;                             // [Hp]
    FloatVector bias_projection;                            // [Pp]
    std::vector<float> initial_h, initial_c;                // [P], [H]; empty: zeros
  };

  std::size_t offset(Role role) const { return offsets_[static_cast<std::size_t>(role)]; }
  bool has(Role role) const { return offset(role) != kNone; }
  // Where row n of a padded [4, Hp] layout lies in a tensor [G H, ..] of the parameters.
  bool real(std::size_t n) const { return n % units_ < hidden_ && blocks_[n / units_] != kNone; }
  std::size_t row(std::size_t n) const { return blocks_[n / units_] * hidden_ + n % units_; }

  void pack_recurrent(const float* r);
  void pack_recurrent_back(const float* r);
  void pack_vectors(const float* parameters);
  void pack_projection(const float* parameters);
  FloatVector gate_vector(const float* parameters, Role role) const;
  kernels::CellExtras extras() const noexcept;
  unsigned gate_bits() const noexcept;
  kernels::CellKept kept(const Activations& activations, LayerActivations& of, std::size_t step,
                         std::size_t sample) const noexcept;
  void first_state(const Activations& activations, LayerActivations& of,
                   const Samples& samples) const noexcept;
  std::size_t steps_ahead(const RowsView& x, const Activations& activations,
                          const Samples& samples) const noexcept;
  void input_products(const RowsView& x, const Activations& activations, LayerActivations& of,
                      const Samples& samples, Steps steps,
                      const kernels::UnitVectors& units) const noexcept;
  void forward_rows(const RowsView& x, const Activations& activations, LayerActivations& of,
                    const Samples& samples, Steps steps) const noexcept;
  void recurrent_sums(const Activations& activations, LayerActivations& of, const Samples& samples,
                      std::size_t step, bool training) const noexcept;
  void normalise_inputs(const Activations& activations, LayerActivations& of,
                        const Samples& samples, std::size_t step) const noexcept;
  kernels::CellForward cell_forward(const Activations& activations, LayerActivations& of,
                                    const Samples& samples, std::size_t step,
                                    const kernels::CellExtras& more, bool training) const noexcept;
  kernels::Product recurrent_product(const float* h_prev, std::size_t rows) const noexcept;
  const float* seen_state(const Activations& activations, LayerActivations& of,
                          const Samples& samples, std::size_t step, bool training) const noexcept;
  void emit(const Activations& activations, LayerActivations& of, const Samples& samples,
            std::size_t step, bool training) const noexcept;
  void carry(const Activations& activations, LayerActivations& of, const Samples& samples,
             std::size_t step) const noexcept;

  kernels::CellBackward cell_backward(const Activations& activations, LayerActivations& of,
                                      const Samples& samples, std::size_t step,
                                      const kernels::CellExtras& more) const noexcept;
  kernels::Product back_product(const Activations& activations, const LayerActivations& of,
                                const Samples& samples, std::size_t step,
                                float* out) const noexcept;
  bool fused(const Activations& activations, const LayerActivations& of) const noexcept;
  void fused_step_backward(const RowsView& above, const Activations& activations,
                           LayerActivations& of, const Samples& samples, Steps steps,
                           const kernels::CellExtras& more,
                           const kernels::UnitVectors& units) const noexcept;
  void arrive(const RowsView& above, LayerActivations& of, std::size_t sample, std::size_t first,
              std::size_t last) const noexcept;
  void step_backward(const RowsView& above, const Activations& activations, LayerActivations& of,
                     const Samples& samples, std::size_t step,
                     const kernels::CellExtras& more) const noexcept;
  void through_norms(const Activations& activations, LayerActivations& of, const Samples& samples,
                     std::size_t step) const noexcept;
  void pass_by(const RowsView& above, const Activations& activations, LayerActivations& of,
               const Samples& samples, std::size_t step) const noexcept;
  void set_aside(const Activations& activations, LayerActivations& of, const Samples& samples,
                 std::size_t step) const noexcept;
  void put_back(const Activations& activations, LayerActivations& of, const Samples& samples,
                std::size_t step) const noexcept;
  const float* unemit(const Activations& activations, LayerActivations& of, const Samples& samples,
                      std::size_t step) const noexcept;
  // Whether the first sums of a way back are not added to zeros, but are what stands there.
  static bool sums_begin_fresh(const Activations& activations);
  void add_row_sums(const float* x, std::size_t x_stride, LayerActivations& of, std::size_t batch,
                    Steps rows, bool fresh, std::size_t part, std::size_t parts,
                    float* work) const noexcept;
  void peephole_sums(LayerActivations& of, std::size_t batch, std::size_t row, std::size_t first,
                     std::size_t last, std::size_t slice) const noexcept;
  void matrix_gradient(LayerActivations& of, std::size_t first_row, std::size_t inputs, Role role,
                       std::size_t part, std::size_t parts, float* gradient) const noexcept;
  void bias_gradient(const Activations& activations, const LayerActivations& of,
                     float* gradient) const noexcept;
  void peephole_gradient(const Activations& activations, const LayerActivations& of,
                         float* gradient) const noexcept;
  void projection_gradient(const LayerActivations& of, float* gradient) const noexcept;
  void norm_gradients(const Activations& activations, const LayerActivations& of,
                      float* gradient) const noexcept;
  void state_gradients(const Activations& activations, const LayerActivations& of,
                       float* gradient) const noexcept;
  kernels::Places gate_places() const noexcept { return packed_.w.view().places; }
  /// Where a gate of a unit stands in a row of the sums.
  std::size_t sum_place(std::size_t gate, std::size_t unit) const noexcept {
    return gate_places().output(gate, unit, kernels_->lanes);
  }
  std::size_t sum_width() const noexcept { return packed_.w.view().outputs; }

  CellOptions options_;
  CellActivations activations_;
  const kernels::KernelTable* kernels_;
  bool reverse_, plain_;
  std::size_t input_, hidden_, state_, units_, state_units_, biases_;
  std::array<std::size_t, 4> blocks_;    // of gate i, f, g, o in the parameters; kNone: not there
  std::array<std::size_t, 16> offsets_;  // by Role, in all parameters
  std::array<float, 3> at_gate_clip_;    // sigma of -gate_clip and of gate_clip, tanh of gate_clip
  Packed packed_;
  std::optional<RowLayer> rows_;  // of int8 weights: what runs instead of the products
  std::vector<float> keep_r_;     // [G H, P] DropConnect's factors; empty: none dropped
};

}  // namespace sluice::engine
