// The public Model and Stream over a file: the options arrive where they are meant to, and no
// number of threads changes a bit.
#include "sluice/model.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "api/refusal.hpp"
#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "engine/network.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "sluice/stream.hpp"
#include "sluice/version.hpp"

namespace sluice {
namespace {

constexpr std::size_t kInputs = 5, kOutputs = 3, kSteps = 40;

class PublicModel : public testing::Test {
 protected:
  PublicModel() {
    const Architecture architecture{.input = kInputs, .hidden = {150, 140}, .output = kOutputs};
    engine::Network network(architecture);
    network.set_parameters(initial_parameters(architecture, {.seed = 7}));
    formats::save_model(folder_.path() + "/m.safetensors", network, "carried");
    Random random(3);
    for (float& value : x_) value = static_cast<float>(random.normal());
  }

  Model load() const { return Model::load(folder_.path() + "/m.safetensors"); }

  TemporaryFolder folder_;
  std::vector<float> x_ = std::vector<float>(2 * kSteps * kInputs);
};

TEST_F(PublicModel, RunsOnAnyNumberOfThreads) {
  const Model model = load();
  State expected, state;
  const std::vector<float> y = model.run(x_, {.batch = 2, .state = &expected});
  ASSERT_EQ(y.size(), 2 * kSteps * kOutputs);
  for (const std::size_t threads : {2, 3}) {
    EXPECT_EQ(model.run(x_, {.batch = 2, .state = &state, .threads = threads}), y) << threads;
    EXPECT_EQ(state.h, expected.h) << threads;
    state = {};
  }
}

TEST_F(PublicModel, StreamsOnOneThreadOrTwo) {
  const Model model = load();
  const std::vector<float> whole = model.run(std::span(x_).first(kSteps * kInputs));
  for (const std::size_t threads : {0, 1, 2}) {
    Stream stream(model, {.threads = threads});
    EXPECT_EQ(stream.threads(), threads == 1 ? 1u : 2u);
    std::vector<float> y(kOutputs), all;
    for (std::size_t t = 0; t < kSteps; ++t) {
      ASSERT_EQ(stream.push(std::span(x_).subspan(t * kInputs, kInputs), y), Status::ok);
      all.insert(all.end(), y.begin(), y.end());
    }
    EXPECT_EQ(all, whole) << threads;
  }
  EXPECT_THROW(Stream(model, {.threads = 3}), Error);
}

TEST_F(PublicModel, IsTheSameThroughItsBytesAndAFile) {
  Architecture architecture{.input = 3, .hidden = {7, 7}, .output = 2, .dropout = 0.25};
  architecture.cell.peephole = true;
  architecture.residual = true;
  Model model = Model::create(architecture, 5, Initialiser::orthogonal);
  model.set_state_policy("reset:12");
  const std::vector<std::byte> bytes = model.bytes();
  const std::string path = folder_.path() + "/made.safetensors";
  model.save(path);
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  ASSERT_EQ(content.size(), bytes.size());
  EXPECT_EQ(std::memcmp(content.data(), bytes.data(), bytes.size()), 0);
  for (const Model& loaded : {Model::load(path), Model::load(bytes)}) {
    EXPECT_EQ(loaded.architecture(), architecture);
    EXPECT_EQ(loaded.state_policy(), "reset:12");
    EXPECT_TRUE(std::equal(loaded.flat_parameters().begin(), loaded.flat_parameters().end(),
                           model.flat_parameters().begin()));
  }
  const std::string message =
      refusal([&] { Model::load(std::span(bytes).first(bytes.size() - 1)); });
  EXPECT_EQ(message.rfind("model in memory", 0), 0u) << message;
}

TEST_F(PublicModel, ChangesTensorsByNameAndPacksThem) {
  Model model = load();
  const Model before = model;
  const std::vector<float> y = model.run(x_);
  std::vector<float> weight(model.parameter("weight_hh_l1").begin(),
                            model.parameter("weight_hh_l1").end());
  for (float& value : weight) value *= -1.0f;
  const std::vector<float> bias(kOutputs, 3.0f);
  const ParameterChange changes[] = {{"weight_hh_l1", weight}, {"head.bias", bias}};
  model.set_parameters(changes);
  EXPECT_NE(model.run(x_), y);
  EXPECT_EQ(before.run(x_), y) << "a copy has its own weights";
  EXPECT_EQ(
      std::vector<float>(model.parameter("head.bias").begin(), model.parameter("head.bias").end()),
      bias);
  Model again = before;
  again.set_flat_parameters(model.flat_parameters());
  EXPECT_EQ(again.run(x_), model.run(x_));

  const ParameterChange unknown[] = {{"weight", weight}};
  EXPECT_NE(refusal([&] { model.set_parameters(unknown); }).find("head.weight"), std::string::npos);
  const ParameterChange wrong[] = {{"head.weight", bias}};
  EXPECT_NE(refusal([&] { model.set_parameters(wrong); }).find("tensor 'head.weight'"),
            std::string::npos);
}

TEST_F(PublicModel, ListsItsTensorsInTheOrderOfTheFlatParameters) {
  const Model model = load();
  std::size_t floats = 0;
  for (const ParameterView& tensor : model.parameters()) {
    EXPECT_EQ(tensor.values.data(), model.flat_parameters().data() + floats) << tensor.name;
    std::size_t count = 1;
    for (const std::size_t size : tensor.shape) count *= size;
    EXPECT_EQ(tensor.values.size(), count) << tensor.name;
    floats += count;
  }
  EXPECT_EQ(floats, model.parameter_count());
}

TEST_F(PublicModel, RunsTimeFirstAndMaskedIntoTheCallersMemory) {
  const Model model = load();
  std::vector<float> turned(x_.size()), y(2 * kSteps * kOutputs), by_time(y.size());
  const auto turn = [](const std::vector<float>& from, std::vector<float>& to, std::size_t width) {
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t t = 0; t < kSteps; ++t) {
        for (std::size_t j = 0; j < width; ++j)
          to[(t * 2 + b) * width + j] = from[(b * kSteps + t) * width + j];
      }
    }
  };
  turn(x_, turned, kInputs);
  model.run(x_, y, {.batch = 2});
  model.run(turned, by_time, {.batch = 2, .time_first = true});
  std::vector<float> expected(y.size());
  turn(y, expected, kOutputs);
  EXPECT_EQ(by_time, expected);

  // A step that is masked is not there.
  std::vector<std::uint8_t> mask(kSteps, 1);
  mask[4] = mask[5] = 0;
  const std::span<const float> one(x_.data(), kSteps * kInputs);
  std::vector<float> without(one.begin(), one.begin() + 4 * kInputs);
  without.insert(without.end(), one.begin() + 6 * kInputs, one.end());
  const std::vector<float> masked = model.run(one, {.mask = mask}), shorter = model.run(without);
  EXPECT_TRUE(
      std::equal(shorter.begin() + 4 * kOutputs, shorter.end(), masked.begin() + 6 * kOutputs));
  EXPECT_THROW(model.run(one.first(7), std::span(y), {}), Error);
}

TEST_F(PublicModel, ACloneOfAStreamGoesOnFromItsState) {
  const Model model = load();
  for (const std::size_t window : {std::size_t{0}, std::size_t{6}}) {
    Stream stream(model, {.window = window});
    std::vector<float> y(kOutputs), other_y(kOutputs);
    const auto row = [this](std::size_t t) {
      return std::span<const float>(x_).subspan(t * kInputs, kInputs);
    };
    for (std::size_t t = 0; t < 9; ++t) ASSERT_EQ(stream.push(row(t), y), Status::ok);
    Stream clone = stream.clone();
    for (std::size_t t = 9; t < 20; ++t) {
      ASSERT_EQ(stream.push(row(t), y), Status::ok);
      ASSERT_EQ(clone.push(row(t), other_y), Status::ok);
      EXPECT_EQ(y, other_y) << t;
    }
    ASSERT_EQ(clone.push(row(0), other_y), Status::ok);  // its state is its own
    ASSERT_EQ(stream.push(row(20), y), Status::ok);
    EXPECT_NE(y, other_y);
  }
}

TEST_F(PublicModel, RefusesAStatePolicyThatItCannotKeep) {
  Model reverse = Model::create({.input = 2, .hidden = {3}, .direction = Direction::reverse});
  EXPECT_NE(refusal([&] { reverse.set_state_policy("carried"); }), "");
  EXPECT_NE(refusal([&] { reverse.set_state_policy("often"); }), "");
  EXPECT_EQ(reverse.state_policy(), "unknown");
  reverse.set_state_policy("reset:3");
  EXPECT_EQ(reverse.state_policy(), "reset:3");
}

TEST(ArchitectureText, ComesBackAsItWas) {
  for (const char* text :
       {"1 -> 1", "3 -> 64 -> 32, head=1", "5 -> 7, biases=2, projection=3, projection-bias",
        "5 -> 7 -> 7, bidirectional, merge=sum, residual, learned-state",
        "2 -> 4, reverse, dropout=0.25, peephole, layer-norm, zoneout-c=0.125",
        "2 -> 4, coupled, drop-connect=0.5, gate=hard-sigmoid, squash=softsign",
        "2 -> 4, candidate=scaled-tanh:1.5:0.5, reverse-candidate=elu:0.5:0", "2 -> 4, rnn"}) {
    const Architecture architecture = architecture_from_text(text);
    EXPECT_EQ(to_text(architecture), text);
    EXPECT_EQ(architecture_from_text(to_text(architecture)), architecture) << text;
  }
  EXPECT_EQ(architecture_from_text(" 3->8->4 ,head=2, peephole"),
            architecture_from_text("3 -> 8 -> 4, head=2, peephole"));
}

TEST(ArchitectureText, RefusesWhatItDoesNotSay) {
  for (const char* text : {"", "3", "3 -> x", "3 -> 0", "3 -> 4, peephol", "3 -> 4, head=",
                           "3 -> 4, dropout=2", "3 -> 4, merge=max", "3 -> 4, bidirectional=1",
                           "3 -> 4,", "3 -> 4, coupled, forget-from-input", "3 -> -4"}) {
    EXPECT_NE(refusal([&] { architecture_from_text(text); }), "") << text;
  }
}

TEST(ArchitectureCheck, NamesTheField) {
  const auto message = [](const Architecture& architecture) {
    return refusal([&] { check(architecture); });
  };
  EXPECT_EQ(message({.input = 0, .hidden = {3}}).rfind("architecture, input: ", 0), 0u);
  EXPECT_EQ(message({.hidden = {3, 0}}).rfind("architecture, hidden[1]: ", 0), 0u);
  EXPECT_EQ(message({.hidden = {3}, .biases = 3}).rfind("architecture, biases: ", 0), 0u);
  EXPECT_EQ(message({.hidden = {3}, .dropout = 1.0}).rfind("architecture, dropout: ", 0), 0u);
  EXPECT_EQ(message({.hidden = {3, 4}, .residual = true}).rfind("architecture, residual: ", 0), 0u);
}

TEST(Version, IsThatOfTheHeaders) {
  EXPECT_EQ(version(), std::to_string(SLUICE_VERSION_MAJOR) + "." +
                           std::to_string(SLUICE_VERSION_MINOR) + "." +
                           std::to_string(SLUICE_VERSION_PATCH));
}

}  // namespace
}  // namespace sluice
