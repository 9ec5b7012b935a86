// A small pool of threads, made and owned by its caller. Which thread runs a task is left open;
// what the tasks are is not: they never depend on the number of threads, so neither do the bits of
// a result.
#pragma once

#include <cstddef>
#include <memory>

#include "core/function_ref.hpp"

namespace sluice {

class ThreadPool {
 public:
  /// `threads` >= 1 in all: the caller's own and threads - 1 more.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t threads() const noexcept { return threads_; }

  /// Runs work(0) .. work(tasks - 1), each once, and returns when all have ended. With at most
  /// threads() tasks each may wait for the others. `work` must not throw. Helpers compute in the
  /// caller's floating-point mode, and look out for the next call for a short while before they
  /// sleep. Not to be called from two threads at once, nor from inside `work`.
  void run(std::size_t tasks, FunctionRef<void(std::size_t)> work);

 private:
  struct Shared;
  std::size_t threads_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace sluice
