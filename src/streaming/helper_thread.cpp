// The helper's loop: it spins for kSpinSeconds, then sleeps on a semaphore until the next call.
// What the phases compute is in row_runner.cpp.
#include "streaming/helper_thread.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include "core/float_mode.hpp"
#include "core/spin.hpp"
#include "sluice/error.hpp"

namespace sluice::streaming {

HelperThread::HelperThread(std::function<void(std::size_t)> work) : work_(std::move(work)) {
  try {
    thread_ = std::thread([this] { serve(); });
  } catch (const std::system_error&) {
    throw Error(ErrorCode::usage, {.where = "threads",
                                   .what = "the system starts no more threads",
                                   .expected = "a second thread for the stream",
                                   .hint = "ask for one"});
  }
}

HelperThread::~HelperThread() {
  stop_ = true;
  wake_.release();
  thread_.join();
}

std::uint64_t HelperThread::begin(std::size_t first, std::size_t last) noexcept {
  const std::uint64_t base = asked_.load(std::memory_order_relaxed);
  first_phase_ = first;
  first_asked_ = base;
  asked_.store(base + last - first);
  // seq_cst: either we see it asleep, or it sees the request.
  if (asleep_.load() && asleep_.exchange(false)) wake_.release();
  return base;
}

void HelperThread::wait_for(std::uint64_t phases) const noexcept {
  const auto there = [&] { return theirs_.load(std::memory_order_acquire) >= phases; };
  while (!spin(there)) std::this_thread::yield();
}

void HelperThread::look_out(std::uint64_t done) noexcept {
  using Clock = std::chrono::steady_clock;
  const auto asked = [&] { return stop_ || asked_ > done; };
  const Clock::time_point start = Clock::now();
  while (!spin(asked)) {
    if (std::chrono::duration<double>(Clock::now() - start).count() < kSpinSeconds) continue;
    asleep_ = true;
    if (!asked()) wake_.acquire();
    asleep_ = false;
    if (asked()) return;
  }
}

void HelperThread::serve() noexcept {
  const FlushDenormals flush;
  for (std::uint64_t done = 0;;) {
    look_out(done);
    if (stop_) return;
    for (const std::uint64_t asked = asked_; done < asked;) {
      const auto ready = [&] { return mine_.load(std::memory_order_acquire) >= done; };
      while (!spin(ready)) std::this_thread::yield();
      work_(first_phase_ + (done - first_asked_));
      theirs_.store(++done, std::memory_order_release);
    }
  }
}

}  // namespace sluice::streaming
