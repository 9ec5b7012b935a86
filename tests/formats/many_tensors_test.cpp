// Files of many small parts: what they take follows their size. Times are bounded ten times above
// what is needed; what takes the square of the size takes far longer.
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/temporary_folder.hpp"
#include "formats/allocation_peak.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

template <class Call>
double seconds_of(Call call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string named(const std::string& name, std::size_t number) {
  return "m" + std::to_string(number) + "." + name;
}

class ManyTensors : public testing::Test {
 protected:
  void write(const SafeTensors& file) { write_file_atomically(path_, serialize_safetensors(file)); }
  std::string refusal() {
    return error_message(ErrorCode::model, [&] { load_model(path_); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors";
};

Tensor one(const std::string& name, std::vector<std::size_t> shape) {
  std::size_t count = 1;
  for (const std::size_t length : shape) count *= length;
  return Tensor::from_floats(name, std::move(shape), std::vector<float>(count, 0.25f));
}

TEST_F(ManyTensors, AHundredThousandModulesOfAStateDictionaryTakeSeconds) {
  constexpr std::size_t kModules = 100'000;
  SafeTensors linears, lstms, others;
  for (std::size_t n = 0; n < kModules; ++n) {
    linears.tensors.push_back(one(named("weight", n), {1, 1}));
    others.tensors.push_back(one(named("scale", n), {1}));
  }
  for (std::size_t n = 0; n < kModules / 2; ++n) {
    lstms.tensors.push_back(one(named("weight_ih_l0", n), {4, 1}));
    lstms.tensors.push_back(one(named("weight_hh_l0", n), {4, 1}));
  }
  for (SafeTensors* file : {&linears, &others}) {
    file->tensors.push_back(one("lstm.weight_ih_l0", {4, 1}));
    file->tensors.push_back(one("lstm.weight_hh_l0", {4, 1}));
  }
  for (const SafeTensors* file : {&linears, &lstms, &others}) {
    write(*file);
    std::string text;
    EXPECT_LT(seconds_of([&] { text = refusal(); }), 20.0);
    EXPECT_LT(text.size(), 2000u) << text.substr(0, 3000);
  }
}

TEST_F(ManyTensors, AStackOfFourThousandLayersLoadsInSeconds) {
  SafeTensors file;
  for (std::size_t layer = 0; layer < 4000; ++layer) {
    const std::string end = "_l" + std::to_string(layer);
    file.tensors.push_back(one("weight_ih" + end, {4, 1}));
    file.tensors.push_back(one("weight_hh" + end, {4, 1}));
    file.tensors.push_back(one("bias_ih" + end, {4}));
  }
  write(file);
  StoredModel model;
  EXPECT_LT(seconds_of([&] { model = load_model(path_); }), 10.0);
  EXPECT_EQ(model.network()->architecture().layers(), 4000u);
  EXPECT_LT(seconds_of([&] { save_model(path_, *model.network(), "unknown"); }), 10.0);
  EXPECT_LT(seconds_of([&] { load_model(path_); }), 10.0);
}

// A description of 1 MB can say 500,000 layers of 26 tensors each.
TEST_F(ManyTensors, LayersThatNoTensorsAreOfAreRefusedBeforeAnythingIsMadeOfThem) {
  SafeTensors file;
  file.tensors.push_back(one("test.x", {17, 1}));
  json description = {
      {"format", 1}, {"written_by", "test"}, {"state", "unknown"}, {"forecast", nullptr}};
  description["architecture"] = {
      {"input", 1},          {"hidden", std::vector<int>(500'000, 1)},
      {"output", 0},         {"biases", 2},
      {"direction", "both"}, {"cell", {{"layer_norm", "ba"}, {"peephole", true}}}};
  file.metadata["sluice"] = description.dump();
  write(file);
  std::string text;
  EXPECT_LT(peak_of([&] { text = refusal(); }), std::size_t{100} << 20);
  EXPECT_TRUE(has(text,
                  "it says 500000 layers: expected at least 2000000 tensors, weight_ih and "
                  "weight_hh of each, got 1 tensors"))
      << text;
}

}  // namespace
}  // namespace sluice::formats
