// A second thread for a latency-bound stream: it computes its share of each phase of a step while
// the caller computes the other.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <semaphore>
#include <thread>

namespace sluice::streaming {

class HelperThread {
 public:
  /// Seconds to spin for the next call before sleeping; a call after that pays for a wake-up.
  static constexpr double kSpinSeconds = 0.02;

  /// work(phase) computes the helper's share of a phase; it must not throw. Throws Error(usage) if
  /// the system starts no more threads.
  explicit HelperThread(std::function<void(std::size_t)> work);
  ~HelperThread();

  /// Runs phases first .. last-1: own(phase) on this thread, the helper's share on the other. A
  /// phase starts when both have finished the one before. On return the helper may still be in the
  /// last phase: call wait().
  template <class Own>
  void run(std::size_t first, std::size_t last, const Own& own) noexcept {
    wait();
    const std::uint64_t base = begin(first, last);
    for (std::size_t phase = first; phase < last; ++phase) {
      wait_for(base + phase - first);
      own(phase);
      mine_.store(base + phase - first + 1, std::memory_order_release);
    }
  }

  /// Waits until the helper has finished all requested phases.
  void wait() const noexcept { wait_for(asked_.load(std::memory_order_relaxed)); }

 private:
  std::uint64_t begin(std::size_t first, std::size_t last) noexcept;
  void wait_for(std::uint64_t phases) const noexcept;
  void serve() noexcept;
  void look_out(std::uint64_t done) noexcept;

  std::function<void(std::size_t)> work_;
  // Counters count phases since the helper started.
  std::size_t first_phase_ = 0;    // first phase of the latest request
  std::uint64_t first_asked_ = 0;  // count of phases before that request
  alignas(64) std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> mine_{0};
  alignas(64) std::atomic<std::uint64_t> theirs_{0};
  alignas(64) std::atomic<bool> asleep_{false};
  std::atomic<bool> stop_{false};
  std::counting_semaphore<> wake_{0};
  std::thread thread_;
};

}  // namespace sluice::streaming
