// Members trained side by side: each with draws of its own, and the same bits for any number of
// threads, whether a member goes alone or shares them.
#include "training/members.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "training/noise_data.hpp"

namespace sluice::training {
namespace {

constexpr std::size_t kRows = 200;

const network::Architecture kOf{.input = 1, .hidden = {8}, .output = 1};

std::vector<network::Network> networks_of(std::size_t members) {
  std::vector<network::Network> networks(members, network::Network(kOf));
  for (network::Network& network : networks)
    network.set_parameters(network::initial_parameters(kOf, {.seed = 5}));
  return networks;
}

FitOptions options() { return {.batch = 4, .chunk = 20, .dropout = 0.3, .optimizer = {}}; }

using Parameters = std::vector<std::vector<float>>;

Parameters parameters_of(const std::vector<network::Network>& networks) {
  Parameters all;
  for (const network::Network& network : networks)
    all.emplace_back(network.parameters().begin(), network.parameters().end());
  return all;
}

const auto rate = [](std::size_t step) { return 0.01 / static_cast<double>(1 + step); };
const auto never = [] { return false; };

// The parameters of each after some steps, all from the same start.
Parameters trained(std::size_t members, std::size_t threads, std::size_t steps = 5) {
  std::vector<network::Network> networks = networks_of(members);
  const FitData data = noise_data(kRows, 1);
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
  const FitData data = noise_data(kRows, 1);
  std::vector<network::Network> networks = networks_of(3), others = networks_of(3);
  ThreadPool pool(2), one(1);
  Members fit(networks, data, options(), pool);
  double sum = 0.0;
  for (std::size_t member = 0; member < 3; ++member) {
    FitOptions own = options();
    own.seed = mix64(own.seed + member);
    LstmFit alone(others[member], data, own, one);
    for (std::size_t step = 0; step < 4; ++step) sum += alone.step(rate(step));
  }
  EXPECT_NEAR(fit.run(4, rate, never), sum / 12, 1e-12);
  EXPECT_EQ(parameters_of(networks), parameters_of(others));
}

TEST(Members, EndAllAfterTheSameStepWhereItIsEnough) {
  for (const std::size_t threads : {1, 2, 3}) {
    std::vector<network::Network> networks = networks_of(3);
    const FitData data = noise_data(kRows, 1);
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
    std::vector<network::Network> networks = networks_of(3);
    std::vector<float> broken(networks[1].count(), NAN);
    networks[1].set_parameters(broken);
    const FitData data = noise_data(kRows, 1);
    ThreadPool pool(threads);
    Members fit(networks, data, options(), pool);
    fit.run(100, rate, never);
    EXPECT_EQ(fit.steps(), 0u) << threads;
    EXPECT_NE(fit.trouble().find("loss"), std::string::npos) << threads;
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
}  // namespace sluice::training
