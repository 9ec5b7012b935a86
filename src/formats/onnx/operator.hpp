// Operators of the interpreter: rows of the table in op_table.cpp, and calls of their kernels. A
// kernel checks the arrays it gets; inputs, outputs and attributes were checked against the opset
// at load.
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
  std::span<const Value* const> inputs;  ///< Null for omitted optional inputs.
  std::size_t max_elements;              ///< Limit of each result array.
  RunBudget& budget;                     ///< Budget of the whole run.
  /// The prepared LSTM node, with its network if the weights are constant.
  const PreparedLstm* lstm = nullptr;

  const Value& input(std::size_t place) const { return *inputs[place]; }
  /// Null if omitted, at the end or in between.
  const Value* optional(std::size_t place) const {
    return place < inputs.size() ? inputs[place] : nullptr;
  }
  /// Whether the node's output at this index is used.
  bool wants(std::size_t place) const {
    return place < node.outputs.size() && !node.outputs[place].empty();
  }

  const Attribute* attribute(const std::string& name) const;
  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  float real(const std::string& name, float otherwise) const;

  /// Converts an ONNX axis, negative from the end, to 0 .. rank-1.
  std::size_t axis(std::int64_t axis, std::size_t rank) const;
  /// The elements of an input of integers with at most one dimension.
  std::vector<std::int64_t> integers(std::size_t place) const;
  /// The elements of an array of integers of any shape.
  std::vector<std::int64_t> integers_of(const Value& value) const;
  /// A list that is an attribute in older opsets and an input in newer ones; nullopt if the node
  /// has neither.
  std::optional<std::vector<std::int64_t>> listed(const std::string& name, std::size_t place) const;
  /// Lengths as a shape. Rejects negative ones, and a shape beyond max_elements or kMaxRank.
  Shape shape_from(const std::vector<std::int64_t>& lengths) const;
  /// Returns the shape unless it has more than max_elements elements or kMaxRank dimensions. For a
  /// shape without elements, the nonzero lengths are limited instead, because code may loop over
  /// them.
  Shape allowed(Shape shape) const;
  /// Call before a product with its multiply-adds, before a sum with kWorkOfElement per element.
  void spend(double work) const { budget.spend(node.where, work); }
  /// Rejects other types; `expected` names the accepted ones.
  void expect_type(bool fits, const Value& value, const char* expected) const;
  void expect_same_type(const Value& a, const Value& b) const;

  /// Throws Error(shape) at this node.
  [[noreturn]] void refuse(std::string what, std::string expected = "", std::string got = "",
                           std::string hint = "") const;
  /// Throws Error(data): the arrays fit, but a value in them is invalid.
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
  int since;  ///< First opset of this row, which holds until a later row of the same name.
  std::size_t min_inputs, max_inputs, max_outputs;
  std::vector<AttributeRule> attributes;
  Kernel kernel;
  /// Whether a node with constant inputs is computed at load; true for cheap operators.
  bool foldable = true;
};

/// No limit on the number.
inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

/// Alphabetical; rows of one name in opset order.
const std::vector<Operator>& operator_table();

/// The row for this operator and opset. Throws Error(model) at the node for an unsupported
/// operator, with the list of supported ones, and for inputs, outputs or attributes that it does
/// not have.
const Operator& operator_of(const Node& node, int opset);

}  // namespace sluice::formats::onnx
