// A meeting point of the threads that work on one step together. It spins for a short while,
// because the others are mostly near, then yields: on a busy machine they may not be running at
// all.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

#include "core/spin.hpp"

namespace sluice {

class Barrier {
 public:
  /// For `members` threads, which all call wait() as many times.
  explicit Barrier(std::size_t members) : members_(members) {}

  /// Returns when all members have called it; what they wrote before is seen after.
  void wait() noexcept {
    const std::size_t round = round_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    const auto all_there = [&] { return round_.load(std::memory_order_acquire) != round; };
    if (spin(all_there)) return;
    while (!all_there()) std::this_thread::yield();
  }

 private:
  alignas(64) std::atomic<std::size_t> arrived_{0};
  std::size_t members_;
  alignas(64) std::atomic<std::size_t> round_{0};
};

}  // namespace sluice
