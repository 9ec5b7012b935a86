// All that one forward pass leaves behind for the backward pass, and the room that both need: made
// once for T steps of B samples, used again and again. Nothing is allocated during a pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned.hpp"
#include "network/architecture.hpp"

namespace sluice::network {

/// Rows of floats, one for each step and sample.
struct RowsView {
  const float* data;
  std::size_t step_stride;    ///< Floats from a step to the next, of one sample.
  std::size_t sample_stride;  ///< Floats from a sample to the next, of one step.
  const float* row(std::size_t step, std::size_t sample) const {
    return data + step * step_stride + sample * sample_stride;
  }
};

/// One direction of one layer. Rows of H floats are padded to Hp = padded(H), of P floats to Pp,
/// gates lie as [4, Hp]; padding holds zeros. Steps stand in the order in which they run: the
/// reverse direction's first is each sequence's last.
struct LayerTape {
  std::size_t units;        ///< Hp
  std::size_t state_units;  ///< Pp
  FloatVector
      gates;      ///< [T, B, 4Hp] W x, then i|f|g|o, then (backward) the gradient before squashing
  FloatVector c;  ///< [T+1, B, Hp] c[0] is the state before the first step
  FloatVector tanh_c;  ///< [T, B, Hp]
  FloatVector h;       ///< [T+1, B, Pp] h[0] is the state before the first step
  FloatVector d_h;     ///< [T, B, Pp] what arrives at h from above
  FloatVector d_h_last,
      d_c_last;  ///< [B, Pp], [B, Hp] what arrives at the last state from the steps after (or
                 ///< zeros)
  FloatVector d_h_first, d_c_first;  ///< [B, Pp], [B, Hp] what goes on to the first state

  // Only where an option needs them.
  FloatVector x;            ///< [T, B, Ip] the input reversed, or times keep_x
  FloatVector h_seen;       ///< [T, B, Pp] h' times keep_h
  FloatVector emitted;      ///< [T, B, Hp] o tanh_c, where h is made of it
  FloatVector projected;    ///< [T, B, Pp] W_hr o tanh_c, before it is clipped
  FloatVector d_projected;  ///< [T, B, Pp] the gradient there
  FloatVector slopes, c_new, normalised, inverse;  ///< kernels::CellKept, of each step
  FloatVector normalised_x, inverse_x;             ///< [T, B, 4Hp], [T, B] LayerNorm::ba of W x
  FloatVector normalised_h, inverse_h;             ///< the same of R h'
  FloatVector d_weight_hh;  ///< [G H, P] its gradient before DropConnect's factors
  FloatVector d_recurrent;  ///< [T, B, 4Hp] LayerNorm::ba: the gradient at R h'
  FloatVector d_gain, d_gain_x, d_gain_h, d_shift;  ///< [4Hp] of the gains and what is added after
  // Training noise.
  FloatVector zone_c, zone_h;  ///< [T, B, Hp], [T, B, Pp] 1: the old value stays
  FloatVector keep_g;          ///< [T, B, Hp] factors, 0 or 1/(1-p)
  FloatVector keep_h, keep_x;  ///< [B, Pp], [B, Ip]
};

/// What lies between a layer and the next, [T, B, padded(width of the layer)] each, in time's
/// order.
struct BetweenTape {
  std::size_t stride;
  FloatVector out;    ///< What the layer hands upward; empty where that is h as it stands
  FloatVector keep;   ///< Dropout's factors, 0 or 1/(1-p); empty without
  FloatVector d_out;  ///< What arrives at `out`
};

/// A step's part of an array that is empty where no option needs it.
inline const float* row_or_null(const FloatVector& array, std::size_t first) {
  return array.empty() ? nullptr : array.data() + first;
}

class Tape {
 public:
  enum class Use { forward_only, with_backward };

  Tape(const Architecture& architecture, std::size_t steps, std::size_t batch, Use use,
       bool dropout = false);

  std::size_t steps() const { return steps_; }
  std::size_t batch() const { return batch_; }
  /// Fewer steps than the tape has room for; the batch stays, lengths and mask are forgotten.
  void set_steps(std::size_t steps);

  float* x(std::size_t step, std::size_t sample) {
    return x_.data() + (step * batch_ + sample) * x_stride;
  }
  /// Reads x from the caller's array instead, [I] floats a row; for a pass without its way back.
  void borrow_x(const RowsView& x) { borrowed_x_ = x; }
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

  /// Steps of each sample, [B] each at most steps(). Later ones are not run: their outputs are
  /// zeros, what x and d_y hold there is not read.
  void set_lengths(std::span<const std::size_t> lengths);
  /// [T, B] false: the step carries the sample's state, and its output is the h carried.
  void set_mask(std::span<const std::uint8_t> mask);
  /// Steps that some sample runs.
  std::size_t longest() const { return longest_; }
  std::size_t length(std::size_t sample) const {
    return lengths_.empty() ? steps_ : lengths_[sample];
  }
  bool all_run() const { return lengths_.empty() && mask_.empty(); }
  /// The time of a direction's step number `position`.
  std::size_t time(std::size_t position, std::size_t sample, bool reverse) const {
    const std::size_t end = length(sample);
    return reverse && position < end ? end - 1 - position : position;
  }
  bool runs(std::size_t time, std::size_t sample) const {
    return time < length(sample) && (mask_.empty() || mask_[time * batch_ + sample] != 0);
  }

  /// State before the first step := the initial one (0, or what is learned), of all samples or one.
  void reset_state();
  void reset_state(std::size_t sample);
  /// State before the first step := state after the last one.
  void carry_state();
  /// State before the first step is what the caller has written to h and c.
  void give_state();
  /// Whether a sample starts from the initial state.
  bool fresh(std::size_t sample) const { return fresh_[sample] != 0; }

  std::size_t x_stride;              ///< padded(I)
  std::size_t y_stride;              ///< padded(width)
  std::vector<LayerTape> layers;     ///< Layer 0 forward, layer 0 reverse, layer 1 forward, ..
  std::vector<BetweenTape> between;  ///< By layer.
  bool wants_d_x = false;

 private:
  friend class Network;
  friend class Layer;
  RowsView x_view() const {
    if (borrowed_x_.data != nullptr) return borrowed_x_;
    return {x_.data(), batch_ * x_stride, x_stride};
  }

  std::size_t steps_, batch_, longest_, room_;  // room_: the most steps
  std::vector<std::size_t> lengths_;
  std::vector<std::uint8_t> mask_, fresh_;
  RowsView borrowed_x_{};
  FloatVector x_, d_x_;              // [T, B, Ip]
  FloatVector y_, d_y_;              // [T, B, Op]
  FloatVector recurrent_;            // [B, 4Hp] b + R h' of one step
  FloatVector d_h_now_;              // [B, Pp] all that arrives at h of one step
  FloatVector d_h_zoned_;            // [B, Pp] what zoneout hands on to h'
  FloatVector d_emitted_;            // [B, Hp] what arrives at o tanh_c
  FloatVector d_h_kept_, d_c_kept_;  // [B, Pp], [B, Hp] what passes a step that carries the state
  FloatVector d_input_;              // [T, B, Ip] of one direction
  FloatVector work_;                 // [Hp]
};

}  // namespace sluice::network
