// Merged networks compute the mean of their members' outputs, whatever the cell and what is around
// it: one is itself to the bit, several equal ones answer as one.
#include "engine/ensemble.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "engine/run.hpp"
#include "reference/option_table.hpp"
#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

constexpr std::size_t kBatch = 3, kSteps = 7;

std::vector<float> normals(std::size_t count, double scale, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

Network random_network(const Architecture& architecture, std::uint64_t seed) {
  Network network(architecture);
  network.set_parameters(normals(network.count(), 0.4, seed));
  return network;
}

std::vector<float> answer(const Network& network, const std::vector<float>& x,
                          const std::vector<std::size_t>& lengths) {
  State state;
  return run(network, {.x = x, .batch = kBatch, .steps = kSteps, .lengths = lengths}, state);
}

struct Named {
  std::string name;
  Architecture architecture;
  std::vector<std::size_t> lengths;
};

// Every entry of the table of options, every pair that may stand together, and all at once.
std::vector<Named> architectures() {
  std::vector<reference::Combination> all = reference::single_options();
  for (const auto& list : {reference::option_pairs(), reference::crowds()})
    all.insert(all.end(), list.begin(), list.end());
  std::vector<Named> made;
  for (const reference::Combination& combination : all) {
    const reference::Variant& variant = combination.variant;
    Architecture architecture{.input = variant.input,
                              .hidden = std::vector<std::size_t>(variant.layers, variant.hidden),
                              .output = 2,
                              .biases = variant.biases ? 1 + made.size() % 2 : 0,
                              .cell = variant.cell,
                              .activations = variant.activations,
                              .direction = variant.direction,
                              .merge = variant.merge,
                              .residual = variant.residual,
                              .learned_state = made.size() % 3 == 0};
    made.push_back({combination.name, architecture, {}});
    if (variant.lengths) made.back().lengths = {4, 0, kSteps};
  }
  return made;
}

double largest(const std::vector<float>& values) {
  double size = 0.0;
  for (const float value : values) size = std::max(size, std::abs(static_cast<double>(value)));
  return size;
}

TEST(Merge, OfOneIsThatOneToTheBitWhateverItsOptions) {
  std::size_t with_norm = 0;
  for (const Named& named : architectures()) {
    const std::vector<Network> one = {random_network(named.architecture, 11)};
    const Network merged = merge(one);
    EXPECT_EQ(merged.architecture(), one[0].architecture()) << named.name;
    ASSERT_EQ(merged.count(), one[0].count()) << named.name;
    EXPECT_EQ(std::memcmp(merged.parameters().data(), one[0].parameters().data(),
                          merged.count() * sizeof(float)),
              0)
        << named.name;
    const std::vector<float> x = normals(kBatch * kSteps * named.architecture.input, 0.5, 5);
    EXPECT_EQ(answer(merged, x, named.lengths), answer(one[0], x, named.lengths)) << named.name;
    with_norm += named.architecture.cell.layer_norm != LayerNorm::none ? 1 : 0;
  }
  EXPECT_GT(with_norm, 20u);
}

// 4e-6 of the largest answer: sums of 7 to 21 products in another order, over 7 steps.
TEST(Merge, OfEqualOnesAnswersAsOneWhateverItsOptions) {
  for (const Named& named : architectures()) {
    const std::vector<Network> equal(3, random_network(named.architecture, 13));
    if (named.architecture.cell.layer_norm != LayerNorm::none) {
      EXPECT_THROW(merge(equal), Error) << named.name;
      continue;
    }
    const std::vector<float> x = normals(kBatch * kSteps * named.architecture.input, 0.5, 5);
    const std::vector<float> own = answer(equal[0], x, named.lengths);
    const std::vector<float> merged = answer(merge(equal), x, named.lengths);
    ASSERT_EQ(merged.size(), own.size()) << named.name;
    const double tolerance = 4e-6 * std::max(1.0, largest(own));
    for (std::size_t j = 0; j < own.size(); ++j)
      ASSERT_NEAR(merged[j], own[j], tolerance) << named.name << ", " << j;
  }
}

TEST(Merge, OfDifferentOnesComputesTheirMeanWhateverTheirOptions) {
  for (const Named& named : architectures()) {
    if (named.architecture.cell.layer_norm != LayerNorm::none) continue;
    const std::vector<Network> members = {random_network(named.architecture, 17),
                                          random_network(named.architecture, 19)};
    const std::vector<float> x = normals(kBatch * kSteps * named.architecture.input, 0.5, 5);
    const std::vector<float> merged = answer(merge(members), x, named.lengths);
    const std::vector<float> first = answer(members[0], x, named.lengths);
    const std::vector<float> second = answer(members[1], x, named.lengths);
    const double tolerance = 4e-6 * std::max({1.0, largest(first), largest(second)});
    for (std::size_t j = 0; j < merged.size(); ++j)
      ASSERT_NEAR(merged[j], (first[j] + second[j]) / 2, tolerance) << named.name << ", " << j;
  }
}

TEST(Merge, LayersOfDifferentSizesStayApart) {
  for (const std::size_t biases : {0u, 1u, 2u}) {
    const Architecture architecture{.input = 3, .hidden = {5, 7}, .output = 2, .biases = biases};
    const std::vector<Network> list = {random_network(architecture, 11),
                                       random_network(architecture, 12),
                                       random_network(architecture, 13)};
    const Network merged = merge(list);
    EXPECT_EQ(merged.architecture().hidden, (std::vector<std::size_t>{15, 21}));
    const std::vector<float> x = normals(kBatch * kSteps * 3, 0.5, 5);
    const std::vector<float> y = answer(merged, x, {});
    std::vector<double> mean(y.size(), 0.0);
    for (const Network& member : list) {
      const std::vector<float> own = answer(member, x, {});
      for (std::size_t j = 0; j < own.size(); ++j) mean[j] += own[j] / 3.0;
    }
    for (std::size_t j = 0; j < y.size(); ++j) EXPECT_NEAR(y[j], mean[j], 2e-6) << j;
  }
}

TEST(Merge, RefusesWhatDiffersOrIsNothing) {
  EXPECT_THROW(merge({}), Error);
  std::vector<Network> list = {
      random_network({.input = 2, .hidden = {3}, .output = 4, .biases = 1}, 11)};
  list.push_back(random_network({.input = 2, .hidden = {5}, .output = 4, .biases = 1}, 11));
  EXPECT_THROW(merge(list), Error);
}

}  // namespace
}  // namespace sluice::engine
