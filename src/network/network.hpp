// The network: stacked LSTM layers and a linear head, float32, forward and backward through time.
// The equations are in docs/math.md; src/reference/ computes the same in double precision and
// judges this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/packed_matrix.hpp"
#include "kernels/table.hpp"
#include "network/architecture.hpp"
#include "network/tape.hpp"

namespace sluice::network {

/// Dropout on what each layer hands upward (to the next layer and to the head), not on the
/// recurrence. The factors depend on seed, place and the sample's number in the whole batch, so not
/// on how it is cut.
struct Dropout {
  float rate = 0.0f;  ///< In [0, 1); 0: none.
  std::uint64_t seed = 0;
  std::size_t first_sample = 0;  ///< The tape's first sample's number in the whole batch.
};

class Network {
 public:
  /// Parameters start at zero. Throws Error(usage) as check(Architecture).
  explicit Network(Architecture architecture, const kernels::Table& kernels = kernels::chosen());

  const Architecture& architecture() const { return architecture_; }
  const std::vector<Parameter>& list() const { return list_; }
  std::size_t count() const { return parameters_.size(); }
  std::span<const float> parameters() const { return parameters_; }
  /// Replaces all parameters ([count()] floats) and packs them for the kernels.
  void set_parameters(std::span<const float> parameters);

  /// From tape.x and the state before the first step: tape.y and every layer's tape. The tape's
  /// state after the last step is at h[T], c[T].
  void forward(Tape& tape, const Dropout& dropout = {}) const noexcept;

  /// From tape.d_y and d_h_last, d_c_last, after forward on the same tape: adds the parameters'
  /// gradient to `gradient`
  /// ([count()]), writes d_h_first, d_c_first, and d_x where wants_d_x. Overwrites the gates.
  void backward(Tape& tape, std::span<float> gradient) const noexcept;

 private:
  struct PackedLayer {
    kernels::PackedMatrix w, r;                        // forward: [4Hp, I], [4Hp, H]
    kernels::PackedMatrix w_transposed, r_transposed;  // backward: [Ip, 4Hp], [Hp, 4Hp]
    FloatVector bias;                                  // [4Hp] all biases added
  };

  const float* value(std::size_t layer, std::size_t which) const;
  void pack_layer(std::size_t layer);
  void pack_head();
  void layer_forward(std::size_t layer, Tape& tape) const noexcept;
  static void drop(std::size_t layer, Tape& tape, const Dropout& dropout) noexcept;
  void head_forward(Tape& tape) const noexcept;
  void head_backward(Tape& tape, float* gradient) const noexcept;
  void through_time(std::size_t layer, Tape& tape) const noexcept;
  void add_gradients(std::size_t layer, const Tape& tape, float* gradient) const noexcept;
  void hand_down(std::size_t layer, Tape& tape) const noexcept;
  // What a layer hands upward, [T*B, Hp]: h, after dropout where there is some.
  static const float* layer_output(std::size_t layer, const Tape& tape) noexcept;
  // What a layer reads, [T*B, input_stride(layer)].
  static const float* layer_input(std::size_t layer, const Tape& tape) noexcept;
  std::size_t input_stride(std::size_t layer) const noexcept;

  Architecture architecture_;
  const kernels::Table* kernels_;
  std::vector<Parameter> list_;
  std::vector<float> parameters_;
  std::vector<std::size_t> first_of_layer_;  // index into list_ of each layer's weight_ih
  std::vector<PackedLayer> packed_;
  kernels::PackedMatrix head_, head_transposed_;  // [Op, H], [Hp, O]
  FloatVector head_bias_;                         // [Op]
};

}  // namespace sluice::network
