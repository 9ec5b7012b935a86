// One direction of one layer: its sizes, its options, and its weights packed for the kernels. Its
// steps are in layer_forward.hpp and layer_backward.hpp. It knows nothing of other layers, nor of
// the order of time: for the reverse direction the network reverses what it reads (network.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/aligned.hpp"
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
  /// Packing is cut into so many tasks, for threads to share.
  static constexpr std::size_t kPackTasks = 4;
  /// Does one of them. `parameters`: the flat parameters of the whole network.
  void pack(const float* parameters, std::size_t task);
  /// Packs R anew with each weight dropped at the options' rate, or kept and enlarged.
  void drop_connections(const float* parameters, std::uint64_t seed);

  /// The forward pass runs row by row on these weights, inference only; run_products() goes back to
  /// the packed products.
  void run_rows(RowLayer rows) { rows_ = std::move(rows); }
  void run_products() { rows_.reset(); }

  /// Vectors of units, and the multiple of them at which the backward pass may cut them.
  std::size_t unit_vectors() const noexcept;
  std::size_t unit_cut() const noexcept { return kernels_->panel / kernels_->lanes; }

  /// Floating-point operations of one row's step: two for each multiply-add.
  double step_flop() const noexcept;
  bool reverse() const { return reverse_; }
  bool plain() const { return plain_; }
  const CellOptions& options() const { return options_; }
  const kernels::KernelTable& kernels() const { return *kernels_; }
  const std::vector<float>& kept_connections() const { return keep_r_; }
  std::size_t inputs() const { return input_; }
  std::size_t hidden() const { return hidden_; }
  std::size_t state() const { return state_; }
  std::size_t biases() const { return biases_; }

  /// Of an option's parameter that is not there, of a gate's block that is not there.
  static constexpr std::size_t kNone = ~std::size_t{0};
  /// Where a parameter of the direction begins in the flat parameters.
  std::size_t offset(Role role) const { return offsets_[static_cast<std::size_t>(role)]; }
  bool has(Role role) const { return offset(role) != kNone; }
  /// Which block of H rows of the parameters is that of gate i, f, g, o (0 to 3).
  std::size_t block(std::size_t gate) const { return blocks_[gate]; }
  unsigned gate_bits() const noexcept;
  /// The options of a cell that is not plain, as the kernels take them.
  kernels::CellExtras extras() const noexcept;
  kernels::GateLayout gate_layout() const noexcept { return packed_.w.view().layout; }
  /// Where a gate of a unit is in a row of the gradient's sums, and the width of that row.
  std::size_t sum_place(std::size_t gate, std::size_t unit) const noexcept {
    return gate_layout().output(gate, unit, kernels_->lanes);
  }
  std::size_t sum_width() const noexcept { return packed_.w.view().outputs; }

  struct Packed {
    kernels::PackedMatrix w, r, projection;                 // [4Hp, I], [4Hp, P], [Pp, H]
    kernels::PackedMatrix w_back, r_back, projection_back;  // [Ip, 4Hp], [Pp, 4Hp], [Hp, P]
    FloatVector bias, peephole, gain, gain_x, gain_h;       // [4Hp]
    FloatVector gain_c, bias_c;                             // [Hp]
    FloatVector bias_projection;                            // [Pp]
    std::vector<float> initial_h, initial_c;                // [P], [H]; empty: zeros
  };
  const Packed& packed() const { return packed_; }
  const std::optional<RowLayer>& rows() const { return rows_; }

 private:
  // Where row n of a padded [4, Hp] layout lies in a tensor [G H, ..] of the parameters.
  bool real(std::size_t n) const { return n % units_ < hidden_ && blocks_[n / units_] != kNone; }
  std::size_t row(std::size_t n) const { return blocks_[n / units_] * hidden_ + n % units_; }

  void pack_recurrent(const float* r);
  void pack_recurrent_back(const float* r);
  void pack_vectors(const float* parameters);
  void pack_projection(const float* parameters);
  FloatVector gate_vector(const float* parameters, Role role) const;

  CellOptions options_;
  CellActivations activations_;
  const kernels::KernelTable* kernels_;
  bool reverse_, plain_;
  std::size_t input_, hidden_, state_, units_, biases_;
  std::array<std::size_t, 4> blocks_;    // of gate i, f, g, o in the parameters; kNone: not there
  std::array<std::size_t, 16> offsets_;  // by Role, in all parameters
  std::array<float, 3> at_gate_clip_;    // sigma of -gate_clip and of gate_clip, tanh of gate_clip
  Packed packed_;
  std::optional<RowLayer> rows_;  // of int8 weights: what runs instead of the products
  std::vector<float> keep_r_;     // [G H, P] DropConnect's factors; empty: none dropped
};

}  // namespace sluice::engine
