// Series that the tests of ridge are fitted to.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "forecasting/ridge.hpp"

namespace sluice::forecasting {

// Numbers in [-1, 1) that repeat, from a small linear congruence.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / 4503599627370496.0 - 1.0;
  }

 private:
  std::uint64_t state_;
};

struct Series {
  std::vector<double> target = {};
  std::vector<double> now = {};
  std::vector<double> known = {};
  std::vector<std::uint8_t> observed = {};
  std::size_t now_width = 0;
  std::size_t known_width = 0;

  LinearInputs inputs() const { return {target, observed, now, now_width, known, known_width}; }
};

// A noisy season of 7 rows that two covariates and one known column move, with an offset far from
// 0.
inline Series make_series(std::size_t rows, std::size_t now_width, std::size_t known_width) {
  Noise noise(17);
  Series s{.now_width = now_width, .known_width = known_width};
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t i = 0; i < now_width; ++i) {
      s.now.push_back(5.0 * static_cast<double>(i) + noise.next() * static_cast<double>(i + 1));
    }
  }
  for (std::size_t t = 0; t < rows + 11; ++t) {
    for (std::size_t i = 0; i < known_width; ++i) s.known.push_back(3.0 + 0.7 * noise.next());
  }
  double previous = 0.0;
  for (std::size_t t = 0; t < rows; ++t) {
    double value = 40.0 + 0.6 * (previous - 40.0) + std::sin(0.8975979 * static_cast<double>(t));
    if (now_width > 0 && t > 0) value += 0.4 * s.now[(t - 1) * now_width];
    if (known_width > 0) value -= 0.9 * s.known[t * known_width];
    previous = value + 0.3 * noise.next();
    s.target.push_back(previous);
  }
  s.observed.assign(rows, 1);
  return s;
}

}  // namespace sluice::forecasting
