// The door: inputs, outputs, what a run refuses, and what is told of a model.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "formats/onnx/made_model.hpp"

namespace sluice::formats::onnx {
namespace {

MadeModel sum_model() {
  MadeModel made;
  made.input("a", TensorProto::FLOAT, {2, 3});
  made.input("b");
  made.node("Add", {"a", "b"}, {"y"});
  made.output("y");
  return made;
}

std::string refusal(const OnnxModel& model, const std::map<std::string, Tensor>& inputs,
                    ErrorCode code = ErrorCode::shape) {
  return error_message(code, [&] { model.run(inputs); });
}

TEST(Model, DeclaresItsInputsWithTheirNamesTypesAndShapes) {
  MadeModel made = sum_model();
  made.input("n", TensorProto::INT64, {-1, 4});
  auto& shape = *made.graph().mutable_input(2)->mutable_type()->mutable_tensor_type();
  shape.mutable_shape()->mutable_dim(0)->set_dim_param("batch");
  made.input("w");
  made.constant("w", floats({1}, {2.0f}));  // a default, as in files before IR version 4
  const OnnxModel model = made.load();
  ASSERT_EQ(model.inputs().size(), 3u);
  EXPECT_EQ(to_string(model.inputs()[0]), "float32 [2, 3]");
  EXPECT_EQ(to_string(model.inputs()[1]), "float32, any shape");
  EXPECT_EQ(to_string(model.inputs()[2]), "int64 [batch, 4]");
  EXPECT_EQ(model.outputs()[0].name, "y");
  EXPECT_EQ(model.opset(), 14);
  EXPECT_EQ(model.operators(), (std::map<std::string, std::size_t>{{"Add", 1}}));
}

TEST(Model, AnInputThatIsMissingUnknownOrOtherwiseThanDeclaredIsRefused) {
  const OnnxModel model = sum_model().load();
  const Tensor a = random_floats({2, 3}, 1), wrong = random_floats({3, 2}, 2);
  const std::string missing = refusal(model, {{"a", a}});
  EXPECT_TRUE(has(missing, "m.onnx, input 'b': no array was given")) << missing;
  EXPECT_TRUE(has(missing, "'a' float32 [2, 3]; 'b' float32, any shape")) << missing;
  const std::string unknown = refusal(model, {{"a", a}, {"b", a}, {"c", a}});
  EXPECT_TRUE(has(unknown, "it has no input 'c'")) << unknown;
  const std::string shape = refusal(model, {{"a", wrong}, {"b", a}});
  EXPECT_TRUE(has(shape, "expected float32 [2, 3], got float32 [3, 2]")) << shape;
  Tensor integers{"", {3}, DType::i32, std::string(12, '\0')};
  const std::string type = refusal(model, {{"a", a}, {"b", integers}});
  EXPECT_TRUE(has(type, "expected float32, any shape, got int32 [3]")) << type;
  integers.bytes.pop_back();
  EXPECT_TRUE(has(refusal(model, {{"a", a}, {"b", integers}}), "does not fit its bytes"));
}

TEST(Model, ArraysThatDoNotFitInANodeAreRefusedByItsName) {
  const OnnxModel model = sum_model().load();
  const std::string message =
      refusal(model, {{"a", random_floats({2, 3}, 1)}, {"b", random_floats({2}, 2)}});
  EXPECT_TRUE(has(message, "m.onnx, node 'the_Add' (Add): the shapes of its inputs do not fit"))
      << message;
}

TEST(Model, OutputsMayBeInputsConstantsOrComputedAtLoad) {
  MadeModel made;
  made.input("x");
  made.integers("c", {2, 3});
  made.node("ConstantOfShape", {"c"}, {"zeros"});
  for (const char* name : {"x", "zeros"}) made.output(name);
  made.output("c", TensorProto::INT64);
  const Tensor x = random_floats({5}, 1);
  const auto outputs = made.load().run({{"x", x}});
  EXPECT_EQ(outputs.at("x").bytes, x.bytes);
  EXPECT_EQ(outputs.at("zeros").shape, (Shape{2, 3}));
  EXPECT_EQ(outputs.at("c").dtype, DType::i64);
}

TEST(Model, HalfPrecisionIsRoundedToNearestEvenAfterEachNode) {
  MadeModel made;
  made.input("x");
  NodeProto& narrow = made.node("Cast", {"x"}, {"h"});
  set(narrow, "to", std::int64_t{TensorProto::FLOAT16});
  made.node("Add", {"h", "h"}, {"y"});
  made.output("y", TensorProto::FLOAT16);
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor y =
      made.load()
          .run({{"x", floats({6}, {2049.0f, 2051.0f, 0.1f, 40000.0f, -65520.0f, 0x1p-25f})}})
          .at("y");
  EXPECT_EQ(y.dtype, DType::f16);
  EXPECT_EQ(y.as_floats(),
            (std::vector<float>{4096.0f, 4104.0f, 0.199951171875f, infinity, -infinity, 0.0f}));
  const Value brain(DType::bf16, {3}, std::vector<float>{1.00390625f, 1.01171875f, -3.3e38f});
  EXPECT_EQ(brain.as<float>(), (std::vector<float>{1.0f, 1.015625f, -0x1.f0p127f}));
}

TEST(Model, IntegersThatOverflowWrapAndADivisionByZeroIsRefused) {
  MadeModel made;
  made.input("a", TensorProto::INT64);
  made.input("b", TensorProto::INT64);
  made.node("Mul", {"a", "b"}, {"product"});
  made.node("Div", {"product", "b"}, {"y"});
  made.output("y", TensorProto::INT64);
  const auto whole = [](std::int64_t value) {
    return Value(DType::i64, {1}, std::vector<std::int64_t>{value}).to_tensor("");
  };
  const OnnxModel model = made.load();
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(model.run({{"a", whole(lowest)}, {"b", whole(-1)}}).at("y").bytes, whole(lowest).bytes);
  EXPECT_TRUE(has(refusal(model, {{"a", whole(1)}, {"b", whole(0)}}, ErrorCode::data),
                  "(Div): an integer is divided by 0"));
}

TEST(Model, FloatsOutsideTheIntegersBecomeTheNearestOneAndNanZero) {
  MadeModel made;
  made.input("x");
  set(made.node("Cast", {"x"}, {"y"}), "to", std::int64_t{TensorProto::INT32});
  made.output("y", TensorProto::INT32);
  const Tensor y =
      made.load().run({{"x", floats({4}, {std::nanf(""), 1e30f, -1e30f, -2.9f})}}).at("y");
  EXPECT_EQ(Value::from_tensor(y).as<std::int32_t>(),
            (std::vector<std::int32_t>{0, std::numeric_limits<std::int32_t>::max(),
                                       std::numeric_limits<std::int32_t>::min(), -2}));
}

TEST(Model, AnArrayFarLargerThanWhatGoesInIsRefused) {
  MadeModel made;
  made.input("x");
  made.integers("s", {1 << 15, 1 << 15});
  made.node("Expand", {"x", "s"}, {"y"});
  made.output("y");
  const std::string message = refusal(made.load(), {{"x", floats({1}, {1.0f})}});
  EXPECT_TRUE(has(message, "(Expand): its result is too large")) << message;
}

// Nodes whose arrays do not fit: each is refused by its name.
TEST(Model, EveryOperatorRefusesWhatDoesNotFitIt) {
  struct Case {
    const char* op;
    std::vector<std::int64_t> list;  // the second input
    const char* attribute;
    std::int64_t value;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"Reshape", {5, 5}, "", 0, "does not fit the elements"},
      {"Reshape", {-1, -1}, "", 0, "two lengths of -1"},
      {"Reshape", {2, 3, 0}, "", 0, "copies a length"},
      {"Reshape", {-1, 4}, "", 0, "does not fit the elements"},
      {"Squeeze", {0}, "", 0, "cannot be squeezed"},
      {"Squeeze", {7}, "", 0, "an axis that the array does not have"},
      {"Unsqueeze", {0, 0}, "", 0, "an axis is named twice"},
      {"Unsqueeze", {-9}, "", 0, "an axis that the array does not have"},
      {"Expand", {4, 4}, "", 0, "cannot be repeated"},
      {"Expand", {-1}, "", 0, "a negative length"},
      {"Tile", {1}, "", 0, "repeats do not fit"},
      {"Tile", {1, std::int64_t{1} << 62}, "", 0, "too large"},
      {"Gather", {2}, "", 0, "an index outside its array"},
      {"Gather", {0}, "axis", 2, "an axis that the array does not have"},
      {"Split", {1, 2}, "", 0, "sizes do not fit"},
      {"Split", {-1}, "", 0, "sizes do not fit"},
      {"ReduceSum", {5}, "", 0, "an axis that the array does not have"},
      {"ReverseSequence", {1, 2, 9}, "", 0, "a length outside the sequence"},
      {"ReverseSequence", {1, 2}, "", 0, "lengths do not fit"},
      {"MatMul", {1, 2}, "", 0, "different types"},
      {"Add", {1, 2, 3}, "", 0, "different types"},
  };
  for (const Case& one : cases) {
    MadeModel made;
    made.input("x");
    made.input("list", TensorProto::INT64);
    NodeProto& node = made.node(one.op, {"x", "list"}, {"y"});
    if (*one.attribute != '\0') set(node, one.attribute, one.value);
    made.output("y");
    const Tensor list = Value(DType::i64, {one.list.size()}, one.list).to_tensor("");
    try {
      made.load().run({{"x", random_floats({2, 3}, 1)}, {"list", list}});
      ADD_FAILURE() << one.op << ": " << one.message;
    } catch (const Error& error) {
      EXPECT_TRUE(has(error.what(), one.message) && has(error.what(), "node 'the_"))
          << error.what();
    }
  }
}

TEST(Model, TellsOfItsLstmNodes) {
  MadeModel made = lstm_model({"B", "sequence_lens", "initial_h", "", "P"});
  set(*made.graph().mutable_node(0), "clip", 3.0f);
  const std::vector<LstmSummary> lstms = made.load().lstms();
  ASSERT_EQ(lstms.size(), 1u);
  EXPECT_EQ(lstms[0].node, "node 'the_LSTM' (LSTM)");
  EXPECT_TRUE(lstms[0].lengths);
  EXPECT_TRUE(lstms[0].initial_state);
  EXPECT_FALSE(lstms[0].batch_first);
  ASSERT_TRUE(lstms[0].architecture);
  EXPECT_EQ(lstms[0].architecture->input, 3u);
  EXPECT_EQ(lstms[0].architecture->hidden, (std::vector<std::size_t>{2}));
  EXPECT_EQ(lstms[0].architecture->cell.gate_clip, 3.0);
  EXPECT_TRUE(lstms[0].architecture->cell.peephole);
}

}  // namespace
}  // namespace sluice::formats::onnx
