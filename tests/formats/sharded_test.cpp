// Sharded .safetensors: the index and its shards as one file, or refused where they disagree.
#include "formats/sharded.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "core/temporary_folder.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"

namespace sluice::formats {
namespace {

const char* const kFirst = "m-00001-of-00002.safetensors";
const char* const kSecond = "m-00002-of-00002.safetensors";

Tensor tensor(const std::string& name, std::vector<std::size_t> shape, float first) {
  std::size_t count = 1;
  for (const std::size_t length : shape) count *= length;
  std::vector<float> values(count);
  for (float& value : values) value = first += 0.25f;
  return Tensor::from_floats(name, std::move(shape), values);
}

class Sharded : public testing::Test {
 protected:
  // nn.LSTM(2, 3), nn.Linear(3, 1) in two shards.
  Sharded() {
    first_.tensors = {tensor("lstm.weight_ih_l0", {12, 2}, -3.0f),
                      tensor("lstm.bias_ih_l0", {12}, 0.5f)};
    second_.tensors = {tensor("lstm.weight_hh_l0", {12, 3}, -4.0f),
                       tensor("lstm.bias_hh_l0", {12}, -1.0f), tensor("fc.weight", {1, 3}, 2.0f)};
    write();
    write_index(map());
  }

  void write() {
    put(kFirst, serialize_safetensors(first_));
    put(kSecond, serialize_safetensors(second_));
  }
  void put(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  static std::string map() {
    return R"("lstm.weight_ih_l0":"m-00001-of-00002.safetensors",)"
           R"("lstm.bias_ih_l0":"m-00001-of-00002.safetensors",)"
           R"("lstm.weight_hh_l0":"m-00002-of-00002.safetensors",)"
           R"("lstm.bias_hh_l0":"m-00002-of-00002.safetensors",)"
           R"("fc.weight":"m-00002-of-00002.safetensors")";
  }
  void write_index(const std::string& entries) {
    put("m.safetensors.index.json", R"({"metadata":{},"weight_map":{)" + entries + "}}");
  }
  std::string index() const { return folder_ / "m.safetensors.index.json"; }
  std::string refusal(const std::string& path) {
    return error_message(ErrorCode::model, [&] { load_model(path); });
  }

  TemporaryFolder folder_;
  SafeTensors first_, second_;
};

TEST_F(Sharded, IsReadByItsIndex) {
  const StoredModel model = load_model(index());
  EXPECT_EQ(model.assumed, "lstm (2 -> 3) -> fc.weight [1, 3]");
  SafeTensors whole;
  for (const SafeTensors* part : {&first_, &second_})
    whole.tensors.insert(whole.tensors.end(), part->tensors.begin(), part->tensors.end());
  put("whole.safetensors", serialize_safetensors(whole));
  const StoredModel same = load_model(folder_ / "whole.safetensors");
  const auto got = model.network()->parameters(), expected = same.network()->parameters();
  EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), expected.end()));
}

TEST_F(Sharded, OneShardAloneNamesItsIndex) {
  const std::string text = refusal(folder_ / kSecond);
  EXPECT_TRUE(has(text, "one shard") && has(text, "m.safetensors.index.json")) << text;
}

TEST_F(Sharded, WhatDisagreesWithItsIndexIsRefused) {
  first_.tensors.push_back(tensor("lstm.more", {2}, 1.0f));
  write();
  EXPECT_TRUE(has(refusal(index()), "'lstm.more'"));
  first_.tensors = {first_.tensors[0]};
  write();
  EXPECT_TRUE(has(refusal(index()), "'lstm.bias_ih_l0'"));
  first_.tensors.push_back(second_.tensors[2]);  // in the other shard too
  write();
  EXPECT_TRUE(has(refusal(index()), "'fc.weight'"));
}

TEST_F(Sharded, AnIndexReadsNothingButWhatLiesBesideIt) {
  for (const char* file : {R"("../m.safetensors")", R"("/etc/m.safetensors")", R"("m.json")", "3",
                           R"("a\\b.safetensors")"}) {
    write_index(R"("lstm.weight_ih_l0":)" + std::string(file));
    EXPECT_TRUE(has(refusal(index()), "not the name of a shard")) << file;
  }
  put("m.safetensors.index.json", R"({"weight_map":[1]})");
  EXPECT_TRUE(has(refusal(index()), "not the index of a sharded model"));
  put("m.safetensors.index.json", R"({"other":1})");
  EXPECT_TRUE(has(refusal(index()), "JSON"));
}

}  // namespace
}  // namespace sluice::formats
