// The weights of an LSTM node as the parameters of a network's layer.
#include <utility>

#include "formats/onnx/lstm.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

// Where ONNX has the blocks that a layer wants in the order i, f, g, o (peepholes i, f, o).
constexpr std::size_t kGateBlocks[] = {0, 2, 3, 1};   // of i, o, f, c
constexpr std::size_t kPeepholeBlocks[] = {0, 2, 1};  // of i, o, f
constexpr std::size_t kForget = 2;

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

// H from hidden_size or from R's last axis, I from W's.
Sizes sizes_of(const Node& node, const LstmAttributes& attributes, const LstmWeights& weights) {
  const auto last = [](const Value& value) { return value.rank() == 3 ? value.shape()[2] : 0; };
  const std::size_t hidden = attributes.hidden.value_or(last(*weights.r));
  const Sizes sizes{attributes.directions(), hidden, last(*weights.w)};
  if (sizes.hidden == 0 || sizes.hidden > (std::size_t{1} << 20) || sizes.input == 0) {
    throw Error(ErrorCode::shape,
                {.where = node.where,
                 .what = "its W and R are no weights of a layer",
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

network::Architecture architecture_of(const LstmAttributes& attributes, const Sizes& sizes,
                                      const LstmWeights& weights) {
  network::Architecture architecture;
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

// Copies blocks of `size` floats, those of the forget gate only where the layer has one.
class Blocks {
 public:
  explicit Blocks(bool coupled) : coupled_(coupled) {}

  template <std::size_t N>
  void copy(const float* from, const std::size_t (&order)[N], std::size_t size, float* to) const {
    for (const std::size_t block : order) {
      if (coupled_ && block == kForget) continue;
      std::copy(from + block * size, from + (block + 1) * size, to);
      to += size;
    }
  }

 private:
  bool coupled_;
};

}  // namespace

LstmLayer lstm_layer(const Node& node, const LstmAttributes& attributes,
                     const LstmWeights& weights) {
  for (const Value* value : {weights.w, weights.r, weights.b, weights.p}) expect_float(node, value);
  const Sizes sizes = sizes_of(node, attributes, weights);
  LstmLayer layer{architecture_of(attributes, sizes, weights), {}};
  const auto list = network::parameter_list(layer.architecture);
  layer.parameters.resize(network::parameter_count(list));
  const std::size_t h = sizes.hidden;
  const Blocks blocks(attributes.coupled);
  for (const network::Parameter& parameter : list) {
    const std::size_t d = parameter.direction;
    float* to = layer.parameters.data() + parameter.offset;
    switch (parameter.role) {
      case network::Role::weight_ih:
        blocks.copy(weights.w->as<float>().data() + d * 4 * h * sizes.input, kGateBlocks,
                    h * sizes.input, to);
        break;
      case network::Role::weight_hh:
        blocks.copy(weights.r->as<float>().data() + d * 4 * h * h, kGateBlocks, h * h, to);
        break;
      case network::Role::bias_ih:
        blocks.copy(weights.b->as<float>().data() + d * 8 * h, kGateBlocks, h, to);
        break;
      case network::Role::bias_hh:
        blocks.copy(weights.b->as<float>().data() + d * 8 * h + 4 * h, kGateBlocks, h, to);
        break;
      case network::Role::peephole:
        blocks.copy(weights.p->as<float>().data() + d * 3 * h, kPeepholeBlocks, h, to);
        break;
      default:
        throw Error(ErrorCode::internal,
                    {.where = node.where,
                     .what = "a parameter that ONNX does not have: " + parameter.name});
    }
  }
  return layer;
}

}  // namespace sluice::formats::onnx
