// A small thread pool, made and owned by its caller. Any thread may run any task. The tasks must
// not depend on the number of threads, so the bits of a result do not either.
#pragma once

#include <cstddef>
#include <memory>

#include "core/function_ref.hpp"

namespace sluice {

class ThreadPool {
 public:
  /// `threads` counts the caller's own: threads - 1 helpers are started. 0 means 1.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t threads() const noexcept { return threads_; }

  /// Runs work(0) .. work(tasks - 1) once each and returns when all have finished. If there are at
  /// most threads() tasks, they may wait for each other. `work` must not throw. Helpers run in the
  /// caller's floating-point mode and spin briefly for the next call before they sleep. Must not be
  /// called from two threads at once, nor from inside `work`.
  void run(std::size_t tasks, FunctionRef<void(std::size_t)> work);

 private:
  struct Shared;
  std::size_t threads_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace sluice
