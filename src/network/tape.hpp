// All that one forward pass leaves behind for the backward pass, and the room that both need: made
// once for T steps of B samples, used again and again. Nothing is allocated during a pass.
#pragma once

#include <cstddef>
#include <vector>

#include "core/aligned.hpp"
#include "network/architecture.hpp"

namespace sluice::network {

/// One layer's part. Rows of H floats are padded to Hp = padded(H), gates lie as [4, Hp]; padding
/// holds zeros.
struct LayerTape {
  std::size_t units;  ///< Hp
  FloatVector
      gates;      ///< [T, B, 4Hp] W x, then i|f|g|o, then (backward) the gradient before squashing
  FloatVector c;  ///< [T+1, B, Hp] c[0] is the state before the first step
  FloatVector tanh_c;   ///< [T, B, Hp]
  FloatVector h;        ///< [T+1, B, Hp] h[0] is the state before the first step
  FloatVector dropped;  ///< [T, B, Hp] h after dropout; empty without
  FloatVector keep;     ///< [T, B, Hp] dropout's factors, 0 or 1/(1-p); empty without
  FloatVector d_h;      ///< [T, B, Hp] what arrives at h from above
  FloatVector d_h_last,
      d_c_last;  ///< [B, Hp] what arrives at the last state from the steps after (zeros if none)
  FloatVector d_h_first, d_c_first;  ///< [B, Hp] what goes on to the state before the first step
};

class Tape {
 public:
  enum class Use { forward_only, with_backward };

  Tape(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
       bool dropout = false);

  std::size_t steps() const { return steps_; }
  std::size_t batch() const { return batch_; }
  /// Fewer steps than the tape has room for; the batch stays.
  void set_steps(std::size_t steps) { steps_ = steps; }

  float* x(std::size_t step, std::size_t sample) {
    return x_.data() + (step * batch_ + sample) * x_stride;
  }
  float* y(std::size_t step, std::size_t sample) {
    return y_.data() + (step * batch_ + sample) * y_stride;
  }
  /// The loss's gradient by y, which the caller fills before Network::backward; all of it, zeros
  /// included.
  float* d_y(std::size_t step, std::size_t sample) {
    return d_y_.data() + (step * batch_ + sample) * y_stride;
  }
  float* d_x(std::size_t step, std::size_t sample) {
    return d_x_.data() + (step * batch_ + sample) * x_stride;
  }

  /// State before the first step := 0, of all samples or of one.
  void reset_state();
  void reset_state(std::size_t sample);
  /// State before the first step := state after the last one.
  void carry_state();

  std::size_t x_stride;  ///< padded(I)
  std::size_t y_stride;  ///< padded(O)
  std::vector<LayerTape> layers;
  bool wants_d_x = false;

 private:
  friend class Network;
  std::size_t steps_, batch_;
  FloatVector x_, d_x_;    // [T, B, Ip]
  FloatVector y_, d_y_;    // [T, B, Op]
  FloatVector recurrent_;  // [B, 4Hp] b + R h' of one step
  FloatVector d_h_now_;    // [B, Hp] all that arrives at h of one step
};

}  // namespace sluice::network
