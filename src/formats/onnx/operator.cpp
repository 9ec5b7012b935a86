// Finds a node's row in the operator table and checks the node against it.
#include "formats/onnx/operator.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "formats/onnx/graph_error.hpp"
#include "formats/quotes.hpp"

namespace sluice::formats::onnx {
namespace {

// "Abs, Add, ..", each once.
std::string known_operators() {
  std::set<std::string_view> known;
  for (const Operator& row : operator_table()) known.insert(row.name);
  return fmt::format("{}", fmt::join(known, ", "));
}

const Operator& find_operator(const Node& node, int opset) {
  const Operator* found = nullptr;
  const Operator* oldest = nullptr;
  for (const Operator& row : operator_table()) {
    if (row.name != node.op) continue;
    if (oldest == nullptr) oldest = &row;
    if (row.since <= opset) found = &row;
  }
  if (found != nullptr) return *found;
  if (oldest != nullptr) {
    fail(node.where, "the operator is newer than the file's opset",
         fmt::format("opset {} or higher", oldest->since), std::to_string(opset),
         "export the model with a newer opset");
  }
  fail(node.where, "an unknown operator", "one of " + known_operators(), in_quotes(node.op),
       "export the part of the model that has these, and do the rest outside");
}

void check_count(const Node& node, const char* what, std::size_t least, std::size_t most,
                 std::size_t got) {
  if (got >= least && got <= most) return;
  const std::string expected = least == most        ? std::to_string(least)
                               : most == kAnyNumber ? "at least " + std::to_string(least)
                                                    : fmt::format("{} to {}", least, most);
  fail(node.where, fmt::format("the wrong number of {}", what), expected, std::to_string(got),
       "the file is damaged, or says the wrong opset: export it again");
}

const char* kind_name(AttributeKind kind) {
  constexpr const char* kNames[] = {"an integer",
                                    "a float",
                                    "a text",
                                    "a tensor",
                                    "a list of integers",
                                    "a list of floats",
                                    "a list of texts",
                                    "a sub-graph or something else unknown"};
  return kNames[static_cast<std::size_t>(kind)];
}

void check_attributes(const Node& node, const Operator& row) {
  for (const auto& attribute : node.attributes) {
    const std::string where = node.where + ", attribute " + in_quotes(attribute.first);
    const AttributeRule* rule = nullptr;
    for (const AttributeRule& candidate : row.attributes) {
      if (candidate.name == attribute.first) rule = &candidate;
    }
    if (rule == nullptr) {
      fail(where, "the operator has no such attribute in this opset", "", "",
           "the file is damaged, or says the wrong opset: export it again");
    }
    if (rule->kind != attribute.second.kind) {
      fail(where, "an attribute of another kind", kind_name(rule->kind),
           kind_name(attribute.second.kind), "the file is damaged: export it again");
    }
  }
  for (const AttributeRule& rule : row.attributes) {
    if (rule.required && node.attributes.count(std::string(rule.name)) == 0) {
      fail(node.where, fmt::format("its attribute '{}' is missing", rule.name), "", "",
           "the file is damaged: export it again");
    }
  }
}

}  // namespace

const Operator& operator_of(const Node& node, int opset) {
  const Operator& row = find_operator(node, opset);
  check_count(node, "inputs", row.min_inputs, row.max_inputs, node.inputs.size());
  check_count(node, "outputs", 1, row.max_outputs, node.outputs.size());
  for (std::size_t i = 0; i < row.min_inputs; ++i) {
    if (!node.inputs[i].empty()) continue;
    fail(node.where, fmt::format("its input {} is missing", i), "", "",
         "the file is damaged: export it again");
  }
  check_attributes(node, row);
  return row;
}

}  // namespace sluice::formats::onnx
