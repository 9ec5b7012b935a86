// Members trained side by side: each with draws of its own, and the same bits for any number of
// threads, whether a member goes alone or shares them.
#include "forecasting/members.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "forecasting/noise_data.hpp"

namespace sluice::forecasting {
namespace {

constexpr std::size_t kRows = 200;

const Architecture kOf{.input = 1, .hidden = {8}, .output = 1};

std::vector<engine::Network> networks_of(std::size_t members) {
  std::vector<engine::Network> networks(members, engine::Network(kOf));
  for (engine::Network& network : networks)
    network.set_parameters(initial_parameters(kOf, {.seed = 5}));
  return networks;
}

training::FitOptions options() {
  return {.batch = 4, .chunk = 20, .dropout = 0.3, .optimizer = {}};
}

using Parameters = std::vector<std::vector<float>>;

Parameters parameters_of(const std::vector<engine::Network>& networks) {
  Parameters all;
  for (const engine::Network& network : networks)
    all.emplace_back(network.parameters().begin(), network.parameters().end());
  return all;
}

const auto rate = [](std::size_t step) { return 0.01 / static_cast<double>(1 + step); };
const auto never = [] { return false; };

// The parameters of each after some steps, all from the same start.
Parameters trained(std::size_t members, std::size_t threads, std::size_t steps = 5) {
  std::vector<engine::Network> networks = networks_of(members);
  const training::FitData data = noise_data(kRows, 1);
  ThreadPool pool(threads);
  Members fit(networks, data, options(), pool);
  fit.run(steps / 2, rate, never);
  fit.run(steps - steps / 2, rate, never);
  EXPECT_EQ(fit.steps(), steps);
  return parameters_of(networks);
}

TEST(Members, DrawEachForItself) {
  const Parameters all = trained(3, 1);
  EXPECT_NE(all[0], all[1]);
  EXPECT_NE(all[1], all[2]);
}

TEST(Members, HaveTheSameBitsForAnyNumberOfThreads) {
  const Parameters alone = trained(5, 1);
  for (const std::size_t threads : {2, 3, 7}) EXPECT_EQ(trained(5, threads), alone) << threads;
}

// The mean over the members and the steps, whose rates go by their numbers.
TEST(Members, AnswerTheMeanLoss) {
  const training::FitData data = noise_data(kRows, 1);
  std::vector<engine::Network> networks = networks_of(3), others = networks_of(3);
  ThreadPool pool(2), one(1);
  Members fit(networks, data, options(), pool);
  double sum = 0.0;
  for (std::size_t member = 0; member < 3; ++member) {
    training::FitOptions own = options();
    own.seed = mix64(own.seed + member);
    training::LstmFit alone(others[member], data, own, one);
    for (std::size_t step = 0; step < 4; ++step) sum += alone.step(rate(step));
  }
  EXPECT_NEAR(fit.run(4, rate, never), sum / 12, 1e-12);
  EXPECT_EQ(parameters_of(networks), parameters_of(others));
}

TEST(Members, EndAllAfterTheSameStepWhereItIsEnough) {
  for (const std::size_t threads : {1, 2, 3}) {
    std::vector<engine::Network> networks = networks_of(3);
    const training::FitData data = noise_data(kRows, 1);
    ThreadPool pool(threads);
    Members fit(networks, data, options(), pool);
    std::size_t asked = 0;
    fit.run(100, rate, [&] { return ++asked == 3; });
    EXPECT_EQ(fit.steps(), 3u) << threads;
    EXPECT_EQ(parameters_of(networks), trained(3, 1, 3)) << threads;
  }
}

TEST(Members, GoAsFarAsTheOneInTrouble) {
  for (const std::size_t threads : {1, 2, 3}) {
    std::vector<engine::Network> networks = networks_of(3);
    std::vector<float> broken(networks[1].count(), NAN);
    networks[1].set_parameters(broken);
    const training::FitData data = noise_data(kRows, 1);
    ThreadPool pool(threads);
    Members fit(networks, data, options(), pool);
    fit.run(100, rate, never);
    EXPECT_EQ(fit.steps(), 0u) << threads;
    EXPECT_NE(fit.failure().find("loss"), std::string::npos) << threads;
    // Some may have gone further before the trouble was seen.
    const Parameters start = parameters_of(networks_of(3)), now = parameters_of(networks);
    EXPECT_NE(now[0], start[0]) << threads;
    EXPECT_NE(now[2], start[2]) << threads;
    if (threads == 1) {
      EXPECT_EQ(now[2], trained(3, 1, 1)[2]);
    }
  }
}

}  // namespace
}  // namespace sluice::forecasting
