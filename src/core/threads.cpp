// The helper threads of the pool: each spins for the next round, then sleeps on a condition
// variable.
#include "core/threads.hpp"

#include <atomic>
#include <cfenv>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "core/spin.hpp"
#include "sluice/error.hpp"

namespace sluice {

struct ThreadPool::Shared {
  std::mutex mutex;
  std::condition_variable start;
  std::condition_variable finished;
  // A round starts when `round` changes. Work, tasks and float mode are set before that; run()
  // returns when every helper has left the round.
  const FunctionRef<void(std::size_t)>* work = nullptr;
  std::size_t tasks = 0;
  std::fenv_t float_mode{};  // the caller's: all threads must give the same bits
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> busy{0};  // helpers still in this round
  std::atomic<std::uint64_t> round{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> helpers;

  ~Shared() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    start.notify_all();
    for (std::thread& helper : helpers) helper.join();
  }

  void take_tasks() {
    for (std::size_t task = next++; task < tasks; task = next++) (*work)(task);
  }

  void serve() {
    std::uint64_t seen = 0;
    const auto called = [&] { return stop || round != seen; };
    for (;;) {
      if (!spin(called)) {
        std::unique_lock lock(mutex);
        start.wait(lock, called);
      }
      if (stop) return;
      seen = round;
      std::fesetenv(&float_mode);
      take_tasks();
      // The mutex keeps a caller that is about to sleep from missing the notification.
      const std::lock_guard lock(mutex);
      if (--busy == 0) finished.notify_one();
    }
  }
};

ThreadPool::ThreadPool(std::size_t threads)
    : threads_(threads == 0 ? 1 : threads), shared_(std::make_unique<Shared>()) {
  try {
    for (std::size_t i = 1; i < threads_; ++i) {
      shared_->helpers.emplace_back([shared = shared_.get()] { shared->serve(); });
    }
  } catch (const std::system_error&) {
    throw Error(ErrorCode::usage, {.where = "",
                                   .what = "the system starts no more threads",
                                   .expected = std::to_string(threads_) + " threads",
                                   .got = std::to_string(shared_->helpers.size() + 1),
                                   .hint = "ask for fewer threads"});
  }
}

ThreadPool::~ThreadPool() = default;

void ThreadPool::run(std::size_t tasks, FunctionRef<void(std::size_t)> work) {
  if (threads_ == 1 || tasks <= 1) {
    for (std::size_t task = 0; task < tasks; ++task) work(task);
    return;
  }
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->work = &work;
    shared_->tasks = tasks;
    std::fegetenv(&shared_->float_mode);
    shared_->next = 0;
    shared_->busy = shared_->helpers.size();
    ++shared_->round;
  }
  shared_->start.notify_all();
  shared_->take_tasks();
  const auto ended = [&] { return shared_->busy == 0; };
  if (spin(ended)) return;
  std::unique_lock lock(shared_->mutex);
  shared_->finished.wait(lock, ended);
}

}  // namespace sluice
