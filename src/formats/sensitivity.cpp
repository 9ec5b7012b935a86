#include "formats/sensitivity.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "engine/run.hpp"

namespace sluice::formats {
namespace {

constexpr std::size_t kDraws = 4;
// Two units in the last place: roughly the error of a sum of a hundred products, and the tolerance
// of sigma and tanh.
constexpr double kNoise = 0x1p-22;
// Safety factor: a single draw underestimates the largest effect where each step multiplies errors.
constexpr double kMargin = 8.0;

std::vector<float> noisy(std::span<const float> values, Random& random) {
  std::vector<float> changed;
  changed.reserve(values.size());
  for (const float value : values) {
    changed.push_back(static_cast<float>(static_cast<double>(value) *
                                         (1.0 + kNoise * random.uniform(-1.0, 1.0))));
  }
  return changed;
}

// Raises spread [T] to the largest difference between the outputs of each step.
void raise(std::vector<double>& spread, const std::vector<float>& a, const std::vector<float>& b) {
  const std::size_t width = a.size() / spread.size();
  for (std::size_t n = 0; n < a.size(); ++n) {
    double& step = spread[n / width];
    step = std::max(step, std::abs(static_cast<double>(a[n]) - static_cast<double>(b[n])));
  }
}

}  // namespace

std::vector<float> run_once(const engine::Network& network, std::span<const float> x) {
  State state;
  return engine::run(network,
                     {.x = x, .batch = 1, .steps = x.size() / network.architecture().input}, state);
}

std::vector<double> rounding_of(const engine::Network& network, std::span<const float> x) {
  std::vector<double> spread(x.size() / network.architecture().input, 0.0);
  if (spread.empty()) return spread;
  // Perturbations this small vanish in weights of fewer bits: perturb them in a float32 network of
  // the same values, and perturb the input in the network itself.
  engine::Network plain(network.architecture(), network.kernels());
  plain.set_parameters(network.parameters());
  const std::vector<float> y = run_once(network, x), plain_y = run_once(plain, x);
  engine::Network changed(network.architecture(), network.kernels());
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    Random random(draw + 1);
    raise(spread, run_once(network, noisy(x, random)), y);
    changed.set_parameters(noisy(network.parameters(), random));
    raise(spread, run_once(changed, x), plain_y);
  }
  std::vector<double> rounding;
  for (std::size_t t = 0; t < spread.size(); ++t) {
    const auto first = spread.begin() + static_cast<std::ptrdiff_t>(t > 0 ? t - 1 : 0);
    const auto last = spread.begin() + static_cast<std::ptrdiff_t>(std::min(t + 2, spread.size()));
    rounding.push_back(kMargin * *std::max_element(first, last));
  }
  return rounding;
}

}  // namespace sluice::formats
