// What an ONNX file says, in types of our own: nodes in an order in which they can run, and the
// arrays that the file holds. Nothing here runs.
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

/// `other`: a sub-graph, a sparse tensor and the like, which no known operator has.
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
  std::vector<std::string> inputs;   ///< "" where an optional one is left out
  std::vector<std::string> outputs;  ///< "" where nobody wants it
  std::map<std::string, Attribute> attributes;
};

struct Graph {
  std::string path;
  std::string producer;
  int opset = kNewestOpset;
  std::vector<Node> nodes;  ///< Each after those whose outputs it reads.
  std::map<std::string, Value> constants;
  std::vector<Declared> inputs;  ///< Without those that have a constant of the same name.
  std::vector<Declared> outputs;
};

/// Reads the bytes of a ModelProto. Time and memory are bounded by a multiple of the bytes. Throws
/// Error(model), naming the file and the node, tensor or attribute, where it is damaged, has
/// another opset than 7 to 22, another domain's operators, sub-graphs, sparse, quantised or
/// external tensors, element types that are not computed with, a name given twice or read but not
/// given, or nodes that wait for one another.
Graph read_graph(std::string_view bytes, const std::string& path);

/// Sorts the nodes so that each stands after those whose outputs it reads, keeping the file's order
/// where that is free. Throws as read_graph.
void order_nodes(Graph& graph);

}  // namespace sluice::formats::onnx
