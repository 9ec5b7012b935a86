// How fast this core multiplies and adds, and reads from each level of its caches: what the floors
// of a step are made of.
#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "core/aligned.hpp"
#include "core/threads.hpp"
#include "kernels/fma_peak.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::bench {

// As wide as the machine that builds this has.
#if defined(__AVX512F__)
typedef float Wide __attribute__((vector_size(64)));
#else
typedef float Wide __attribute__((vector_size(32)));
#endif

/// GB/s of reading so many bytes again and again: the best of some tries.
inline double read_rate(std::size_t bytes) {
  FloatVector data(bytes / sizeof(float), 1.0f);
  constexpr std::size_t kChains = 8;
  const auto* from = reinterpret_cast<const Wide*>(data.data());
  const std::size_t count = bytes / sizeof(Wide) / kChains * kChains;
  const std::size_t rounds = std::max<std::size_t>(1, (std::size_t{32} << 20) / bytes);
  double best = 0.0;
  float kept = 0.0f;
  for (int attempt = 0; attempt < 7; ++attempt) {
    Wide sum[kChains] = {};
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t at = 0; at < count; at += kChains) {
        for (std::size_t chain = 0; chain < kChains; ++chain) sum[chain] += from[at + chain];
      }
    }
    const std::chrono::duration<double, std::nano> gone = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(rounds * count * sizeof(Wide)) / gone.count());
    for (const Wide& one : sum) kept += one[0];
  }
  volatile float out = kept;
  static_cast<void>(out);
  return best;
}

inline nlohmann::json machine_rates() {
  ThreadPool one(1);
  return {{"fma_gflops", kernels::fma_peak_gflops(kernels::chosen(), one)},
          {"l1_gb_s", read_rate(24 << 10)},
          {"l2_gb_s", read_rate(640 << 10)},
          {"l3_gb_s", read_rate(8 << 20)}};
}

}  // namespace sluice::bench
