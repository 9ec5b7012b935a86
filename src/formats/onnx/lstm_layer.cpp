// Converts the weights of an LSTM node to the parameters of a network's layer.
#include <algorithm>
#include <vector>

#include "formats/gate_order.hpp"
#include "formats/onnx/lstm.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

struct Sizes {
  std::size_t directions, hidden, input;
};

void expect_shape(const Node& node, const char* name, const Value* value, const Shape& expected) {
  if (value == nullptr || value->shape() == expected) return;
  throw Error(ErrorCode::shape, {.where = node.where,
                                 .what = std::string("its input ") + name + " does not fit",
                                 .expected = formats::to_string(expected),
                                 .got = formats::to_string(value->shape()),
                                 .hint = "the file is damaged, or its hidden_size is wrong"});
}

// H from hidden_size or R's last axis, I from W's last axis.
Sizes sizes_of(const Node& node, const LstmAttributes& attributes, const LstmWeights& weights) {
  const auto last = [](const Value& value) { return value.rank() == 3 ? value.shape()[2] : 0; };
  const std::size_t hidden = attributes.hidden.value_or(last(*weights.r));
  const Sizes sizes{attributes.directions(), hidden, last(*weights.w)};
  if (sizes.hidden == 0 || sizes.hidden > (std::size_t{1} << 20) || sizes.input == 0) {
    throw Error(ErrorCode::shape,
                {.where = node.where,
                 .what = "its W and R are not the weights of a layer",
                 .expected = "W [directions, 4 hidden_size, inputs], R [directions, 4 hidden_size, "
                             "hidden_size]",
                 .got = formats::to_string(weights.w->shape()) + " and " +
                        formats::to_string(weights.r->shape())});
  }
  const std::size_t d = sizes.directions, h = sizes.hidden;
  expect_shape(node, "W", weights.w, {d, 4 * h, sizes.input});
  expect_shape(node, "R", weights.r, {d, 4 * h, h});
  expect_shape(node, "B", weights.b, {d, 8 * h});
  expect_shape(node, "P", weights.p, {d, 3 * h});
  return sizes;
}

void expect_float(const Node& node, const Value* value) {
  if (value == nullptr || (is_float(value->dtype()) && value->dtype() != DType::f64)) return;
  throw Error(ErrorCode::shape, {.where = node.where,
                                 .what = "its weights are of a type that the network does not have",
                                 .expected = "float32, float16 or bfloat16",
                                 .got = type_name(value->dtype()),
                                 .hint = "export the model in float32"});
}

Architecture architecture_of(const LstmAttributes& attributes, const Sizes& sizes,
                             const LstmWeights& weights) {
  Architecture architecture;
  architecture.input = sizes.input;
  architecture.hidden = {sizes.hidden};
  architecture.biases = weights.b != nullptr ? 2 : 0;
  architecture.cell.peephole = weights.p != nullptr;
  architecture.cell.coupling = attributes.coupled ? Coupling::forget_from_input : Coupling::none;
  architecture.cell.gate_clip = attributes.clip;
  architecture.activations = attributes.activations;
  architecture.direction = attributes.direction;
  return architecture;
}

// `count` floats of an input, starting at `first`.
std::vector<float> part(const Value& value, std::size_t first, std::size_t count) {
  const auto from = value.as<float>().begin() + static_cast<std::ptrdiff_t>(first);
  return {from, from + static_cast<std::ptrdiff_t>(count)};
}

// One of the layer's parameters, in our gate order.
std::vector<float> in_our_order(const Parameter& parameter, const LstmWeights& weights,
                                const Sizes& sizes, const CellOptions& cell) {
  const std::size_t d = parameter.direction, h = sizes.hidden;
  const auto gates = [&](const Value& value, std::size_t first, std::size_t columns) {
    return gates_to_ours(GateOrder::onnx, part(value, first, 4 * h * columns), {h, columns, cell});
  };
  switch (parameter.role) {
    case Role::weight_ih:
      return gates(*weights.w, d * 4 * h * sizes.input, sizes.input);
    case Role::weight_hh:
      return gates(*weights.r, d * 4 * h * h, h);
    case Role::bias_ih:
      return gates(*weights.b, d * 8 * h, 1);
    case Role::bias_hh:
      return gates(*weights.b, d * 8 * h + 4 * h, 1);
    case Role::peephole:
      return peepholes_to_ours(GateOrder::onnx, part(*weights.p, d * 3 * h, 3 * h), {h, 1, cell});
    case Role::weight_hr:
    case Role::bias_hr:
    case Role::norm_ih:
    case Role::norm_hh:
    case Role::norm_gates:
    case Role::norm_c:
    case Role::norm_c_bias:
    case Role::initial_h:
    case Role::initial_c:
    case Role::head_weight:
    case Role::head_bias:
      break;
  }
  throw Error(ErrorCode::internal, {.what = "ONNX does not have '" + parameter.name + "'"});
}

}  // namespace

LstmLayer lstm_layer(const Node& node, const LstmAttributes& attributes,
                     const LstmWeights& weights) {
  for (const Value* value : {weights.w, weights.r, weights.b, weights.p}) expect_float(node, value);
  const Sizes sizes = sizes_of(node, attributes, weights);
  LstmLayer layer{architecture_of(attributes, sizes, weights), {}};
  const auto list = parameter_list(layer.architecture);
  layer.parameters.resize(parameter_count(list));
  for (const Parameter& parameter : list) {
    const std::vector<float> values =
        in_our_order(parameter, weights, sizes, layer.architecture.cell);
    std::copy(values.begin(), values.end(),
              layer.parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  return layer;
}

}  // namespace sluice::formats::onnx
