// Which graphs are stacks of LSTM layers with a linear head, and which only look like it. What
// exporters write is in recorded_test.cpp.
#include <gtest/gtest.h>

#include <string>

#include "formats/onnx/made_model.hpp"

namespace sluice::formats::onnx {
namespace {

// Layers of LSTM nodes, time first, sizes 3 -> 2 -> 2; "h0" and "h1" are their outputs [T, B, 2].
class Layers {
 public:
  explicit Layers(int opset = 12) : made(opset) { made.input("x"); }

  NodeProto& layer(std::size_t number, const std::string& input, std::size_t width,
                   const std::string& state = "") {
    const std::string n = std::to_string(number);
    made.constant("W" + n, random_floats({1, 8, width}, 10 + number));
    made.constant("R" + n, random_floats({1, 8, 2}, 20 + number));
    made.constant("B" + n, random_floats({1, 16}, 30 + number));
    NodeProto& node = made.node("LSTM", {input, "W" + n, "R" + n, "B" + n, "", state}, {"Y" + n});
    node.set_name("lstm" + n);
    set(made.node("Squeeze", {"Y" + n}, {"h" + n}), "axes", std::vector<std::int64_t>{1});
    return node;
  }

  NativeResult native(const std::string& output) {
    made.output(output);
    return made.load().native();
  }
  std::string reason(const std::string& output) {
    const NativeResult result = native(output);
    return result.model ? "it is native" : result.reason;
  }

  MadeModel made;
};

TEST(Native, TwoLayersAndAProductWithABiasAreAStack) {
  Layers layers;
  layers.layer(0, "x", 3);
  layers.layer(1, "h0", 2);
  layers.made.constant("V", random_floats({2, 5}, 4));
  layers.made.constant("b", random_floats({1, 5}, 5));
  layers.made.node("MatMul", {"h1", "V"}, {"product"});
  layers.made.node("Add", {"b", "product"}, {"y"});
  const NativeResult result = layers.native("y");
  ASSERT_TRUE(result.model) << result.reason;
  EXPECT_EQ(result.model->architecture.hidden, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(result.model->architecture.output, 5u);
  EXPECT_TRUE(result.model->time_first);
  EXPECT_FALSE(result.model->last_step_only);
  EXPECT_EQ(result.model->input, "x");
  EXPECT_EQ(result.model->output, "y");
}

TEST(Native, OptionsOfTheCellAreKept) {
  MadeModel made = lstm_model({"B", "", "", "", "P"});
  NodeProto& node = *made.graph().mutable_node(0);
  set(node, "clip", 0.5f);
  set(node, "input_forget", std::int64_t{1});
  set(node, "direction", std::string("reverse"));
  set(node, "activations", std::vector<std::string>{"Sigmoid", "Relu", "Softsign"});
  const NativeResult result = made.load().native();
  ASSERT_TRUE(result.model) << result.reason;
  const Architecture& architecture = result.model->architecture;
  EXPECT_EQ(architecture.cell.gate_clip, 0.5);
  EXPECT_EQ(architecture.cell.coupling, Coupling::forget_from_input);
  EXPECT_TRUE(architecture.cell.peephole);
  EXPECT_EQ(architecture.direction, Direction::reverse);
  EXPECT_EQ(architecture.activations[0].candidate.kind, Activation::relu);
  EXPECT_EQ(result.model->output, "Y");
}

TEST(Native, BatchFirstNodesOfTwoDirectionsAreAStack) {
  MadeModel made;
  made.input("X");
  made.constant("W", random_floats({2, 8, 3}, 1));
  made.constant("R", random_floats({2, 8, 2}, 2));
  NodeProto& node = made.node("LSTM", {"X", "W", "R"}, {"Y"});
  set(node, "direction", std::string("bidirectional"));
  set(node, "layout", std::int64_t{1});
  made.output("Y");
  const NativeResult result = made.load().native();
  ASSERT_TRUE(result.model) << result.reason;
  EXPECT_FALSE(result.model->time_first);
  EXPECT_EQ(result.model->architecture.directions(), 2u);
  EXPECT_EQ(result.model->architecture.biases, 0u);
}

TEST(Native, LayersSideBySideAreNone) {
  Layers wide;
  wide.layer(0, "x", 3);
  wide.layer(1, "x", 3);
  wide.made.node("Add", {"h0", "h1"}, {"y"});
  EXPECT_TRUE(has(wide.reason("y"), "(Add) is not part of"));
  Layers narrow;
  narrow.layer(0, "x", 3);
  narrow.layer(1, "x", 3);
  set(narrow.made.node("Concat", {"h0", "h1"}, {"y"}), "axis", std::int64_t{2});
  EXPECT_TRUE(has(narrow.reason("y"), "'lstm1' (LSTM) does not read the layer before it"));
  Layers same;  // its sizes are those of a stack
  same.layer(0, "x", 2);
  same.layer(1, "x", 2);
  EXPECT_TRUE(has(same.reason("h1"), "no output is that of its LSTM layers"));
}

TEST(Native, LayersThatDifferInAnOptionAreNone) {
  Layers layers;
  layers.layer(0, "x", 3);
  set(layers.layer(1, "h0", 2), "clip", 2.0f);
  EXPECT_TRUE(has(layers.reason("h1"), "'lstm1' (LSTM) has other options than the first"));
}

TEST(Native, AStartFromConstantsIsNoneAndOneFromInputsIs) {
  Layers given;
  given.layer(0, "x", 3, "start");
  given.made.input("start", TensorProto::FLOAT, {1, -1, 2});
  const NativeResult result = given.native("h0");
  EXPECT_TRUE(result.model) << result.reason;
  Layers nonzero;
  nonzero.made.graph().clear_input();
  nonzero.made.input("x", TensorProto::FLOAT, {-1, 3, 3});
  nonzero.made.constant("start", random_floats({1, 3, 2}, 9));
  nonzero.layer(0, "x", 3, "start");
  EXPECT_TRUE(has(nonzero.reason("h0"), "constants that are not zero"));
}

TEST(Native, AHeadThatIsScaledOrNotLinearIsNone) {
  for (const char* name : {"alpha", "beta"}) {
    Layers layers;
    layers.layer(0, "x", 3);
    layers.made.constant("V", random_floats({2, 5}, 4));
    layers.made.constant("b", random_floats({5}, 5));
    layers.made.integers("s", {-1, 2});
    layers.made.node("Reshape", {"h0", "s"}, {"rows"});
    set(layers.made.node("Gemm", {"rows", "V", "b"}, {"y"}), name, 2.0f);
    EXPECT_TRUE(has(layers.reason("y"), "is not a product with one constant matrix"));
  }
  Layers layers;
  layers.layer(0, "x", 3);
  layers.made.node("Tanh", {"h0"}, {"y"});
  EXPECT_TRUE(has(layers.reason("y"), "'the_Tanh' (Tanh) is not part of"));
}

TEST(Native, AGraphThatMovesStepsIsNone) {
  Layers layers;
  layers.layer(0, "x", 3);
  set(layers.made.node("Transpose", {"h0"}, {"y"}), "perm", std::vector<std::int64_t>{2, 0, 1});
  EXPECT_TRUE(has(layers.reason("y"), "no output is that of"));
}

TEST(Native, WeightsThatAreInputsAreNone) {
  MadeModel made = lstm_model();
  made.graph().mutable_initializer()->DeleteSubrange(1, 1);
  made.input("R");
  EXPECT_TRUE(has(made.load().native().reason, "has weights that are not constant"));
}

}  // namespace
}  // namespace sluice::formats::onnx
