// Networks with float16 and int8 weights: into a file and back, and what their reader refuses.
#include "formats/stored_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/temporary_folder.hpp"
#include "engine/engine_run.hpp"
#include "engine/run.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"
#include "kernels/kernel_table.hpp"
#include "quantization/quantize.hpp"

namespace sluice::formats {
namespace {

using kernels::WeightType;
using nlohmann::json;

engine::Network network_of(const Architecture& architecture) {
  Random random(71);
  engine::Network network(architecture);
  network.set_parameters(engine::random_parameters(architecture, random));
  return network;
}

engine::Network stored_as(WeightType weights) {
  const engine::Network network =
      network_of({.input = 3, .hidden = {11, 5}, .output = 2, .biases = 2});
  return weights == WeightType::f16 ? quantization::to_f16(network)
                                    : quantization::to_int8(network, {.largest_input = 2.5f});
}

class StoredNetwork : public testing::TestWithParam<WeightType> {
 protected:
  StoredNetwork() : network_(stored_as(GetParam())) {
    save_model(path_, network_, "carried");
    bytes_ = read_file(path_);
  }

  std::string refusal(const std::function<void(SafeTensors&)>& edit) {
    SafeTensors file = parse_safetensors(bytes_, "m");
    edit(file);
    std::filesystem::remove(path_);
    write_file_atomically(path_, serialize_safetensors(file));
    return error_message(ErrorCode::model, [&] { load_model(path_); });
  }
  static Tensor& tensor(SafeTensors& file, const std::string& name) {
    return *std::find_if(file.tensors.begin(), file.tensors.end(),
                         [&](const Tensor& one) { return one.name == name; });
  }
  std::string described(const std::function<void(json&)>& edit) {
    return refusal([&](SafeTensors& file) {
      json description = json::parse(file.metadata.at("sluice"));
      edit(description);
      file.metadata["sluice"] = description.dump();
    });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors", bytes_;
  engine::Network network_;
};

INSTANTIATE_TEST_SUITE_P(Each, StoredNetwork, testing::Values(WeightType::f16, WeightType::int8),
                         [](const auto& tested) {
                           return engine::kWeightTypeNames[static_cast<std::size_t>(tested.param)];
                         });

TEST_P(StoredNetwork, ComesBackToTheBitAndRunsTheSame) {
  const StoredModel loaded = load_model(path_);
  const engine::Network& back = *loaded.plain;
  EXPECT_EQ(back.storage().weights, GetParam());
  EXPECT_EQ(back.storage().scales, network_.storage().scales);
  EXPECT_EQ(back.storage().largest_input, network_.storage().largest_input);
  EXPECT_TRUE(std::equal(back.parameters().begin(), back.parameters().end(),
                         network_.parameters().begin(), network_.parameters().end()));
  std::vector<float> x(30, 0.7f);
  State a, b;
  EXPECT_EQ(engine::run(back, {.x = x, .batch = 1, .steps = 10}, a),
            engine::run(network_, {.x = x, .batch = 1, .steps = 10}, b));
  save_model(path_, back, "carried");
  EXPECT_EQ(read_file(path_), bytes_);
}

TEST_P(StoredNetwork, MatricesAreSmallAndTheRestIsFloat32) {
  const SafeTensors file = parse_safetensors(bytes_, "m");
  for (const Parameter& parameter : network_.list()) {
    const DType dtype = file.at(parameter.name, "m").dtype;
    EXPECT_EQ(dtype, !engine::is_matrix(parameter.role) ? DType::f32
                     : GetParam() == WeightType::f16    ? DType::f16
                                                        : DType::i8)
        << parameter.name;
  }
  EXPECT_EQ(json::parse(file.metadata.at("sluice")).at("format"), 2);
}

TEST_P(StoredNetwork, AnyTensorThatChangedIsFoundByTheTestVectors) {
  for (const Tensor& one : parse_safetensors(bytes_, "m").tensors) {
    // Of a whole number a middle bit, else exponents.
    const bool whole = one.dtype == DType::i8;
    const std::string text = refusal([&](SafeTensors& file) {
      std::string& raw = tensor(file, one.name).bytes;
      raw.back() = static_cast<char>(raw.back() ^ (whole ? 0x10 : 0x03));
    });
    EXPECT_TRUE(has(text, "test vectors")) << one.name << ": " << text;
  }
}

TEST_P(StoredNetwork, WhatIsNotStoredAsDescribedIsRefused) {
  const auto as_floats = [](const char* name) {
    return [name](SafeTensors& file) {
      Tensor& one = tensor(file, name);
      one.dtype = DType::f32;
      one.bytes.assign(4 * *element_count(one.shape, DType::f32), '\0');
    };
  };
  for (const char* name : {"weight_ih_l0", "weight_hh_l1", "head.weight"}) {
    const std::string text = refusal(as_floats(name));
    EXPECT_TRUE(has(text, name) && has(text, "got F32")) << text;
  }
  EXPECT_TRUE(has(described([](json& all) { all["weights"] = "f8"; }), "'f16' or 'int8'"));
  EXPECT_TRUE(has(described([](json& all) { all.erase("weights"); }), "weights"));
  EXPECT_TRUE(has(described([](json& all) { all["format"] = 1; }), "weight"));
  const WeightType other = GetParam() == WeightType::f16 ? WeightType::int8 : WeightType::f16;
  const char* other_name = engine::kWeightTypeNames[static_cast<std::size_t>(other)];
  EXPECT_TRUE(has(described([&](json& all) { all["weights"] = other_name; }), "weight_ih_l0"));
  const std::string stranger = refusal([](SafeTensors& file) {
    file.tensors.push_back(Tensor::from_floats("bias_ih_l0.scale", {1}, std::vector<float>{1.0f}));
  });
  EXPECT_TRUE(has(stranger, "'bias_ih_l0.scale'") && has(stranger, "unknown tensor")) << stranger;
}

class StoredInt8 : public StoredNetwork {
 protected:
  std::string with_float(const char* name, float value) {
    return refusal([&](SafeTensors& file) {
      Tensor& one = tensor(file, name);
      std::vector<float> values = one.as_floats();
      values[0] = value;
      one = Tensor::from_floats(one.name, one.shape, values);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Each, StoredInt8, testing::Values(WeightType::int8));

TEST_P(StoredInt8, ScalesAndWholeNumbersOutOfRangeAreRefused) {
  for (const float value : {-1.0f, 1e-36f, 1e31f, std::numeric_limits<float>::quiet_NaN()}) {
    for (const char* name : {"weight_hh_l0.scale", "input.largest"}) {
      const std::string text = with_float(name, value);
      EXPECT_TRUE(has(text, name) && has(text, "not a scale")) << value << ": " << text;
    }
  }
  EXPECT_TRUE(has(with_float("input.largest", 0.0f), "not a scale"));
  EXPECT_TRUE(has(with_float("weight_hh_l0.scale", 0.0f), "expected 0, as its scale"));
  const std::string least = refusal(
      [](SafeTensors& file) { tensor(file, "weight_ih_l1").bytes[3] = static_cast<char>(-128); });
  EXPECT_TRUE(has(least, "weight_ih_l1") && has(least, "got -128")) << least;
  for (const char* name : {"weight_hh_l0.scale", "input.largest", "head.weight.scale"}) {
    const std::string missing = refusal([&](SafeTensors& file) {
      file.tensors.erase(std::find_if(file.tensors.begin(), file.tensors.end(),
                                      [&](const Tensor& one) { return one.name == name; }));
    });
    EXPECT_TRUE(has(missing, name) && has(missing, "missing")) << missing;
  }
}

TEST_P(StoredInt8, ACellWithOptionsIsRefused) {
  const std::string text = described([](json& all) {
    all["architecture"]["cell"] = {{"cell_clip", 3.0}};
  });
  EXPECT_TRUE(has(text, "m.safetensors") && has(text, "plain LSTMs")) << text;
}

}  // namespace
}  // namespace sluice::formats
