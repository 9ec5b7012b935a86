// One direction of one layer over time: which steps run, in which order, and what each reads. A
// single step is in cell.hpp; directions and layers are combined in lstm.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/lstm.hpp"

namespace sluice::reference {

struct Layer {
  Cell cell;
  const Input& input;  ///< For lengths and mask; its x belongs to layer 0.
  const Noise& noise;
  bool reverse;
  Row x;               ///< [T, B, I]
  Row first_h;         ///< [B, P]
  Row first_c;         ///< [B, H]
  std::size_t number;  ///< Index into Network::layers.
};

/// The gradient of the layer's state: h [B, P] and c [B, H].
struct StateGradient {
  std::span<double> d_h;
  std::span<double> d_c;
};

LayerTrace layer_forward(const Layer& layer);

/// Writes the state after each sequence's last step: [B, P] and [B, H].
void last_state(const Layer& layer, const LayerTrace& trace, std::span<double> h,
                std::span<double> c);

/// Back-propagation through time. d_above [T, B, P] is the gradient at h from the layer above or
/// the head. `state` is the gradient at the last state on entry, at the initial state on return.
/// Accumulates d_weights and d_x [T, B, I]; assigns d_trace.
void layer_backward(const Layer& layer, const LayerTrace& trace, Row d_above, StateGradient state,
                    LayerWeights& d_weights, std::span<double> d_x, LayerGradient& d_trace);

/// Distance of the nearest value of all steps from a kink.
double distance_to_kink(const Layer& layer, const LayerTrace& trace);

}  // namespace sluice::reference
