// An ONNX file as plain structs: nodes in an executable order, and the arrays of the file. See
// program.hpp for running it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/onnx_model.hpp"
#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

inline constexpr int kOldestOpset = 7;
inline constexpr int kNewestOpset = 22;

/// `other`: sub-graphs, sparse tensors and the like, which no supported operator has.
enum class AttributeKind { integer, real, text, tensor, integers, reals, texts, other };

struct Attribute {
  AttributeKind kind = AttributeKind::integer;
  std::int64_t integer = 0;
  float real = 0.0f;
  std::string text;
  Value tensor;
  std::vector<std::int64_t> integers;
  std::vector<float> reals;
  std::vector<std::string> texts;
};

struct Node {
  std::string where;                 ///< "m.onnx, node 'lstm_1' (LSTM)", for messages
  std::string op;                    ///< "LSTM"
  std::vector<std::string> inputs;   ///< "" for an omitted optional input
  std::vector<std::string> outputs;  ///< "" if unused
  std::map<std::string, Attribute> attributes;
};

struct Graph {
  std::string path;
  std::string producer;
  int opset = kNewestOpset;
  std::vector<Node> nodes;  ///< Topologically sorted.
  std::map<std::string, Value> constants;
  std::vector<Declared> inputs;  ///< Without those that have a constant of the same name.
  std::vector<Declared> outputs;
};

/// Parses the bytes of a ModelProto. Time and memory are linear in the bytes. Throws Error(model),
/// naming the file and the node, tensor or attribute, if it is damaged, has an opset outside 7 to
/// 22, operators of another domain, sub-graphs, sparse, quantised or external tensors, unsupported
/// element types, a name that is defined twice or read but never defined, or a cycle of nodes.
Graph read_graph(std::string_view bytes, const std::string& path);

/// Sorts the nodes topologically and stably. Throws as read_graph.
void order_nodes(Graph& graph);

}  // namespace sluice::formats::onnx
