// ONNX's LSTM operator as a network of one layer without a head. Where the operator's text leaves
// something open, this does what ONNX Runtime does (onnxruntime/core/providers/cpu/rnn): names of
// activations in any case, alpha and beta handed out in order to the functions that have them, the
// clip after bias and peephole, zeros as the last state of a sequence of length 0.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "engine/network.hpp"
#include "formats/onnx/graph.hpp"
#include "model/parameters.hpp"

namespace sluice::formats::onnx {

struct LstmAttributes {
  Direction direction = Direction::forward;
  std::array<CellActivations, 2> activations;  ///< Of each direction; the only one's twice.
  double clip = 0.0;                           ///< 0: none
  bool coupled = false;                        ///< input_forget: f = 1 - i
  bool batch_first = false;                    ///< layout 1
  std::optional<std::size_t> hidden;           ///< Nothing: as R says.

  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
};

/// W [D, 4H, I], R [D, 4H, H], B [D, 8H] or null, P [D, 3H] or null; gates in the order i, o, f, c.
struct LstmWeights {
  const Value *w, *r, *b, *p;
};

/// The same in the network's order.
struct LstmLayer {
  Architecture architecture;
  std::vector<float> parameters;
};

/// What is made of an LSTM node once, when its model is loaded.
struct PreparedLstm {
  LstmAttributes attributes;
  std::optional<LstmLayer> layer;  ///< Where the weights are constant; then the network too.
  std::optional<engine::Network> network;
};

/// Throws Error(model), with node and attribute, for what the operator does not allow.
LstmAttributes read_lstm_attributes(const Node& node);

/// Throws Error(shape), with the node, where the weights do not fit one another or the attributes.
LstmLayer lstm_layer(const Node& node, const LstmAttributes& attributes,
                     const LstmWeights& weights);

/// `inputs` as Call::inputs, null where they are not constant.
std::shared_ptr<const PreparedLstm> prepare_lstm(const Node& node,
                                                 const std::vector<const Value*>& inputs);

}  // namespace sluice::formats::onnx
