// The LSTM node: what it refuses, and where the recorded cases cannot look.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "formats/onnx/made_model.hpp"

namespace sluice::formats::onnx {
namespace {

using Tensors = std::map<std::string, Tensor>;

Tensor lengths(const std::vector<std::int32_t>& values) {
  return Value(DType::i32, {values.size()}, values).to_tensor("");
}

std::string refusal(const MadeModel& made, const Tensors& inputs, ErrorCode code) {
  return error_message(code, [&] { made.load().run(inputs); });
}

NodeProto& node_of(MadeModel& made) { return *made.graph().mutable_node(0); }

TEST(Lstm, LengthsOutsideTheSequenceAreRefused) {
  const MadeModel made = lstm_model({"", "sequence_lens"});
  const Tensor x = random_floats({5, 2, 3}, 7);
  for (const std::int32_t wrong : {-1, 6, std::numeric_limits<std::int32_t>::min()}) {
    const std::string message =
        refusal(made, {{"X", x}, {"sequence_lens", lengths({5, wrong})}}, ErrorCode::data);
    EXPECT_TRUE(has(message, "expected 0 to 5, got " + std::to_string(wrong))) << message;
    EXPECT_TRUE(has(message, "node 'the_LSTM' (LSTM)")) << message;
  }
  const std::string count =
      refusal(made, {{"X", x}, {"sequence_lens", lengths({5})}}, ErrorCode::shape);
  EXPECT_TRUE(has(count, "expected [2], got [1]")) << count;
}

TEST(Lstm, WeightsThatDoNotFitAreRefusedAtLoad) {
  const auto message = [](const char* name, const Shape& shape) {
    MadeModel made = lstm_model({"B", "", "", "", "P"});
    for (auto& tensor : *made.graph().mutable_initializer()) {
      if (tensor.name() != name) continue;
      tensor.clear_dims();
      for (const std::size_t length : shape) tensor.add_dims(static_cast<std::int64_t>(length));
      tensor.set_raw_data(std::string(4 * count_of(shape), '\0'));
    }
    return error_message(ErrorCode::shape, [&] { made.load(); });
  };
  EXPECT_TRUE(has(message("W", {1, 12, 3}), "its input W does not fit: expected [1, 8, 3]"));
  EXPECT_TRUE(has(message("R", {1, 12, 2}), "its input R does not fit: expected [1, 8, 2]"));
  EXPECT_TRUE(has(message("R", {2, 8, 2}), "its input R"));
  EXPECT_TRUE(has(message("B", {1, 8}), "its input B does not fit: expected [1, 16]"));
  EXPECT_TRUE(has(message("P", {1, 8}), "its input P does not fit: expected [1, 6]"));
  EXPECT_TRUE(has(message("R", {8, 2}), "not the weights of a layer"));
  MadeModel hidden = lstm_model();
  set(node_of(hidden), "hidden_size", std::int64_t{3});
  EXPECT_TRUE(has(error_message(ErrorCode::shape, [&] { hidden.load(); }),
                  "its input W does not fit: expected [1, 12, 3], got [1, 8, 3]"));
}

TEST(Lstm, AttributesThatTheOperatorDoesNotAllowAreRefused) {
  const auto message = [](auto name, auto value) {
    MadeModel made = lstm_model();
    set(node_of(made), name, value);
    return made.refusal();
  };
  const std::string direction = message("direction", std::string("sideways"));
  EXPECT_TRUE(has(direction, "attribute 'direction'") && has(direction, "'sideways'")) << direction;
  const std::string clip = message("clip", 0.0f);
  EXPECT_TRUE(has(clip, "expected a number above 0")) << clip;
  EXPECT_TRUE(has(message("clip", std::nanf("")), "attribute 'clip'"));
  EXPECT_TRUE(has(message("hidden_size", std::int64_t{0}), "attribute 'hidden_size'"));
  EXPECT_TRUE(has(message("input_forget", std::int64_t{2}), "expected 0 or 1, got 2"));
  EXPECT_TRUE(has(message("layout", std::int64_t{2}), "attribute 'layout'"));
  EXPECT_TRUE(has(message("output_sequence", std::int64_t{1}), "attribute 'output_sequence'"));
  const std::string count = message("activations", std::vector<std::string>{"Tanh", "Tanh"});
  EXPECT_TRUE(has(count, "3 for each direction")) << count;
  const std::string unknown =
      message("activations", std::vector<std::string>{"Sigmoid", "Swish", "Tanh"});
  EXPECT_TRUE(has(unknown, "'Swish'") && has(unknown, "ThresholdedRelu")) << unknown;
  MadeModel early = lstm_model({}, 13);
  set(node_of(early), "layout", std::int64_t{1});
  EXPECT_TRUE(has(early.refusal(), "no such attribute in this opset")) << early.refusal();
}

TEST(Lstm, InputsThatDoNotFitAreRefused) {
  const MadeModel made = lstm_model({"", "", "initial_h", "initial_c"});
  const Tensor x = random_floats({5, 2, 3}, 1), state = random_floats({1, 2, 2}, 2);
  const Tensor wrong = random_floats({2, 1, 2}, 3);
  const auto message = [&](const Tensor& given, const Tensor& h, const Tensor& c) {
    return refusal(made, {{"X", given}, {"initial_h", h}, {"initial_c", c}}, ErrorCode::shape);
  };
  EXPECT_TRUE(has(message(random_floats({5, 2, 4}, 4), state, state),
                  "its input X does not fit: expected [steps, batch, 3], got [5, 2, 4]"));
  EXPECT_TRUE(has(message(random_floats({5, 6}, 4), state, state), "its input X"));
  EXPECT_TRUE(has(message(x, wrong, state), "initial_h does not fit: expected [1, 2, 2]"));
  EXPECT_TRUE(has(message(x, state, wrong), "initial_c does not fit: expected [1, 2, 2]"));
}

TEST(Lstm, ASequenceWithoutStepsGivesZerosWhateverItStartedFrom) {
  const MadeModel made = lstm_model({"B", "sequence_lens", "initial_h", "initial_c"});
  const Tensor state = random_floats({1, 3, 2}, 2);
  Tensors inputs = {{"X", random_floats({4, 3, 3}, 1)},
                    {"sequence_lens", lengths({2, 0, 4})},
                    {"initial_h", state},
                    {"initial_c", state}};
  const auto outputs = made.load().run(inputs);
  const std::vector<float> y = outputs.at("Y").as_floats(), h = outputs.at("Y_h").as_floats(),
                           c = outputs.at("Y_c").as_floats();
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t t = 0; t < 4; ++t) {
      EXPECT_EQ(y[(t * 3 + 1) * 2 + k], 0.0f);
      EXPECT_EQ(y[(t * 3 + 0) * 2 + k] != 0.0f, t < 2);
    }
    EXPECT_EQ(h[2 + k], 0.0f);
    EXPECT_EQ(c[2 + k], 0.0f);
    EXPECT_EQ(h[k], y[(1 * 3 + 0) * 2 + k]);
    EXPECT_EQ(h[4 + k], y[(3 * 3 + 2) * 2 + k]);
  }
  inputs.at("sequence_lens") = lengths({0, 0, 0});
  for (const auto& output : made.load().run(inputs)) {
    for (const float value : output.second.as_floats()) EXPECT_EQ(value, 0.0f) << output.first;
  }
}

TEST(Lstm, NoStepsAndNoSequencesGiveEmptyOutputs) {
  const MadeModel made = lstm_model();
  const auto no_steps = made.load().run({{"X", floats({0, 2, 3}, {})}});
  EXPECT_EQ(no_steps.at("Y").shape, (Shape{0, 1, 2, 2}));
  EXPECT_EQ(no_steps.at("Y_h").as_floats(), std::vector<float>(4, 0.0f));
  const auto no_rows = made.load().run({{"X", floats({5, 0, 3}, {})}});
  EXPECT_EQ(no_rows.at("Y").shape, (Shape{5, 1, 0, 2}));
  EXPECT_EQ(no_rows.at("Y_c").shape, (Shape{1, 0, 2}));
}

TEST(Lstm, WeightsGivenWhenItRunsAreThoseOfAPreparedNode) {
  MadeModel made = lstm_model();
  const auto prepared = made.load().run({{"X", random_floats({5, 2, 3}, 7)}});
  made.graph().clear_initializer();
  made.input("W");
  made.input("R");
  const auto given = made.load().run({{"X", random_floats({5, 2, 3}, 7)},
                                      {"W", random_floats({1, 8, 3}, 1)},
                                      {"R", random_floats({1, 8, 2}, 2)}});
  for (const auto& output : prepared) EXPECT_EQ(given.at(output.first).bytes, output.second.bytes);
  EXPECT_FALSE(made.load().lstms()[0].architecture);
}

TEST(Lstm, WeightsComputedFromConstantsArePreparedAtLoad) {
  MadeModel made = lstm_model();
  made.graph().mutable_initializer(0)->set_name("raw");
  made.node("Identity", {"raw"}, {"W"});
  EXPECT_TRUE(made.load().lstms()[0].architecture);
}

TEST(Lstm, ANodeOfConstantsAloneRuns) {
  MadeModel made = lstm_model({"B"});
  const Tensor x = random_floats({5, 2, 3}, 7);
  const auto expected = made.load().run({{"X", x}});
  made.graph().clear_input();
  made.constant("X", x);
  EXPECT_EQ(made.load().run({}).at("Y").bytes, expected.at("Y").bytes);
}

// What is past a sequence's end is not read, even where it is not a number.
TEST(Lstm, PaddingChangesNoBit) {
  const OnnxModel model = lstm_model({"B", "sequence_lens"}).load();
  Tensor x = random_floats({5, 2, 3}, 7);
  const auto clean = model.run({{"X", x}, {"sequence_lens", lengths({3, 5})}});
  std::vector<float> values = x.as_floats();
  for (std::size_t t = 3; t < 5; ++t) {
    for (std::size_t i = 0; i < 3; ++i) values[t * 6 + i] = std::nanf("");
  }
  const auto padded =
      model.run({{"X", floats({5, 2, 3}, values)}, {"sequence_lens", lengths({3, 5})}});
  for (const auto& output : clean) EXPECT_EQ(padded.at(output.first).bytes, output.second.bytes);
}

}  // namespace
}  // namespace sluice::formats::onnx
