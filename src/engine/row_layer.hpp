// A layer's weights as the kernels of rows want them (kernels/row_weights.hpp): what streams run
// on, and whole sequences over int8 weights too.
#pragma once

#include <cstddef>

#include "core/aligned.hpp"
#include "kernels/row_weights.hpp"

namespace sluice::engine {

class Network;

/// One layer of the plain LSTM. Sums and bias lie as kernels::RowSums says.
struct RowLayer {
  kernels::RowWeights w, r;  ///< [4 gates, I], [4 gates, H]
  FloatVector bias;          ///< [places()]
};

/// Of a plain stack (plain_stack of architecture.hpp), stored as the network says.
RowLayer row_layer(const Network& network, std::size_t layer);

}  // namespace sluice::engine
