// The public Model and Stream over a file: the options arrive where they are meant to, and no
// number of threads changes a bit.
#include "sluice/model.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "engine/network.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "sluice/stream.hpp"

namespace sluice {
namespace {

constexpr std::size_t kInputs = 5, kOutputs = 3, kSteps = 40;

class PublicModel : public testing::Test {
 protected:
  PublicModel() {
    const Architecture of{.input = kInputs, .hidden = {150, 140}, .output = kOutputs};
    engine::Network network(of);
    network.set_parameters(initial_parameters(of, {.seed = 7}));
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
  const std::vector<float> y = model.run(x_, 2, kSteps, &expected);
  for (const std::size_t threads : {2, 3}) {
    EXPECT_EQ(model.run(x_, 2, kSteps, &state, {}, nullptr, threads), y) << threads;
    EXPECT_EQ(state.h, expected.h) << threads;
    state = {};
  }
}

TEST_F(PublicModel, StreamsOnOneThreadOrTwo) {
  const Model model = load();
  const std::vector<float> whole = model.run(std::span(x_).first(kSteps * kInputs), 1, kSteps);
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

}  // namespace
}  // namespace sluice
