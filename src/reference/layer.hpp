// One direction of one layer over time: which steps of which row are run, in which order, and what
// each reads. The step itself is cell.hpp; how directions and layers go together is lstm.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

struct Layer {
  Cell cell;
  const Input& input;  ///< Lengths and mask; its x is that of layer 0 alone.
  const Noise& noise;
  bool reverse;
  Row x;               ///< [T, B, I]
  Row first_h;         ///< [B, P]
  Row first_c;         ///< [B, H]
  std::size_t number;  ///< Of Network::layers.
};

/// The gradient at the layer's state, h [B, P] and c [B, H].
struct StateGradient {
  std::span<double> d_h;
  std::span<double> d_c;
};

LayerTrace layer_forward(const Layer& layer);

/// Writes the state after the last step that was run, [B, P] and [B, H].
void last_state(const Layer& layer, const LayerTrace& trace, std::span<double> h,
                std::span<double> c);

/// Back through time. d_above [T, B, P] is what the layer above, or the head, sends to h; `state`
/// comes in as the gradient at the last state and leaves as that at the first. Adds to d_weights
/// and to d_x [T, B, I], and assigns d_trace.
void layer_backward(const Layer& layer, const LayerTrace& trace, Row d_above, StateGradient state,
                    LayerWeights& d_weights, std::span<double> d_x, LayerGradient& d_trace);

/// Of all steps that were run, the distance of the nearest value from a kink.
double distance_to_kink(const Layer& layer, const LayerTrace& trace);

}  // namespace sluice::reference
