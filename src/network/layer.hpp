// One direction of one layer: its weights as the kernels want them, its steps forward and back. It
// knows nothing of other layers, nor of the order of time: what it reads has been turned round for
// the reverse direction (network.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/packed_matrix.hpp"
#include "kernels/table.hpp"
#include "network/architecture.hpp"
#include "network/tape.hpp"

namespace sluice::network {

class Layer {
 public:
  Layer(const Architecture& architecture, std::size_t layer, std::size_t direction,
        const kernels::Table& kernels);

  /// Takes its own of all parameters, and forgets dropped connections.
  void pack(const float* parameters);
  /// Packs R anew with each weight dropped at the options' rate, or kept and enlarged.
  void drop_connections(const float* parameters, std::uint64_t seed);

  /// From x and the state before the first step: every step of `of`.
  void forward(const RowsView& x, const Tape& tape, LayerTape& of, FloatVector& recurrent,
               bool training) const noexcept;
  /// From of.d_h, d_h_last and d_c_last: turns the gates into their gradient, and writes that of
  /// the first state.
  void through_time(Tape& tape, LayerTape& of) const noexcept;
  /// Adds to the gradient of all parameters; after through_time.
  void add_gradients(const RowsView& x, const Tape& tape, LayerTape& of,
                     float* gradient) const noexcept;
  /// d_x [T, B, padded(I)] of the steps that were run; after add_gradients.
  void input_gradient(const Tape& tape, const LayerTape& of, float* d_x) const noexcept;

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
  void pack_vectors(const float* parameters);
  FloatVector gate_vector(const float* parameters, Role role) const;
  kernels::CellExtras extras() const noexcept;
  unsigned gate_bits() const noexcept;
  kernels::CellKept kept(LayerTape& of, std::size_t step, std::size_t batch) const noexcept;
  void first_state(const Tape& tape, LayerTape& of) const noexcept;
  void input_products(const RowsView& x, const Tape& tape, LayerTape& of) const noexcept;
  void emit(std::size_t step, LayerTape& of, std::size_t batch, bool training) const noexcept;
  void carry(std::size_t step, const Tape& tape, LayerTape& of) const noexcept;
  void set_aside(std::size_t step, Tape& tape, LayerTape& of) const noexcept;
  void put_back(std::size_t step, Tape& tape, LayerTape& of) const noexcept;
  const float* unemit(std::size_t step, Tape& tape, LayerTape& of) const noexcept;
  void recurrent_gradient(const float* d_a, LayerTape& of, std::size_t rows,
                          float* gradient) const noexcept;
  void vector_gradients(const Tape& tape, const LayerTape& of, float* gradient) const noexcept;
  void norm_gradients(const LayerTape& of, float* gradient) const noexcept;

  CellOptions options_;
  CellActivations activations_;
  const kernels::Table* kernels_;
  bool reverse_, plain_;
  std::size_t input_, hidden_, state_, units_, state_units_, biases_;
  std::array<std::size_t, 4> blocks_;    // of gate i, f, g, o in the parameters; kNone: not there
  std::array<std::size_t, 16> offsets_;  // by Role, in all parameters
  Packed packed_;
  std::vector<float> keep_r_;  // [G H, P] DropConnect's factors; empty: none dropped
};

}  // namespace sluice::network
