// ONNX's LSTM operator as a network of one layer without a head. What the specification leaves open
// follows ONNX Runtime (onnxruntime/core/providers/cpu/rnn): activation names in any letter case,
// alpha and beta assigned in order to the functions that take them, clipping after bias and
// peephole, zeros as the last state of a sequence of length 0.
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
  std::array<CellActivations, 2> activations;  ///< Per direction; a single direction's twice.
  double clip = 0.0;                           ///< 0: none
  bool coupled = false;                        ///< input_forget: f = 1 - i
  bool batch_first = false;                    ///< layout 1
  std::optional<std::size_t> hidden;           ///< nullopt: derive it from R.

  std::size_t directions() const { return direction == Direction::both ? 2 : 1; }
};

/// W [D, 4H, I], R [D, 4H, H], B [D, 8H] or null, P [D, 3H] or null; gates in the order i, o, f, c.
struct LstmWeights {
  const Value *w, *r, *b, *p;
};

/// The weights in the network's gate order.
struct LstmLayer {
  Architecture architecture;
  std::vector<float> parameters;
};

/// An LSTM node prepared once, when its model is loaded.
struct PreparedLstm {
  LstmAttributes attributes;
  std::optional<LstmLayer> layer;  ///< Set if the weights are constant; the network too.
  std::optional<engine::Network> network;
};

/// Throws Error(model), with node and attribute, for attributes that the operator does not allow.
LstmAttributes read_lstm_attributes(const Node& node);

/// Throws Error(shape), with the node, if the weights do not fit one another or the attributes.
LstmLayer lstm_layer(const Node& node, const LstmAttributes& attributes,
                     const LstmWeights& weights);

/// `inputs` as Call::inputs, null if not constant.
std::shared_ptr<const PreparedLstm> prepare_lstm(const Node& node,
                                                 const std::vector<const Value*>& inputs);

}  // namespace sluice::formats::onnx
