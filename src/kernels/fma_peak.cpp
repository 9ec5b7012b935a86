// Measures the multiply-add throughput of all threads: the best of twelve bursts. The inner loop is
// KernelTable::multiply_adds.
#include "kernels/fma_peak.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace sluice::kernels {

double fma_peak_gflops(const KernelTable& table, ThreadPool& pool) {
  constexpr std::size_t kRounds = 1 << 20, kBursts = 12, kVectors = 12;
  std::vector<float> results(pool.threads());
  double best = 0.0;
  for (std::size_t burst = 0; burst < kBursts; ++burst) {
    const auto start = std::chrono::steady_clock::now();
    pool.run(pool.threads(),
             [&](std::size_t task) { results[task] += table.multiply_adds(kRounds); });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    const double flop =
        2.0 * static_cast<double>(kRounds * kVectors * table.lanes * pool.threads());
    best = std::max(best, flop / time.count() * 1e-9);
  }
  // Using the results keeps the compiler from removing the bursts.
  return std::all_of(results.begin(), results.end(), [](float r) { return r > 0.0f; }) ? best : 0.0;
}

}  // namespace sluice::kernels
