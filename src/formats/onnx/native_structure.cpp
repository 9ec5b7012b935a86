// Finds the nodes of a graph that could be the layers and the head of a stack.
#include <algorithm>
#include <map>
#include <set>

#include "formats/onnx/native_parts.hpp"

namespace sluice::formats::onnx {
namespace {

using Names = std::set<std::string>;

// Operators that only move elements, which a stack may have between its layers and the head.
const Names& movers() {
  static const Names names = {"Cast",    "Concat",    "Dropout",  "Expand", "Flatten",
                              "Gather",  "Identity",  "Reshape",  "Slice",  "Split",
                              "Squeeze", "Transpose", "Unsqueeze"};
  return names;
}

// For each value, the graph inputs that its elements depend on; dependence by shape alone is
// ignored.
class Origins {
 public:
  explicit Origins(const Program& program) : graph_(program.graph()) {
    constexpr std::size_t kMostHeld = 1'000'000;  // 64 MB; a stack of 100 layers has 60,000
    std::size_t held = 0;
    for (const Declared& input : graph_.inputs) graph_inputs_[input.name] = {input.name};
    for (const Node& node : graph_.nodes) {
      Names names;
      for (const std::string& input : node.inputs) {
        if (node.op != "Shape")
          names.insert(graph_inputs(input).begin(), graph_inputs(input).end());
      }
      for (const std::string& output : node.outputs) {
        graph_inputs_[output] = names;
        held += names.size();
      }
      if (held > kMostHeld) throw NotNative{"too many of its inputs go into too many nodes"};
    }
  }

  const Names& graph_inputs(const std::string& value) const {
    static const Names none;
    const auto found = graph_inputs_.find(value);
    return found == graph_inputs_.end() ? none : found->second;
  }
  /// Whether the node takes elements from the input, not only a shape or indices.
  bool reads(const Node& node, const std::string& input) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& name) {
      return graph_inputs(name).count(input) > 0;
    });
  }

 private:
  const Graph& graph_;
  std::map<std::string, Names> graph_inputs_;
};

std::string name_of(const Program& program, const Node& node) {
  return node.where.substr(program.graph().path.size() + 2);
}

const std::string& input_of(const Node& node, std::size_t place) {
  static const std::string none;
  return place < node.inputs.size() ? node.inputs[place] : none;
}

std::vector<std::size_t> lstms_of(const Program& program) {
  std::vector<std::size_t> lstms;
  for (std::size_t n = 0; n < program.graph().nodes.size(); ++n) {
    const PreparedLstm* lstm = program.lstm(n);
    if (lstm == nullptr) continue;
    if (!lstm->layer) {
      throw NotNative{name_of(program, program.graph().nodes[n]) +
                      " has weights that are not constant"};
    }
    lstms.push_back(n);
  }
  if (lstms.empty()) throw NotNative{"it has no LSTM"};
  return lstms;
}

// The inputs used only as initial states.
std::vector<std::string> states_of(const Program& program, const Origins& origins,
                                   const Structure& structure) {
  Names states;
  for (const std::size_t n : structure.lstms) {
    const Node& node = program.graph().nodes[n];
    if (!origins.graph_inputs(input_of(node, 4)).empty()) {
      throw NotNative{name_of(program, node) + " takes its sequence_lens from an input"};
    }
    for (const std::size_t place : {5, 6}) {
      const Names& from = origins.graph_inputs(input_of(node, place));
      states.insert(from.begin(), from.end());
    }
  }
  for (const Declared& input : program.graph().inputs) {
    const bool state = states.count(input.name) > 0;
    if (state == (input.name == structure.input) || input.dtype != DType::f32) {
      throw NotNative{"its input '" + input.name +
                      "' is neither x nor an initial state in float32"};
    }
  }
  return {states.begin(), states.end()};
}

void find_head(const Program& program, const Origins& origins, Structure& structure) {
  const std::vector<Node>& nodes = program.graph().nodes;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    const Node& node = nodes[n];
    if (node.op == "Shape" || node.op == "LSTM" || movers().count(node.op) > 0) continue;
    if (!origins.reads(node, structure.input)) continue;
    const bool product = node.op == "Gemm" || node.op == "MatMul";
    if (product && !structure.product && n > structure.lstms.back()) {
      structure.product = n;
    } else if (node.op == "Add" && structure.product && !structure.bias) {
      structure.bias = n;
    } else {
      throw NotNative{name_of(program, node) + " is not part of LSTM layers with a linear head"};
    }
  }
}

}  // namespace

Structure structure_of(const Program& program) {
  Structure structure;
  structure.lstms = lstms_of(program);
  const Origins origins(program);
  const Node& first = program.graph().nodes[structure.lstms.front()];
  const Names& from = origins.graph_inputs(first.inputs[0]);
  if (from.size() != 1) throw NotNative{name_of(program, first) + " reads no single input"};
  structure.input = *from.begin();
  structure.states = states_of(program, origins, structure);
  find_head(program, origins, structure);
  return structure;
}

}  // namespace sluice::formats::onnx
