// A second thread for a stream that waits for each row: it does its share of each phase of a step
// at the same time as the caller does his.
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
  /// How long it looks out for the next call, spinning; then it sleeps, and the call after that
  /// asks the system to wake it.
  static constexpr double kSpinSeconds = 0.02;  // seconds

  /// work(phase) is the partner's share of a phase; it must not throw. Throws Error(usage) where
  /// the system starts no more threads.
  explicit HelperThread(std::function<void(std::size_t)> work);
  ~HelperThread();

  /// Phases first .. last-1: own(phase) here, the partner's share there, each begun when both have
  /// done the phase before. The partner may still be at the last one: wait().
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

  /// Until the partner has done all that it was asked for.
  void wait() const noexcept { wait_for(asked_.load(std::memory_order_relaxed)); }

 private:
  std::uint64_t begin(std::size_t first, std::size_t last) noexcept;
  void wait_for(std::uint64_t phases) const noexcept;
  void serve() noexcept;
  void look_out(std::uint64_t done) noexcept;

  std::function<void(std::size_t)> work_;
  // Counted are phases, from the partner's start on.
  std::size_t first_phase_ = 0;    // that of the phase that was first asked for last
  std::uint64_t first_asked_ = 0;  // and its count
  alignas(64) std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> mine_{0};
  alignas(64) std::atomic<std::uint64_t> theirs_{0};
  alignas(64) std::atomic<bool> asleep_{false};
  std::atomic<bool> stop_{false};
  std::counting_semaphore<> wake_{0};
  std::thread thread_;
};

}  // namespace sluice::streaming
