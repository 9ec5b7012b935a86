// Models and what ONNX Runtime made of them, recorded by the make_*.py beside this.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "formats/onnx/cases.hpp"

namespace sluice::formats::onnx {
namespace {

const std::string kFolder = SLUICE_SOURCE_DIR "/tests/formats/onnx/";

void print(const Counts& counts) {
  std::printf("%zu cases, largest error %.2g\n", counts.cases, counts.largest);
}

TEST(Recorded, EveryOperatorGivesWhatOnnxRuntimeGives) {
  const Counts counts = run_cases(kFolder + "operators.json", {1e-6, 1e-6});
  print(counts);
  EXPECT_GE(counts.cases, 300u);
}

TEST(Recorded, LstmNodesWithOptionsDrawnAtRandomGiveWhatOnnxRuntimeGives) {
  const Counts counts = run_cases(kFolder + "lstm.json", {1e-5, 1e-5});
  print(counts);
  EXPECT_GE(counts.cases, 64u);
}

TEST(Recorded, WhatExportersWriteGivesWhatOnnxRuntimeGives) {
  const Counts counts = run_cases(kFolder + "exports.json", {1e-6, 1e-6});
  print(counts);
  EXPECT_GE(counts.cases, 25u);
}

// Runs the native model on the case's x, from its initial states, and compares with its output.
void expect_same_output(const NativeModel& native, const nlohmann::json& one) {
  if (one.at("name") == "CNTK's manner, opset 7") return;  // its y is batch first, its x is not
  const Tensors inputs = tensors_from(one.at("inputs"));
  const Tensor& x = inputs.at(native.input);
  engine::Network network(native.architecture);
  network.set_parameters(native.parameters);
  State state;
  if (inputs.count("h0") > 0) {
    state = {inputs.at("h0").as_floats(), inputs.at("c0").as_floats()};
  }
  const std::size_t batch = x.shape[native.time_first ? 1 : 0];
  const std::size_t steps = x.shape[native.time_first ? 0 : 1];
  const std::size_t width = native.architecture.width();
  const std::vector<float> values = x.as_floats();
  std::vector<float> y = engine::run(
      network, {.x = values, .batch = batch, .steps = steps, .time_first = native.time_first},
      state);
  const std::vector<float> expected =
      tensor_from("", one.at("outputs").at(native.output)).as_floats();
  if (native.last_step_only) {
    ASSERT_FALSE(native.time_first);
    std::vector<float> last;
    for (std::size_t b = 0; b < batch; ++b) {
      const auto row = y.begin() + static_cast<std::ptrdiff_t>((b * steps + steps - 1) * width);
      last.insert(last.end(), row, row + static_cast<std::ptrdiff_t>(width));
    }
    y = last;
  }
  ASSERT_EQ(y.size(), expected.size());
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], 1e-6);
}

TEST(Recorded, APlainStackOfAnyExporterBecomesANativeModelAndNothingElseDoes) {
  const nlohmann::json file = read_json(kFolder + "exports.json");
  std::size_t found = 0, others = 0;
  for (const auto& one : file.at("cases")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const OnnxModel model = OnnxModel::parse(from_hex(one.at("model")), "recorded.onnx");
    const NativeResult native = model.native();
    const nlohmann::json& expected = one.at("native");
    if (expected.is_string()) {
      EXPECT_FALSE(native.model);
      EXPECT_NE(native.reason.find(expected.get<std::string>()), std::string::npos)
          << native.reason;
      ++others;
      continue;
    }
    ASSERT_TRUE(native.model) << native.reason;
    EXPECT_EQ(native.model->last_step_only, expected[0].get<bool>());
    EXPECT_EQ(native.model->time_first, expected[1].get<bool>());
    EXPECT_EQ(native.model->architecture.layers(), expected[2].get<std::size_t>());
    EXPECT_EQ(native.model->architecture.output, expected[3].get<std::size_t>());
    expect_same_output(*native.model, one);
    ++found;
  }
  std::printf("%zu native, %zu not\n", found, others);
  EXPECT_GE(found, 15u);
  EXPECT_GE(others, 8u);
}

}  // namespace
}  // namespace sluice::formats::onnx
