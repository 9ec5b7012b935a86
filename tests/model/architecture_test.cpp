// The list of parameters, laid beside PyTorch's own, and the values that training starts from.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/parameters.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

Architecture unequal() { return {.input = 3, .hidden = {5, 7}, .output = 2, .biases = 2}; }

Parameter named(const std::vector<Parameter>& list, const std::string& name) {
  const auto found = std::find_if(
      list.begin(), list.end(), [&](const Parameter& parameter) { return parameter.name == name; });
  if (found == list.end()) throw std::runtime_error("no parameter " + name);
  return *found;
}

// The state dictionary that PyTorch itself wrote, in its order.
TEST(ParameterList, IsPyTorchs) {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/gold/pytorch_sgd.json");
  ASSERT_TRUE(file) << "tests/gold/pytorch_sgd.json is missing";
  const auto recording = nlohmann::ordered_json::parse(file);
  const auto& tensors = recording.at("initial");
  const std::vector<Parameter> list =
      parameter_list({.input = 3, .hidden = {5, 5}, .output = 2, .biases = 2});
  ASSERT_EQ(list.size(), tensors.size());
  std::size_t index = 0, offset = 0;
  for (const auto& [name, tensor] : tensors.items()) {
    const Parameter& ours = list[index++];
    EXPECT_EQ(ours.name, name);
    EXPECT_EQ(ours.shape, tensor.at("shape").get<std::vector<std::size_t>>()) << name;
    EXPECT_EQ(ours.count, tensor.at("data").size()) << name;
    EXPECT_EQ(ours.offset, offset) << name;
    offset += ours.count;
  }
  EXPECT_EQ(parameter_count(list), offset);
}

TEST(ParameterList, GivesEveryLayerItsOwnSizes) {
  const std::vector<Parameter> list = parameter_list(unequal());
  EXPECT_EQ(named(list, "weight_ih_l0").shape, (std::vector<std::size_t>{20, 3}));
  EXPECT_EQ(named(list, "weight_hh_l0").shape, (std::vector<std::size_t>{20, 5}));
  EXPECT_EQ(named(list, "weight_ih_l1").shape, (std::vector<std::size_t>{28, 5}));
  EXPECT_EQ(named(list, "weight_hh_l1").shape, (std::vector<std::size_t>{28, 7}));
  EXPECT_EQ(named(list, "head.weight").shape, (std::vector<std::size_t>{2, 7}));
  // 4H(I + H + 2) a layer, O(H + 1) for the head.
  EXPECT_EQ(parameter_count(list), 20u * (3 + 5 + 2) + 28u * (5 + 7 + 2) + 2u * (7 + 1));
}

TEST(ParameterList, LeavesOutWhatTheModelDoesNotHave) {
  const std::vector<Parameter> list =
      parameter_list({.input = 3, .hidden = {5}, .output = 0, .biases = 0});
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "weight_ih_l0");
  EXPECT_EQ(list[1].name, "weight_hh_l0");
  EXPECT_EQ(parameter_list({.input = 3, .hidden = {5}, .output = 0, .biases = 1}).size(), 3u);
}

TEST(InitialParameters, OpenTheForgetGateAlone) {
  const std::vector<float> values = initial_parameters(unequal(), {.seed = 3});
  const std::vector<Parameter> list = parameter_list(unequal());
  for (const char* name : {"bias_ih_l0", "bias_ih_l1"}) {
    const Parameter bias = named(list, name);
    for (std::size_t j = 0; j < bias.count; ++j) {
      const bool forget = j / bias.hidden == 1;
      EXPECT_EQ(values[bias.offset + j], forget ? 1.0f : 0.0f) << name << ", " << j;
    }
  }
  for (const char* name : {"bias_hh_l0", "bias_hh_l1", "head.bias"}) {
    const Parameter bias = named(list, name);
    for (std::size_t j = 0; j < bias.count; ++j) EXPECT_EQ(values[bias.offset + j], 0.0f) << name;
  }
}

TEST(InitialParameters, FillTheirBoundsEvenly) {
  const Architecture large{.input = 29, .hidden = {31, 47}, .output = 23, .biases = 1};
  const std::vector<float> values = initial_parameters(large, {.seed = 5});
  for (const Parameter& parameter : parameter_list(large)) {
    if (parameter.shape.size() != 2) continue;
    const auto bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(parameter.hidden)));
    const float* first = values.data() + parameter.offset;
    const auto [low, high] = std::minmax_element(first, first + parameter.count);
    EXPECT_GE(*low, -bound) << parameter.name;
    EXPECT_LE(*high, bound) << parameter.name;
    EXPECT_LT(*low, -0.97f * bound) << parameter.name;
    EXPECT_GT(*high, 0.97f * bound) << parameter.name;
    double sum = 0.0;
    for (std::size_t j = 0; j < parameter.count; ++j) sum += first[j];
    // Five standard deviations of a mean of uniform numbers.
    EXPECT_LT(std::abs(sum), 5 * bound * std::sqrt(static_cast<double>(parameter.count) / 3))
        << parameter.name;
  }
}

TEST(InitialParameters, ComeFromTheSeedAlone) {
  EXPECT_EQ(initial_parameters(unequal(), {.seed = 7}), initial_parameters(unequal(), {.seed = 7}));
  EXPECT_NE(initial_parameters(unequal(), {.seed = 7}), initial_parameters(unequal(), {.seed = 8}));
}

TEST(InitialParameters, StartTheHeadAtZeroWhereAsked) {
  const std::vector<float> values = initial_parameters(unequal(), {.seed = 9, .zero_head = true});
  const std::vector<float> others = initial_parameters(unequal(), {.seed = 9});
  const Parameter head = named(parameter_list(unequal()), "head.weight");
  for (std::size_t j = 0; j < values.size(); ++j) {
    const bool in_head = j >= head.offset && j < head.offset + head.count;
    EXPECT_EQ(values[j], in_head ? 0.0f : others[j]) << j;
  }
}

TEST(Architecture, RefusesSizesThatMakeNoNetwork) {
  const Architecture bad[] = {
      {.input = 0, .hidden = {5}, .output = 1, .biases = 1},
      {.input = 3, .hidden = {}, .output = 1, .biases = 1},
      {.input = 3, .hidden = {5, 0}, .output = 1, .biases = 1},
      {.input = 3, .hidden = {5}, .output = 1, .biases = 3},
      {.input = 3, .hidden = {std::size_t{1} << 40}, .output = 1, .biases = 1},
      {.input = 3, .hidden = {5}, .output = std::size_t{1} << 40, .biases = 1},
  };
  for (const Architecture& architecture : bad) {
    try {
      check(architecture);
      ADD_FAILURE() << "took an architecture with " << architecture.layers() << " layers";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      EXPECT_FALSE(error.parts().expected.empty());
    }
  }
  EXPECT_NO_THROW(check(unequal()));
}

}  // namespace
}  // namespace sluice
