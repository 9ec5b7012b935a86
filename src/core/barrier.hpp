// A reusable barrier for the threads that share one step. It spins briefly, because the others
// usually arrive within microseconds, then yields: on a busy machine they may not be running.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>

#include "core/spin.hpp"

namespace sluice {

class Barrier {
 public:
  /// Each of the `members` threads must call wait() the same number of times.
  explicit Barrier(std::size_t members) : members_(members) {}

  /// Returns when all members have called it. Everything written before wait() is visible after it.
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
