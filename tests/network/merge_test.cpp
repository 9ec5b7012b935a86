// Merged networks compute the mean of their members' outputs.
#include "network/merge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "network/run.hpp"
#include "sluice/error.hpp"

namespace sluice::network {
namespace {

std::vector<float> normals(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(0.5 * random.normal());
  return values;
}

std::vector<Network> members(const Architecture& architecture, std::size_t count) {
  std::vector<Network> list;
  for (std::size_t member = 0; member < count; ++member) {
    Network& network = list.emplace_back(architecture);
    network.set_parameters(normals(network.count(), 11 + member));
  }
  return list;
}

TEST(Merge, ComputesTheMeanOfTheMembers) {
  for (const std::size_t biases : {0u, 1u, 2u}) {
    const Architecture architecture{.input = 3, .hidden = {5, 7}, .output = 2, .biases = biases};
    const std::vector<Network> list = members(architecture, 3);
    const Network merged = merge(list);
    EXPECT_EQ(merged.architecture().hidden, (std::vector<std::size_t>{15, 21}));
    const std::vector<float> x = normals(2 * 13 * 3, 5);
    RunState zeros;
    const std::vector<float> y = run(merged, {.x = x, .batch = 2, .steps = 13}, zeros);
    std::vector<double> mean(y.size(), 0.0);
    for (const Network& member : list) {
      RunState state;
      const std::vector<float> own = run(member, {.x = x, .batch = 2, .steps = 13}, state);
      for (std::size_t j = 0; j < own.size(); ++j) mean[j] += own[j] / 3.0;
    }
    for (std::size_t j = 0; j < y.size(); ++j) EXPECT_NEAR(y[j], mean[j], 2e-6) << j;
  }
}

TEST(Merge, OfOneIsThatOneToTheBit) {
  const std::vector<Network> list =
      members({.input = 2, .hidden = {3}, .output = 4, .biases = 1}, 1);
  const Network merged = merge(list);
  ASSERT_EQ(merged.count(), list[0].count());
  for (std::size_t j = 0; j < merged.count(); ++j)
    EXPECT_EQ(merged.parameters()[j], list[0].parameters()[j]);
}

TEST(Merge, RefusesWhatDiffersOrIsNothing) {
  EXPECT_THROW(merge({}), Error);
  std::vector<Network> list = members({.input = 2, .hidden = {3}, .output = 4, .biases = 1}, 1);
  list.push_back(members({.input = 2, .hidden = {5}, .output = 4, .biases = 1}, 1)[0]);
  EXPECT_THROW(merge(list), Error);
}

}  // namespace
}  // namespace sluice::network
