#include "forecasting/alpha.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::forecasting {
namespace {

struct Difference {
  double mean, error;
};

// Mean of (mixed - linear) over blocks, and its standard error. Origins without a target (NaN
// errors) are skipped.
Difference over_blocks(const std::vector<double>& linear, const std::vector<double>& mixed,
                       std::size_t blocks) {
  std::vector<double> differences;
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t begin = block * linear.size() / blocks,
                      end = (block + 1) * linear.size() / blocks;
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t origin = begin; origin < end; ++origin) {
      if (std::isnan(linear[origin]) || std::isnan(mixed[origin])) continue;
      sum += mixed[origin] - linear[origin];
      ++count;
    }
    if (count > 0) differences.push_back(sum / static_cast<double>(count));
  }
  const auto n = static_cast<double>(differences.size());
  double mean = 0.0, square = 0.0;
  for (const double d : differences) mean += d / n;
  for (const double d : differences) square += (d - mean) * (d - mean);
  return {mean, std::sqrt(square / (n - 1.0) / n)};
}

}  // namespace

Alpha choose_alpha(const std::vector<double>& linear, const std::vector<std::vector<double>>& mixed,
                   std::size_t horizon) {
  constexpr std::size_t kFewestBlocks = 8, kMostBlocks = 20;
  const std::size_t length = std::max(horizon, (linear.size() + kMostBlocks - 1) / kMostBlocks);
  const std::size_t blocks = linear.size() / std::max<std::size_t>(1, length);
  if (blocks < kFewestBlocks) {
    return {0.0,
            fmt::format("0: the validation part holds only {} blocks of {} rows, fewer than {}",
                        blocks, length, kFewestBlocks)};
  }
  Alpha best;
  double best_score = 0.0;
  Difference at_best{0.0, 0.0};
  for (std::size_t candidate = 0; candidate < mixed.size(); ++candidate) {
    const Difference difference = over_blocks(linear, mixed[candidate], blocks);
    if (!(difference.mean + difference.error < best_score)) continue;
    best_score = difference.mean + difference.error;
    best.value = static_cast<double>(candidate + 1) / static_cast<double>(mixed.size());
    at_best = difference;
  }
  double level = 0.0;
  std::size_t count = 0;
  for (const double e : linear) {
    if (!std::isnan(e)) level += e, ++count;
  }
  level /= static_cast<double>(std::max<std::size_t>(1, count));
  if (best.value == 0.0) {
    best.reason = fmt::format(
        "0: over {} validation blocks no share of the LSTM lowers the error by more than one "
        "standard error",
        blocks);
  } else {
    best.reason =
        fmt::format("{:.1f}: over {} validation blocks the error changes by {:+.1f} % +- {:.1f} %",
                    best.value, blocks, 100 * at_best.mean / level, 100 * at_best.error / level);
  }
  return best;
}

}  // namespace sluice::forecasting
