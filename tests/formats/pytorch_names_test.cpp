// PyTorch's state dictionaries as networks: which tensor becomes which, by names and shapes written
// out here as torch.nn.LSTM gives them, and what is not such a dictionary. That the numbers which
// come out are PyTorch's is tests/cli/arrays.test's business.
#include "formats/pytorch_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/temporary_folder.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"

namespace sluice::formats {
namespace {

using engine::Network;
using Shapes = std::vector<std::pair<std::string, std::vector<std::size_t>>>;

// Every number of the file another.
SafeTensors dictionary(const Shapes& shapes) {
  SafeTensors file;
  float next = 0.25f;
  for (const auto& entry : shapes) {
    std::size_t count = 1;
    for (const std::size_t length : entry.second) count *= length;
    std::vector<float> values(count);
    for (float& value : values) value = next += 0.5f;
    file.tensors.push_back(Tensor::from_floats(entry.first, entry.second, values));
  }
  return file;
}

// nn.LSTM(3, 5, 2, bidirectional=True), nn.Linear(10, 2, bias=False)
Shapes both() {
  return {{"net.lstm.weight_ih_l0", {20, 3}},
          {"net.lstm.weight_hh_l0", {20, 5}},
          {"net.lstm.bias_ih_l0", {20}},
          {"net.lstm.bias_hh_l0", {20}},
          {"net.lstm.weight_ih_l0_reverse", {20, 3}},
          {"net.lstm.weight_hh_l0_reverse", {20, 5}},
          {"net.lstm.bias_ih_l0_reverse", {20}},
          {"net.lstm.bias_hh_l0_reverse", {20}},
          {"net.lstm.weight_ih_l1", {20, 10}},
          {"net.lstm.weight_hh_l1", {20, 5}},
          {"net.lstm.bias_ih_l1", {20}},
          {"net.lstm.bias_hh_l1", {20}},
          {"net.lstm.weight_ih_l1_reverse", {20, 10}},
          {"net.lstm.weight_hh_l1_reverse", {20, 5}},
          {"net.lstm.bias_ih_l1_reverse", {20}},
          {"net.lstm.bias_hh_l1_reverse", {20}},
          {"out.weight", {2, 10}}};
}

// nn.LSTM(2, 7, 2, proj_size=3), nn.Linear(3, 2)
Shapes projected() {
  return {{"lstm.weight_ih_l0", {28, 2}}, {"lstm.weight_hh_l0", {28, 3}},
          {"lstm.bias_ih_l0", {28}},      {"lstm.bias_hh_l0", {28}},
          {"lstm.weight_hr_l0", {3, 7}},  {"lstm.weight_ih_l1", {28, 3}},
          {"lstm.weight_hh_l1", {28, 3}}, {"lstm.bias_ih_l1", {28}},
          {"lstm.bias_hh_l1", {28}},      {"lstm.weight_hr_l1", {3, 7}},
          {"out.weight", {2, 3}},         {"out.bias", {2}}};
}

// nn.LSTM(2, 5, proj_size=3, bidirectional=True, bias=False) itself, without a prefix
Shapes projected_both() {
  return {{"weight_ih_l0", {20, 2}},         {"weight_hh_l0", {20, 3}},
          {"weight_hr_l0", {3, 5}},          {"weight_ih_l0_reverse", {20, 2}},
          {"weight_hh_l0_reverse", {20, 3}}, {"weight_hr_l0_reverse", {3, 5}}};
}

Shapes without(Shapes shapes, const std::string& name) {
  const auto found = std::find_if(shapes.begin(), shapes.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  EXPECT_NE(found, shapes.end()) << name;
  shapes.erase(found);
  return shapes;
}

Shapes with(Shapes shapes, const std::string& name, std::vector<std::size_t> shape) {
  for (auto& entry : shapes) {
    if (entry.first != name) continue;
    entry.second = std::move(shape);
    return shapes;
  }
  shapes.emplace_back(name, std::move(shape));
  return shapes;
}

// As a user has it: in a file.
std::string refusal(const Shapes& shapes) {
  const TemporaryFolder folder;
  const std::string path = folder / "d.safetensors";
  std::ofstream(path, std::ios::binary) << serialize_safetensors(dictionary(shapes));
  return error_message(ErrorCode::model, [&] { load_model(path); });
}

// Every parameter of the network holds the tensor that its name says, under the prefix that it has;
// the parameters in `zero` are zeros.
void expect_filled(const Network& network, const SafeTensors& file, const std::string& prefix,
                   const std::vector<std::string>& zero = {}) {
  std::size_t used = 0;
  for (const Parameter& parameter : network.list()) {
    const auto values = network.parameters().subspan(parameter.offset, parameter.count);
    const std::vector<float> got(values.begin(), values.end());
    if (std::count(zero.begin(), zero.end(), parameter.name) != 0) {
      EXPECT_EQ(got, std::vector<float>(parameter.count, 0.0f)) << parameter.name;
      continue;
    }
    const bool head = parameter.name.rfind("head.", 0) == 0;
    const std::string name = head ? "out." + parameter.name.substr(5) : prefix + parameter.name;
    const Tensor& tensor = file.at(name, "d");
    EXPECT_EQ(parameter.shape, tensor.shape) << name;
    EXPECT_EQ(got, tensor.as_floats()) << name;
    ++used;
  }
  EXPECT_EQ(used, file.tensors.size());
}

TEST(PytorchNames, TwoDirectionsInTwoLayersAndAHeadWithoutABias) {
  const SafeTensors file = dictionary(both());
  const Network network = network_from_state_dict(file, "d").network;
  Architecture expected{.input = 3, .hidden = {5, 5}, .output = 2, .biases = 2};
  expected.direction = Direction::both;
  EXPECT_EQ(network.architecture(), expected);
  expect_filled(network, file, "net.lstm.", {"head.bias"});
}

TEST(PytorchNames, AProjectionAndAHeadOfItsWidth) {
  const SafeTensors file = dictionary(projected());
  const Network network = network_from_state_dict(file, "d").network;
  Architecture expected{.input = 2, .hidden = {7, 7}, .output = 2, .biases = 2};
  expected.cell.projection = 3;
  EXPECT_EQ(network.architecture(), expected);
  expect_filled(network, file, "lstm.");
}

TEST(PytorchNames, AProjectionInBothDirectionsWithoutBiasesHeadOrPrefix) {
  const SafeTensors file = dictionary(projected_both());
  const Network network = network_from_state_dict(file, "d").network;
  Architecture expected{.input = 2, .hidden = {5}, .output = 0, .biases = 0};
  expected.cell.projection = 3;
  expected.direction = Direction::both;
  EXPECT_EQ(network.architecture(), expected);
  expect_filled(network, file, "");
}

TEST(PytorchNames, TheOrderInTheFileMeansNothing) {
  for (const Shapes& shapes : {both(), projected(), projected_both()}) {
    SafeTensors file = dictionary(shapes);
    const Network network = network_from_state_dict(file, "d").network;
    std::reverse(file.tensors.begin(), file.tensors.end());
    const Network turned = network_from_state_dict(file, "d").network;
    EXPECT_EQ(turned.architecture(), network.architecture());
    EXPECT_TRUE(std::equal(turned.parameters().begin(), turned.parameters().end(),
                           network.parameters().begin(), network.parameters().end()));
  }
}

// In a file that is not sorted by name the order is that of the modules: a name that any linear
// layer may have is then a doubt.
TEST(PytorchNames, ALayerOfAnyNameThatLiesBeforeTheLstmIsNotItsHead) {
  Shapes shapes = {{"lstm.weight_ih_l0", {20, 3}},
                   {"lstm.weight_hh_l0", {20, 5}},
                   {"fc.weight", {2, 5}},
                   {"fc.bias", {2}}};
  EXPECT_EQ(refusal(shapes), "no error");
  std::rotate(shapes.begin(), shapes.begin() + 2, shapes.end());
  EXPECT_TRUE(has(refusal(shapes), "comes before the LSTM")) << refusal(shapes);
  for (auto& shape : shapes) {
    if (shape.first.rfind("fc.", 0) == 0) shape.first = "head." + shape.first.substr(3);
  }
  EXPECT_EQ(refusal(shapes), "no error");
}

TEST(PytorchNames, AWiderTypeLiesFirstInASortedFile) {
  SafeTensors file = dictionary(
      {{"linear.weight", {2, 5}}, {"lstm.weight_hh_l0", {20, 5}}, {"lstm.weight_ih_l0", {20, 3}}});
  for (std::size_t n : {1u, 2u}) {
    Tensor& tensor = file.tensors[n];
    tensor.bytes.assign(2 * tensor.count(), '\x2c');
    tensor.dtype = DType::f16;
  }
  EXPECT_EQ(network_from_state_dict(file, "d").chain.head, "linear.");
  std::swap(file.tensors[1], file.tensors[2]);  // not sorted by name
  EXPECT_TRUE(has(error_message(ErrorCode::model, [&] { network_from_state_dict(file, "d"); }),
                  "comes before the LSTM"));
}

TEST(PytorchNames, OneTensorMissingIsNeverASmallerNetwork) {
  for (const Shapes& shapes : {both(), projected(), projected_both()}) {
    for (const auto& entry : shapes) {
      // Without these a dictionary is whole: an LSTM without a head, Linear(bias=False).
      if (entry.first == "out.bias" || (entry.first == "out.weight" && shapes.size() == 17))
        continue;
      const std::string text = refusal(without(shapes, entry.first));
      EXPECT_TRUE(has(text, "d.safetensors")) << entry.first << ": " << text;
    }
  }
  EXPECT_TRUE(has(refusal(without(both(), "net.lstm.weight_hh_l1_reverse")),
                  "'net.lstm.weight_hh_l1_reverse'"));
  EXPECT_TRUE(has(refusal(without(projected(), "out.weight")), "'out.bias'"));
}

TEST(PytorchNames, AMixtureIsNotUnderstood) {
  const auto drop = [](Shapes shapes, const std::string& part) {
    shapes.erase(std::remove_if(shapes.begin(), shapes.end(),
                                [&](const auto& entry) { return has(entry.first, part); }),
                 shapes.end());
    return shapes;
  };
  const std::vector<std::pair<Shapes, const char*>> mixtures = {
      {drop(both(), "l1_reverse"), "_l1_reverse"},  // the second layer of one direction
      {drop(both(), "l0_reverse"), "reverse"},      // the first layer of one direction
      {drop(both(), "bias_hh"), "Linear"},          // found below: one bias is a network of ours
      {drop(both(), "bias_ih"), "bias_ih_l0"},
      {drop(projected(), "hr_l1"), "_l1"},
      {drop(projected(), "hr_l0"), "_l0"},
      {drop(projected_both(), "hr_l0_reverse"), "weight_hr_l0_reverse"},
      {with(projected(), "lstm.weight_hr_l1", {2, 7}), "weight_hr_l1"},
      {with(both(), "net.lstm.weight_hr_l0_reverse", {3, 5}), "weight_hr_l0_reverse"},
      {with(both(), "net.lstm.weight_ih_l1", {20, 5}), "weight_ih_l1"},
      {with(both(), "net.lstm.weight_hh_l0", {20, 4}), "weight_hh_l0"},
      {with(both(), "net.lstm.bias_hh_l1_reverse", {5}), "bias_hh_l1_reverse"},
      {with(both(), "net.lstm.bias_hh_l1_reverse", {20, 1}), "wrong shape"},
      {with(both(), "out.weight", {2, 5}), "out.weight"},
      {with(both(), "out.bias", {3}), "out.bias"},
      {with(both(), "embedding.weight", {11, 3}), "embedding.weight"},
      {with(both(), "second.weight", {4, 10}), "linear layer"},
      {with(both(), "other.weight_ih_l0", {20, 3}), "2 of them"},
      {with(both(), "net.lstm.weight_ih_l2", {20, 10}), "weight_ih_l2"},
      {{{"gru.weight_ih_l0", {15, 3}}, {"gru.weight_hh_l0", {15, 5}}}, "gru.weight_hh_l0"},
      {{{"gru.weight_ih_l0", {12, 3}}, {"gru.weight_hh_l0", {12, 4}}}, "gru.weight_hh_l0"},
      {{{"fc.weight", {12, 3}}}, "weight_ih_l0"},
      {{}, "weight_ih_l0"},
  };
  for (const auto& mixture : mixtures) {
    const std::string text = refusal(mixture.first);
    if (std::string(mixture.second) == "Linear") {
      EXPECT_EQ(text, "no error");
    } else {
      EXPECT_TRUE(has(text, "d.safetensors") && has(text, mixture.second))
          << mixture.second << ": " << text;
    }
  }
}

TEST(PytorchNames, SizesThatNoNetworkHasAreTheFilesFault) {
  const std::vector<std::pair<Shapes, const char*>> files = {
      {{{"weight_ih_l0", {20, 3}}, {"weight_hh_l0", {20, 9}}, {"weight_hr_l0", {9, 5}}},
       "projection"},
      {{{"weight_ih_l0", {20, 0}}, {"weight_hh_l0", {20, 5}}}, "inputs"},
      {{{"weight_ih_l0", {0, 1048577}}, {"weight_hh_l0", {20, 5}}}, "weight_ih_l0"},
      {{{"weight_ih_l0", {0, 3}}, {"weight_hh_l0", {0, 0}}}, "weight_hh_l0"},
      {with(both(), "out.weight", {0, 10}), "out.weight"},
  };
  for (const auto& file : files) {
    const std::string text = refusal(file.first);
    EXPECT_TRUE(has(text, "d.safetensors") && has(text, file.second))
        << file.second << ": " << text;
  }
}

// Their names promise terabytes, their tensors have no bytes.
TEST(PytorchNames, NothingIsReservedBySizesThatTheTensorsDoNotHave) {
  const std::vector<Shapes> files = {
      {{"weight_ih_l0", {0, 1}}, {"weight_hh_l0", {4194304, 0}}, {"weight_hr_l0", {0, 1048576}}},
      {{"weight_ih_l0", {0, 1048576}}, {"weight_hh_l0", {256, 64}}},
      {{"weight_ih_l0", {256, 3}},
       {"weight_hh_l0", {256, 64}},
       {"weight_ih_l1", {0, 0}},
       {"weight_hh_l1", {256, 64}}},
  };
  for (const Shapes& shapes : files) {
    const std::string text = refusal(shapes);
    EXPECT_TRUE(has(text, "d.safetensors") && has(text, "'weight_")) << text;
  }
}

TEST(PytorchNames, HalfPrecisionIsReadAndWholeNumbersAreNot) {
  SafeTensors file = dictionary(projected_both());
  file.tensors[0].dtype = DType::bf16;
  file.tensors[0].bytes = std::string(2 * 40, '\x3f');
  const Network network = network_from_state_dict(file, "d").network;
  const auto values = network.parameters().subspan(0, 40);
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), file.tensors[0].as_floats());
  file.tensors[0].dtype = DType::i16;
  EXPECT_TRUE(has(error_message(ErrorCode::model, [&] { network_from_state_dict(file, "d"); }),
                  "weight_ih_l0"));
}

}  // namespace
}  // namespace sluice::formats
