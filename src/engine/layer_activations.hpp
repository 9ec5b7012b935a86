// The buffers of one direction of a layer in a pass, and of what is between two layers.
#pragma once

#include <cstddef>

#include "core/aligned.hpp"
#include "model/parameters.hpp"

namespace sluice::engine {

/// One direction of one layer. Rows of H floats are padded to Hp = padded(H), of P floats to Pp;
/// gates lie as [4, Hp]. Padding holds zeros, but that of the gates is unspecified. Steps are in
/// the order in which they run: the reverse direction's first is each sequence's last. K is the
/// number of steps that are kept at a time: all T, or a segment's.
struct LayerActivations {
  std::size_t units;        ///< Hp
  std::size_t state_units;  ///< Pp

  /// [K, B, 4Hp] W x, then i|f|g|o, then (backward) the gradient before squashing
  FloatVector gates;
  /// [K+1, B, Hp] c[0] is the state before the first step
  FloatVector c;
  /// [K, B, Hp]
  FloatVector tanh_c;
  /// [K+1, B, Pp] h[0] is the state before the first step
  FloatVector h;
  /// [K, B, Pp] what arrives at h from above, where that is not d_out itself
  FloatVector d_h;
  /// [B, Pp], [B, Hp] the gradient at the state after the last step
  FloatVector d_h_last, d_c_last;
  /// [B, Pp], [B, Hp] the gradient at the state before the first step
  FloatVector d_h_first, d_c_first;

  // Only where an option needs them.
  /// [K, B, Ip] the input in the order of the reverse direction, or times keep_x
  FloatVector x;
  /// [K, B, Pp] h' times keep_h
  FloatVector h_seen;
  /// [K, B, Hp] o tanh_c, where h is made of it
  FloatVector emitted;
  /// [K, B, Pp] W_hr o tanh_c before its clip, and the gradient there
  FloatVector projected, d_projected;
  /// kernels::CellKept of each step
  FloatVector slopes, c_new, normalised, inverse;
  /// LayerNorm::ba: [K, B, 4Hp], [K, B] of W x, and of R h'
  FloatVector normalised_x, inverse_x, normalised_h, inverse_h;
  /// [G H, P] the gradient of R before DropConnect's factors
  FloatVector d_weight_hh;
  /// [K, B, 4Hp] LayerNorm::ba: the gradient at R h'
  FloatVector d_recurrent;
  /// [slices, 4Hp] of the gains, of what is added after the norms, and (ba) of the bias
  FloatVector d_gain, d_gain_x, d_gain_h, d_shift, d_bias;
  // Training noise.
  /// [K, B, Hp], [K, B, Pp] 1: the old value stays
  FloatVector zone_c, zone_h;
  /// [K, B, Hp] factors, 0 or 1/(1-p)
  FloatVector keep_g;
  /// [B, Pp], [B, Ip] the same
  FloatVector keep_h, keep_x;

  // Scratch buffers of one step.
  /// [B, 4Hp] b + R h', where it is computed apart: ba, prepared
  FloatVector recurrent;
  /// [B, Pp] all that arrives at h
  FloatVector d_h_now;
  /// [B, Pp] what zoneout passes on to h'
  FloatVector d_h_zoned;
  /// [B, Hp] what arrives at o tanh_c
  FloatVector d_emitted;
  /// [B, Pp], [B, Hp] the gradients of samples that skip the step
  FloatVector d_h_kept, d_c_kept;
  /// [slices, Hp]
  FloatVector work;
  /// Sums over all rows: of the columns x, h' and 1 by the gates' places in packed weights
  FloatVector d_weights;
  /// .. of the columns o tanh_c and 1 by Pp
  FloatVector d_projection;
  /// .. and of the peepholes [4Hp] (ba: of each slice)
  FloatVector d_peephole;

  /// [segments + 1, B, ..] the checkpoints at the segments' boundaries, where activations are
  /// recomputed
  FloatVector h_at, c_at;
};

/// What is between a layer and the next, [K, B, padded(width of the layer)] each, in the order of
/// time.
struct BetweenLayers {
  std::size_t stride;
  /// What the layer hands upward; empty where that is h itself
  FloatVector out;
  /// Dropout's factors, 0 or 1/(1-p); empty without dropout
  FloatVector keep;
  /// [steps of a segment, ..] the gradient at `out`
  FloatVector d_out;
};

/// The buffers of a direction for `rows` = K B rows. `backward`: also those of a backward pass.
LayerActivations make_layer_activations(const Architecture& architecture, std::size_t layer,
                                        std::size_t rows, std::size_t batch, bool backward);

/// The columns that the weights of a direction are multiplied by: x, h' and 1.
std::size_t weight_columns(const Architecture& architecture, std::size_t layer);

/// A step's part of an array that is empty where no option needs it.
inline const float* row_or_null(const FloatVector& array, std::size_t first) {
  return array.empty() ? nullptr : array.data() + first;
}

}  // namespace sluice::engine
