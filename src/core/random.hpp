// Random numbers that are the same on every machine and for any number of threads: a sequential
// generator and a counter-based one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

/// Counter-based generator (the finaliser of SplitMix64): a hash of `z`, so that any thread gets
/// the same number for the same position.
constexpr std::uint64_t mix64(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

/// xoshiro256++ (Blackman and Vigna 2019), seeded through SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  double uniform();                         ///< In [0, 1), 53 bits.
  double uniform(double low, double high);  ///< From low to high; high only by rounding.
  double normal();                          ///< Mean 0, variance 1 (Box-Muller, no state kept).
  std::size_t below(std::size_t count);     ///< In 0 .. count - 1, unbiased; count > 0.

 private:
  std::uint64_t state_[4];
};

}  // namespace sluice
