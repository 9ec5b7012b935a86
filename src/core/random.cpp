// xoshiro256++ and the distributions over it. The counter-based generator is in the header, because
// it is constexpr.
#include "core/random.hpp"

#include <bit>
#include <cmath>

#include "core/elementary.hpp"

namespace sluice {

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    word = mix64(seed);
    seed += 0x9e3779b97f4a7c15ull;
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) { return low + (high - low) * uniform(); }

double Random::normal() {
  const double radius = std::sqrt(-2.0 * logarithm(1.0 - uniform()));
  return radius * cosine_of_turns(uniform());
}

std::size_t Random::below(std::size_t count) {
  const std::uint64_t bound = count;
  const std::uint64_t reject_under = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t draw = next();
  while (draw < reject_under) draw = next();
  return static_cast<std::size_t>(draw % bound);
}

}  // namespace sluice
