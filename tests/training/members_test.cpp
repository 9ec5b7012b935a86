// Members trained side by side: each with draws of its own, and the same bits for any number of
// threads, whether a member goes alone or shares them.
#include "training/members.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/random.hpp"

namespace sluice::training {
namespace {

constexpr std::size_t kRows = 200;

FitData noise() {
  FitData data;
  Random random(3);
  data.inputs.resize(kRows * padded(1));
  for (float& value : data.inputs) value = static_cast<float>(random.normal());
  data.targets.resize(kRows);
  for (float& value : data.targets) value = static_cast<float>(random.normal());
  data.offsets = {0.0f};
  data.levels = {0.5f};
  data.loss = {LossKind::squared, 1.0f};
  data.rows = kRows;
  return data;
}

// The parameters of each after some steps, all from the same start.
std::vector<std::vector<float>> trained(std::size_t members, std::size_t threads) {
  const network::Architecture of{.input = 1, .hidden = {8}, .output = 1};
  std::vector<network::Network> networks(members, network::Network(of));
  for (network::Network& network : networks)
    network.set_parameters(network::initial_parameters(of, {.seed = 5}));
  const FitData data = noise();
  ThreadPool pool(threads);
  Members fit(networks, data, {.batch = 4, .chunk = 20, .dropout = 0.3, .optimizer = {}}, pool);
  for (int step = 0; step < 5; ++step) fit.step(0.01);
  std::vector<std::vector<float>> all;
  for (const network::Network& network : networks)
    all.emplace_back(network.parameters().begin(), network.parameters().end());
  return all;
}

TEST(Members, DrawEachForItself) {
  const std::vector<std::vector<float>> all = trained(3, 1);
  EXPECT_NE(all[0], all[1]);
  EXPECT_NE(all[1], all[2]);
}

TEST(Members, HaveTheSameBitsForAnyNumberOfThreads) {
  const std::vector<std::vector<float>> alone = trained(5, 1);
  for (const std::size_t threads : {2, 3, 7}) EXPECT_EQ(trained(5, threads), alone) << threads;
}

}  // namespace
}  // namespace sluice::training
