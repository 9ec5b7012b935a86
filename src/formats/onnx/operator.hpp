// What an operator is to the interpreter: a row of the table in op_table.cpp, and the call of its
// kernel. A kernel checks the arrays that it is given; that inputs, outputs and attributes are
// those of the operator in this opset was checked at load.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/graph.hpp"
#include "formats/onnx/run_budget.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {

struct PreparedLstm;

/// One node about to run.
struct Call {
  const Node& node;
  int opset;
  std::span<const Value* const> inputs;  ///< Null where an optional one is left out.
  std::size_t max_elements;              ///< That one array of the results may have.
  RunBudget& budget;                     ///< Of the run that this is part of.
  const PreparedLstm* lstm = nullptr;  ///< An LSTM node's network, where its weights are constant.

  const Value& input(std::size_t place) const { return *inputs[place]; }
  /// Null where it is left out, at the end or between.
  const Value* optional(std::size_t place) const {
    return place < inputs.size() ? inputs[place] : nullptr;
  }
  /// Whether the node's output of this place is wanted.
  bool wants(std::size_t place) const {
    return place < node.outputs.size() && !node.outputs[place].empty();
  }

  const Attribute* attribute(const std::string& name) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  float real(const std::string& name, float otherwise) const;

  /// An axis as ONNX counts it, negative ones from the end, in 0 .. rank-1.
  std::size_t axis(std::int64_t axis, std::size_t rank) const;
  /// The elements of an input of integers with at most one dimension.
  std::vector<std::int64_t> integers(std::size_t place) const;
  /// The elements of an array of integers of any shape.
  std::vector<std::int64_t> integers_of(const Value& value) const;
  /// A list that is an attribute in older opsets and an input in newer ones; nothing where the
  /// node has neither.
  std::optional<std::vector<std::int64_t>> listed(const std::string& name, std::size_t place) const;
  /// Lengths as a shape. Refuses negative ones, and a shape of more than max_elements or kMaxRank.
  Shape shape_from(const std::vector<std::int64_t>& lengths) const;
  /// The shape, unless it has more than max_elements elements or kMaxRank dimensions. Of a shape
  /// without elements the other lengths count: someone may go through them.
  Shape allowed(Shape shape) const;
  /// Before a product: multiply-adds; before a sum over elements: kWorkOfElement for each.
  void spend(double work) const { budget.spend(node.where, work); }
  /// Refuses other types; `expected` names those there should be.
  void expect_type(bool fits, const Value& value, const char* expected) const;
  void expect_same_type(const Value& a, const Value& b) const;

  /// Throws Error(shape) at this node.
  [[noreturn]] void refuse(std::string what, std::string expected = "", std::string got = "",
                           std::string hint = "") const;
  /// Throws Error(data): the arrays fit, a value in them does not.
  [[noreturn]] void refuse_value(std::string what, std::string expected = "",
                                 std::string got = "") const;
};

using Kernel = std::vector<Value> (*)(const Call& call);

struct AttributeRule {
  std::string_view name;
  AttributeKind kind;
  bool required = false;
};

struct Operator {
  std::string_view name;
  int since;  ///< The first opset in which this row holds; a later row of the same name ends it.
  std::size_t min_inputs, max_inputs, max_outputs;
  std::vector<AttributeRule> attributes;
  Kernel kernel;
  bool foldable = true;  ///< Whether constant inputs make it a constant at load: cheap operators.
};

/// An operator may have any number of these.
inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

/// In alphabetical order, rows of one name from the oldest on.
const std::vector<Operator>& operator_table();

/// The row for this operator and opset. Throws Error(model) at the node for one that is not known,
/// with the list of those that are, and for inputs, outputs or attributes that it does not have.
const Operator& operator_of(const Node& node, int opset);

}  // namespace sluice::formats::onnx
