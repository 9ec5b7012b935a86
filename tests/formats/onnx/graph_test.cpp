// What a file may not say: each is refused at load, by the name of the node, tensor or attribute.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "formats/onnx/made_model.hpp"

namespace sluice::formats::onnx {
namespace {

// x -> Relu -> y
MadeModel relu_model(int opset = 14) {
  MadeModel made(opset);
  made.input("x");
  made.node("Relu", {"x"}, {"y"});
  made.output("y");
  return made;
}

Tensor run_one(const OnnxModel& model, const Tensor& x) { return model.run({{"x", x}}).at("y"); }

TEST(Graph, OpsetsOutside7To22AreRefusedWithWhatToDo) {
  for (const int opset : {7, 13, 22}) EXPECT_NO_THROW(relu_model(opset).load()) << opset;
  const std::string older = relu_model(6).refusal(), newer = relu_model(23).refusal();
  EXPECT_TRUE(has(older, "expected opset 7 to 22, got 6")) << older;
  EXPECT_TRUE(has(older, "newer opset")) << older;
  EXPECT_TRUE(has(newer, "got 23")) << newer;
  EXPECT_TRUE(has(newer, "opset_version=22")) << newer;
  MadeModel none = relu_model();
  none.proto.clear_opset_import();
  EXPECT_TRUE(has(none.refusal(), "names no version")) << none.refusal();
  MadeModel two = relu_model();
  two.proto.add_opset_import()->set_version(15);
  EXPECT_TRUE(has(two.refusal(), "two versions")) << two.refusal();
}

TEST(Graph, AnUnknownOperatorIsRefusedByItsNodeWithTheListOfThoseKnown) {
  MadeModel made = relu_model();
  made.node("Frobnicate", {"x"}, {"z"});
  const std::string message = made.refusal();
  EXPECT_TRUE(has(message, "m.onnx, node 'the_Frobnicate' (Frobnicate)")) << message;
  EXPECT_TRUE(has(message, "Gemm, GlobalAveragePool, ")) << message;
}

TEST(Graph, AnOperatorOfALaterOpsetOrAnotherDomainIsRefused) {
  MadeModel late = relu_model(7);
  late.node("Expand", {"x", "x"}, {"z"});
  EXPECT_TRUE(has(late.refusal(), "opset 8 or higher, got 7")) << late.refusal();
  MadeModel other = relu_model();
  other.node("Relu", {"x"}, {"z"}).set_domain("com.microsoft");
  EXPECT_TRUE(has(other.refusal(), "'com.microsoft'")) << other.refusal();
  MadeModel unused = relu_model();
  unused.proto.add_opset_import()->set_domain("ai.onnx.ml");
  EXPECT_NO_THROW(unused.load());
}

TEST(Graph, ASubGraphIsRefusedAsItsOperatorIs) {
  MadeModel made = relu_model();
  AttributeProto& body = *made.node("Loop", {"x"}, {"z"}).add_attribute();
  body.set_name("body");
  body.set_type(AttributeProto::GRAPH);
  EXPECT_TRUE(has(made.refusal(), "(Loop): an unknown operator")) << made.refusal();
}

TEST(Graph, NodesInAnyOrderRun) {
  MadeModel made;
  made.input("x");
  made.node("Neg", {"b"}, {"y"});
  made.node("Add", {"a", "x"}, {"b"});
  made.node("Relu", {"x"}, {"a"});
  made.output("y");
  const Tensor y = run_one(made.load(), floats({3}, {-1.0f, 2.0f, 0.5f}));
  EXPECT_EQ(y.as_floats(), (std::vector<float>{1.0f, -4.0f, -1.0f}));
}

TEST(Graph, ALoopOfNodesIsRefused) {
  MadeModel made = relu_model();
  made.node("Add", {"x", "b"}, {"a"});
  made.node("Neg", {"a"}, {"b"});
  EXPECT_TRUE(has(made.refusal(), "the_Add' (Add): it depends on its own output"))
      << made.refusal();
}

TEST(Graph, ANameGivenTwiceOrNotAtAllIsRefused) {
  MadeModel twice = relu_model();
  twice.node("Neg", {"x"}, {"y"});
  EXPECT_TRUE(has(twice.refusal(), "'y' has a name that is taken")) << twice.refusal();
  MadeModel input = relu_model();
  input.node("Neg", {"y"}, {"x"});
  EXPECT_TRUE(has(input.refusal(), "'x' has a name that is taken")) << input.refusal();
  MadeModel none = relu_model();
  none.node("Neg", {"nothing"}, {"z"});
  EXPECT_TRUE(has(none.refusal(), "(Neg): no node, input or tensor gives 'nothing'"))
      << none.refusal();
  MadeModel output = relu_model();
  output.output("z");
  EXPECT_TRUE(has(output.refusal(), "output 'z'")) << output.refusal();
  MadeModel tensors = relu_model();
  tensors.integers("w", {1});
  tensors.integers("w", {2});
  EXPECT_TRUE(has(tensors.refusal(), "tensor 'w': it is there twice")) << tensors.refusal();
  MadeModel inputs = relu_model();
  inputs.input("x");
  EXPECT_TRUE(has(inputs.refusal(), "input 'x': it is there twice")) << inputs.refusal();
}

TEST(Graph, AttributesMustBeThoseOfTheOperatorInItsOpset) {
  MadeModel unknown = relu_model();
  set(*unknown.graph().mutable_node(0), "slope", 0.5f);
  EXPECT_TRUE(has(unknown.refusal(), "(Relu), attribute 'slope'")) << unknown.refusal();
  MadeModel kind = relu_model();
  set(kind.node("Concat", {"x"}, {"z"}), "axis", 1.0f);
  EXPECT_TRUE(has(kind.refusal(), "expected an integer, got a float")) << kind.refusal();
  MadeModel missing = relu_model();
  missing.node("Concat", {"x"}, {"z"});
  EXPECT_TRUE(has(missing.refusal(), "its attribute 'axis' is missing")) << missing.refusal();
  for (const int opset : {11, 13}) {
    MadeModel axes = relu_model(opset);
    set(axes.node("Squeeze", {"x"}, {"z"}), "axes", std::vector<std::int64_t>{0});
    EXPECT_EQ(axes.refusal() == "no error", opset < 13) << axes.refusal();
  }
  MadeModel twice = relu_model();
  NodeProto& concat = twice.node("Concat", {"x"}, {"z"});
  set(concat, "axis", std::int64_t{0});
  set(concat, "axis", std::int64_t{1});
  EXPECT_TRUE(has(twice.refusal(), "attribute 'axis': it is there twice")) << twice.refusal();
}

TEST(Graph, TheNumberOfInputsAndOutputsIsChecked) {
  MadeModel inputs = relu_model();
  inputs.node("Add", {"x"}, {"z"});
  EXPECT_TRUE(has(inputs.refusal(), "wrong number of inputs: expected 2, got 1"))
      << inputs.refusal();
  MadeModel outputs = relu_model();
  outputs.node("Neg", {"x"}, {"a", "b"});
  EXPECT_TRUE(has(outputs.refusal(), "wrong number of outputs")) << outputs.refusal();
  MadeModel empty = relu_model();
  empty.node("Add", {"x", ""}, {"z"});
  EXPECT_TRUE(has(empty.refusal(), "its input 1 is missing")) << empty.refusal();
}

// A tensor that is wrong in one way, and what the message says of it.
void expect_tensor_refused(const std::string& part, void (*spoil)(TensorProto&)) {
  MadeModel made = relu_model();
  spoil(made.constant("w", floats({2, 3}, {1, 2, 3, 4, 5, 6})));
  const std::string message = made.refusal();
  EXPECT_TRUE(has(message, "m.onnx, tensor 'w': ") && has(message, part))
      << part << ": " << message;
}

TEST(Graph, ATensorMustHoldWhatItsShapeSays) {
  expect_tensor_refused("expected 24 bytes for [2, 3], got 23",
                        [](TensorProto& w) { w.mutable_raw_data()->pop_back(); });
  expect_tensor_refused("a negative length", [](TensorProto& w) { w.set_dims(0, -2); });
  expect_tensor_refused("its shape overflows", [](TensorProto& w) {
    w.set_dims(0, std::numeric_limits<std::int64_t>::max());
    w.set_dims(1, std::numeric_limits<std::int64_t>::max());
  });
  expect_tensor_refused("got 24", [](TensorProto& w) { w.set_dims(0, std::int64_t{1} << 40); });
  expect_tensor_refused("too many dimensions", [](TensorProto& w) {
    for (int i = 0; i < 40; ++i) w.add_dims(1);
  });
  expect_tensor_refused("its elements are there twice",
                        [](TensorProto& w) { w.add_float_data(1); });
  expect_tensor_refused("6 elements, got 1", [](TensorProto& w) {
    w.clear_raw_data();
    w.add_float_data(1);
  });
  expect_tensor_refused("got int64_data", [](TensorProto& w) { w.add_int64_data(1); });
  expect_tensor_refused("expected 0..1, got 7", [](TensorProto& w) {
    w.clear_raw_data();
    w.clear_dims();
    w.set_data_type(TensorProto::BOOL);
    w.add_int32_data(7);
  });
}

TEST(Graph, TensorsOfOtherTypesAndInOtherFilesAreRefusedByName) {
  expect_tensor_refused("got STRING", [](TensorProto& w) { w.set_data_type(TensorProto::STRING); });
  expect_tensor_refused("got UINT8", [](TensorProto& w) { w.set_data_type(TensorProto::UINT8); });
  expect_tensor_refused("got type 99", [](TensorProto& w) { w.set_data_type(99); });
  expect_tensor_refused("save_as_external_data=False",
                        [](TensorProto& w) { w.set_data_location(TensorProto::EXTERNAL); });
  expect_tensor_refused("one segment", [](TensorProto& w) { w.mutable_segment()->set_begin(0); });
}

TEST(Graph, FieldsOfNewerFormatsThatSayNothingOfTheSumsAreAllowedAndOthersAreNot) {
  MadeModel made = relu_model();
  made.graph().mutable_node(0)->mutable_unknown_fields()->AddLengthDelimited(9, "metadata_props");
  EXPECT_NO_THROW(made.load());
  made.graph().mutable_node(0)->mutable_unknown_fields()->AddVarint(77, 1);
  EXPECT_TRUE(has(made.refusal(), "(Relu): an unknown field: got field 77")) << made.refusal();
}

TEST(Graph, InputsAndOutputsAreArraysOfKnownTypes) {
  MadeModel text = relu_model();
  text.input("s", TensorProto::STRING);
  EXPECT_TRUE(has(text.refusal(), "input 's'") && has(text.refusal(), "STRING")) << text.refusal();
  MadeModel sequence = relu_model();
  auto& info = *sequence.graph().add_input();
  info.set_name("s");
  info.mutable_type()->mutable_sequence_type();
  EXPECT_TRUE(has(sequence.refusal(), "it is not a tensor")) << sequence.refusal();
  MadeModel none = relu_model();
  none.graph().clear_output();
  EXPECT_TRUE(has(none.refusal(), "no output")) << none.refusal();
}

TEST(Graph, AFileOfAnotherKindIsSaidToBeSo) {
  const auto message = [](const std::string& bytes) {
    return error_message(ErrorCode::model, [&] { OnnxModel::parse(bytes, "m.onnx"); });
  };
  EXPECT_TRUE(has(message("PK\x03\x04 and so on"), "zip archive")) << message("PK\x03\x04");
  EXPECT_TRUE(has(message(""), "not an ONNX model")) << message("");
  EXPECT_TRUE(has(error_message(ErrorCode::file, [] { OnnxModel::load("/nowhere/m.onnx"); }),
                  "/nowhere/m.onnx"));
}

}  // namespace
}  // namespace sluice::formats::onnx
