// A task that a small network learns in seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "sluice/trainer.hpp"

namespace sluice {

// The running sum of x, forgotten where it is told to.
struct Adding {
  std::size_t count, steps;
  std::vector<float> x, targets;
  std::vector<std::size_t> lengths;
  Adding(std::size_t sequences, std::size_t longest, std::uint64_t seed)
      : count(sequences), steps(longest) {
    Random random(seed);
    for (std::size_t n = 0; n < count; ++n) {
      double sum = 0.0;
      lengths.push_back(steps / 2 + random.below(steps / 2 + 1));
      for (std::size_t t = 0; t < steps; ++t) {
        const double value = random.uniform(-0.5, 0.5);
        const bool reset = random.below(6) == 0;
        sum = (reset ? 0.0 : sum) + value;
        x.push_back(static_cast<float>(value));
        x.push_back(reset ? 1.0f : 0.0f);
        targets.push_back(static_cast<float>(sum));
      }
    }
  }
  Batch batch() const { return {.x = x, .batch = count, .targets = targets, .lengths = lengths}; }
};

}  // namespace sluice
