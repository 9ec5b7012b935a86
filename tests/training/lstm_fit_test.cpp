// A forecast's fit whose batch is cut into parts: what it draws and reads for each sample is what
// the batch in one has, and the bits do not depend on the threads.
#include "training/lstm_fit.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "forecasting/members.hpp"
#include "forecasting/noise_data.hpp"

namespace sluice::training {
namespace {

using forecasting::Members;
using forecasting::noise_data;

constexpr std::size_t kRows = 300;
const Architecture kOf{.input = 2, .hidden = {32}, .output = 1};

// Two parts, if the batch may be cut.
FitOptions options(std::size_t most_parts) {
  return {.batch = 40,
          .chunk = 20,
          .dropout = 0.3,
          .seed = 11,
          .most_parts = most_parts,
          .optimizer = {}};
}

engine::Network start() {
  engine::Network network(kOf);
  network.set_parameters(initial_parameters(kOf, {.seed = 5}));
  return network;
}

struct Fitted {
  std::vector<double> losses;
  std::vector<float> parameters;
};

Fitted fitted(std::size_t most_parts, std::size_t threads) {
  engine::Network network = start();
  const FitData data = noise_data(kRows, 2);
  ThreadPool pool(threads);
  LstmFit fit(network, data, options(most_parts), pool);
  Fitted result;
  for (int step = 0; step < 6; ++step) result.losses.push_back(fit.step(1e-2));
  result.parameters.assign(network.parameters().begin(), network.parameters().end());
  return result;
}

TEST(LstmFit, InPartsHasTheLossesOfTheBatchInOne) {
  const Fitted one = fitted(1, 1), parts = fitted(16, 1);
  EXPECT_EQ(parts.losses[0], one.losses[0]);  // before the first update: to the bit
  for (std::size_t step = 1; step < one.losses.size(); ++step)
    EXPECT_NEAR(parts.losses[step], one.losses[step], 1e-4 * one.losses[step]) << step;
  EXPECT_NE(parts.parameters, one.parameters);  // else it was not cut
}

TEST(LstmFit, InPartsHasTheSameBitsForAnyNumberOfThreads) {
  const Fitted alone = fitted(16, 1);
  for (const std::size_t threads : {2, 3}) {
    const Fitted shared = fitted(16, threads);
    EXPECT_EQ(shared.losses, alone.losses) << threads;
    EXPECT_EQ(shared.parameters, alone.parameters) << threads;
  }
}

// Threads take members, so these are not cut; one alone is.
TEST(LstmFit, IsCutOnlyWhereItIsTheOnlyMember) {
  for (const std::size_t members : {1, 2}) {
    std::vector<engine::Network> networks(members, start());
    const FitData data = noise_data(kRows, 2);
    ThreadPool pool(1);
    Members fit(networks, data, options(16), pool);
    fit.run(
        3, [](std::size_t) { return 1e-2; }, [] { return false; });
    engine::Network network = start();
    FitOptions whole = options(1);
    whole.seed = mix64(whole.seed);
    LstmFit alone(network, data, whole, pool);
    for (int step = 0; step < 3; ++step) alone.step(1e-2);
    const std::vector<float> got(networks[0].parameters().begin(), networks[0].parameters().end());
    const std::vector<float> in_one(network.parameters().begin(), network.parameters().end());
    EXPECT_EQ(got == in_one, members > 1) << members;
  }
}

}  // namespace
}  // namespace sluice::training
