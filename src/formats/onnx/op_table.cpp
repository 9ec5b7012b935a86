// The supported operators: inputs, outputs and attributes by opset, from ONNX's changelog
// (github.com/onnx/onnx, docs/Changelog.md). A row holds from its opset until the next row of the
// same name; a version that only added element types has no row of its own.
#include "formats/onnx/kernels.hpp"
#include "formats/onnx/operator.hpp"

namespace sluice::formats::onnx {
namespace {

using Rules = std::vector<AttributeRule>;

constexpr std::size_t kAny = kAnyNumber;
constexpr AttributeKind kInteger = AttributeKind::integer;
constexpr AttributeKind kReal = AttributeKind::real;
constexpr AttributeKind kReals = AttributeKind::reals;
constexpr AttributeKind kIntegers = AttributeKind::integers;
constexpr AttributeKind kTensor = AttributeKind::tensor;

Rules lstm_rules(bool layout) {
  Rules rules = {{"direction", AttributeKind::text},
                 {"hidden_size", kInteger},
                 {"activations", AttributeKind::texts},
                 {"activation_alpha", kReals},
                 {"activation_beta", kReals},
                 {"clip", kReal},
                 {"input_forget", kInteger}};
  if (layout) rules.push_back({"layout", kInteger});
  return rules;
}

std::vector<Operator> made_table() {
  using namespace kernels;  // NOLINT(google-build-using-namespace)
  const Rules axis = {{"axis", kInteger}};
  const Rules one_axis = {{"axis", kInteger, true}};
  const Rules axes = {{"axes", kIntegers}};
  const Rules all_axes = {{"axes", kIntegers, true}};
  const Rules alpha = {{"alpha", kReal}};
  const Rules alpha_beta = {{"alpha", kReal}, {"beta", kReal}};
  const Rules matrix = {
      {"alpha", kReal}, {"beta", kReal}, {"transA", kInteger}, {"transB", kInteger}};
  const Rules norm = {{"epsilon", kReal}, {"momentum", kReal}};
  const Rules norm_14 = {{"epsilon", kReal}, {"momentum", kReal}, {"training_mode", kInteger}};
  const Rules layer_norm = {{"axis", kInteger}, {"epsilon", kReal}, {"stash_type", kInteger}};
  const Rules reduce = {{"axes", kIntegers}, {"keepdims", kInteger}};
  const Rules reduce_by_input = {{"keepdims", kInteger}, {"noop_with_empty_axes", kInteger}};
  const Rules bounds = {
      {"starts", kIntegers, true}, {"ends", kIntegers, true}, {"axes", kIntegers}};
  const Rules start_end = {{"start", kInteger}, {"end", kInteger}};
  const Rules two_axes = {{"batch_axis", kInteger}, {"time_axis", kInteger}};
  const Rules number = {{"value_float", kReal},
                        {"value_floats", kReals},
                        {"value_int", kInteger},
                        {"value_ints", kIntegers},
                        {"value", kTensor}};
  // name, opset, min and max inputs, max outputs, attributes, kernel, foldable
  return {
      {"Abs", 6, 1, 1, 1, {}, abs},
      {"Add", 7, 2, 2, 1, {}, add},
      {"And", 7, 2, 2, 1, {}, logical_and},
      {"BatchNormalization", 7, 5, 5, 1, norm, batch_normalization},
      {"BatchNormalization", 14, 5, 5, 1, norm_14, batch_normalization},
      {"Cast", 6, 1, 1, 1, {{"to", kInteger, true}}, kernels::cast},
      {"Cast", 19, 1, 1, 1, {{"to", kInteger, true}, {"saturate", kInteger}}, kernels::cast},
      {"Concat", 4, 1, kAny, 1, one_axis, concat},
      {"Constant", 1, 0, 0, 1, {{"value", kTensor, true}}, constant},
      {"Constant", 12, 0, 0, 1, number, constant},
      {"ConstantOfShape", 9, 1, 1, 1, {{"value", kTensor}}, constant_of_shape},
      {"Div", 7, 2, 2, 1, {}, div},
      {"Dropout", 7, 1, 1, 2, {{"ratio", kReal}}, dropout},
      {"Dropout", 12, 1, 3, 2, {{"seed", kInteger}}, dropout},
      {"Elu", 6, 1, 1, 1, alpha, elu},
      {"Equal", 7, 2, 2, 1, {}, equal},
      {"Exp", 6, 1, 1, 1, {}, exp},
      {"Expand", 8, 2, 2, 1, {}, expand},
      {"Flatten", 1, 1, 1, 1, axis, flatten},
      {"Gather", 1, 2, 2, 1, axis, gather},
      {"Gemm", 7, 3, 3, 1, matrix, gemm, false},
      {"Gemm", 11, 2, 3, 1, matrix, gemm, false},
      {"GlobalAveragePool", 1, 1, 1, 1, {}, global_average_pool},
      {"Greater", 7, 2, 2, 1, {}, greater},
      {"HardSigmoid", 6, 1, 1, 1, alpha_beta, hard_sigmoid},
      {"Identity", 1, 1, 1, 1, {}, identity},
      {"LSTM", 7, 3, 8, 3, lstm_rules(false), lstm, false},
      {"LSTM", 14, 3, 8, 3, lstm_rules(true), lstm, false},
      {"LayerNormalization", 17, 2, 3, 1, layer_norm, layer_normalization},
      {"LeakyRelu", 6, 1, 1, 1, alpha, leaky_relu},
      {"Less", 7, 2, 2, 1, {}, less},
      {"Log", 6, 1, 1, 1, {}, kernels::log},
      {"LogSoftmax", 1, 1, 1, 1, axis, log_softmax},
      {"MatMul", 1, 2, 2, 1, {}, matmul, false},
      {"Mul", 7, 2, 2, 1, {}, mul},
      {"Neg", 6, 1, 1, 1, {}, neg},
      {"Not", 1, 1, 1, 1, {}, logical_not},
      {"Or", 7, 2, 2, 1, {}, logical_or},
      {"Pow", 7, 2, 2, 1, {}, kernels::pow},
      {"Range", 11, 3, 3, 1, {}, range},
      {"Reciprocal", 6, 1, 1, 1, {}, reciprocal},
      {"ReduceMax", 1, 1, 1, 1, reduce, reduce_max},
      {"ReduceMax", 18, 1, 2, 1, reduce_by_input, reduce_max},
      {"ReduceMean", 1, 1, 1, 1, reduce, reduce_mean},
      {"ReduceMean", 18, 1, 2, 1, reduce_by_input, reduce_mean},
      {"ReduceSum", 1, 1, 1, 1, reduce, reduce_sum},
      {"ReduceSum", 13, 1, 2, 1, reduce_by_input, reduce_sum},
      {"Relu", 6, 1, 1, 1, {}, relu},
      {"Reshape", 5, 2, 2, 1, {}, reshape},
      {"Reshape", 14, 2, 2, 1, {{"allowzero", kInteger}}, reshape},
      {"ReverseSequence", 10, 2, 2, 1, two_axes, reverse_sequence},
      {"Shape", 1, 1, 1, 1, {}, kernels::shape},
      {"Shape", 15, 1, 1, 1, start_end, kernels::shape},
      {"Sigmoid", 6, 1, 1, 1, {}, sigmoid},
      {"Slice", 1, 1, 1, 1, bounds, slice},
      {"Slice", 10, 3, 5, 1, {}, slice},
      {"Softmax", 1, 1, 1, 1, axis, softmax},
      {"Softplus", 1, 1, 1, 1, {}, softplus},
      {"Softsign", 1, 1, 1, 1, {}, softsign},
      {"Split", 2, 1, 1, kAny, {{"axis", kInteger}, {"split", kIntegers}}, split},
      {"Split", 13, 1, 2, kAny, axis, split},
      {"Split", 18, 1, 2, kAny, {{"axis", kInteger}, {"num_outputs", kInteger}}, split},
      {"Sqrt", 6, 1, 1, 1, {}, kernels::sqrt},
      {"Squeeze", 1, 1, 1, 1, axes, squeeze},
      {"Squeeze", 13, 1, 2, 1, {}, squeeze},
      {"Sub", 7, 2, 2, 1, {}, sub},
      {"Tanh", 6, 1, 1, 1, {}, kernels::tanh},
      {"Tile", 6, 2, 2, 1, {}, tile},
      {"Transpose", 1, 1, 1, 1, {{"perm", kIntegers}}, transpose},
      {"Unsqueeze", 1, 1, 1, 1, all_axes, unsqueeze},
      {"Unsqueeze", 13, 2, 2, 1, {}, unsqueeze},
      {"Where", 9, 3, 3, 1, {}, kernels::where},
  };
}

}  // namespace

const std::vector<Operator>& operator_table() {
  static const std::vector<Operator> rows = made_table();
  return rows;
}

}  // namespace sluice::formats::onnx
