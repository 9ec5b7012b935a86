// Converts LSTM nodes and a head to one network: its architecture and parameters.
#include <algorithm>

#include "formats/onnx/native_parts.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

std::string name_of(const Program& program, std::size_t node) {
  return program.graph().nodes[node].where.substr(program.graph().path.size() + 2);
}

// The head's weight [O, width] and bias [O].
struct Head {
  Value weight, bias;
};

Value transposed(const Value& matrix) {
  const std::size_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  const auto& from = matrix.as<float>();
  std::vector<float> to(from.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
  return {DType::f32, {columns, rows}, std::move(to)};
}

// The node's constant input other than its first, or null.
const Value* constant_input(const Program& program, const Node& node) {
  for (const std::string& name : node.inputs) {
    const Value* value = program.constant(name);
    if (value != nullptr && value->dtype() == DType::f32) return value;
  }
  return nullptr;
}

bool is_one(const Node& node, const char* attribute) {
  const auto found = node.attributes.find(attribute);
  return found == node.attributes.end() || found->second.real == 1.0f;
}

bool is_set(const Node& node, const char* attribute) {
  const auto found = node.attributes.find(attribute);
  return found != node.attributes.end() && found->second.integer != 0;
}

// A bias [O], or one number broadcast to all outputs.
Value bias_of(const Program& program, std::size_t node, const Value* given, std::size_t output) {
  if (given == nullptr || (given->count() != output && given->count() != 1)) {
    throw NotNative{name_of(program, node) + " adds something other than one constant per output"};
  }
  std::vector<float> bias = given->as<float>();
  bias.resize(output, bias[0]);
  return {DType::f32, {output}, std::move(bias)};
}

Head head_of(const Program& program, const Structure& structure) {
  const std::size_t n = *structure.product;
  const Node& node = program.graph().nodes[n];
  const bool gemm = node.op == "Gemm";
  const Value* matrix = program.constant(node.inputs[1]);
  if (matrix == nullptr || matrix->rank() != 2 || matrix->dtype() != DType::f32 ||
      is_set(node, "transA") || !is_one(node, "alpha") || !is_one(node, "beta")) {
    throw NotNative{name_of(program, n) + " is not a product with one constant matrix"};
  }
  Head head;
  head.weight = gemm && is_set(node, "transB") ? *matrix : transposed(*matrix);
  const std::size_t output = head.weight.shape()[0];
  head.bias = Value(DType::f32, {output}, std::vector<float>(output, 0.0f));
  const bool has_c = gemm && node.inputs.size() > 2 && !node.inputs[2].empty();
  if (has_c) head.bias = bias_of(program, n, program.constant(node.inputs[2]), output);
  if (structure.bias) {
    if (has_c) throw NotNative{name_of(program, *structure.bias) + " adds a second bias"};
    const Node& add = program.graph().nodes[*structure.bias];
    head.bias = bias_of(program, *structure.bias, constant_input(program, add), output);
  }
  return head;
}

Architecture architecture_of(const Program& program, const Structure& structure) {
  Architecture all = program.lstm(structure.lstms[0])->layer->architecture;
  for (std::size_t l = 1; l < structure.lstms.size(); ++l) {
    const Architecture& next = program.lstm(structure.lstms[l])->layer->architecture;
    if (next.direction != all.direction || next.activations != all.activations ||
        next.cell != all.cell) {
      throw NotNative{name_of(program, structure.lstms[l]) + " has other options than the first"};
    }
    if (next.input != all.layer_output(l - 1)) {
      throw NotNative{name_of(program, structure.lstms[l]) + " does not read the layer before it"};
    }
    all.hidden.push_back(next.hidden[0]);
    all.biases = std::max(all.biases, next.biases);
  }
  return all;
}

// Finds the stack's parameter in its layer's list; null, meaning zeros, if the layer has none.
const float* find(const LstmLayer& layer, const std::vector<Parameter>& list, Role role,
                  std::size_t direction) {
  for (const Parameter& parameter : list) {
    if (parameter.role == role && parameter.direction == direction) {
      return layer.parameters.data() + parameter.offset;
    }
  }
  return nullptr;
}

}  // namespace

Stack stack_of(const Program& program, const Structure& structure) {
  Stack stack{architecture_of(program, structure), {}};
  Architecture& architecture = stack.architecture;
  Head head;
  if (structure.product) {
    head = head_of(program, structure);
    if (head.weight.shape()[1] != architecture.width()) {
      throw NotNative{name_of(program, *structure.product) + " does not read the last layer"};
    }
    architecture.output = head.weight.shape()[0];
  }
  try {
    check(architecture);
  } catch (const Error& error) {
    throw NotNative{error.what()};
  }
  const std::vector<Parameter> list = parameter_list(architecture);
  stack.parameters.assign(parameter_count(list), 0.0f);
  for (const Parameter& parameter : list) {
    const float* from = nullptr;
    if (parameter.role == Role::head_weight) {
      from = head.weight.as<float>().data();
    } else if (parameter.role == Role::head_bias) {
      from = head.bias.as<float>().data();
    } else {
      const LstmLayer& layer = *program.lstm(structure.lstms[parameter.layer])->layer;
      from = find(layer, parameter_list(layer.architecture), parameter.role, parameter.direction);
    }
    if (from == nullptr) continue;
    std::copy(from, from + parameter.count,
              stack.parameters.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  return stack;
}

}  // namespace sluice::formats::onnx
