// How the threads of a pool share the work of a pass. Whether and how work is cut does not change a
// bit.
#pragma once

#include <cstddef>

#include "core/function_ref.hpp"
#include "core/threads.hpp"

namespace sluice::engine {

class WorkSharing {
 public:
  /// Floating-point operations below which a second thread gains nothing: it must be woken, and
  /// fetch what another has written.
  static constexpr double kWorthSharing = 5e6;

  /// Without a pool the caller's thread does everything. The pool must outlive this.
  void set_pool(ThreadPool& pool) { pool_ = &pool; }
  /// Null: there is none.
  ThreadPool* pool() const { return pool_; }
  std::size_t threads() const { return pool_ == nullptr ? 1 : pool_->threads(); }
  /// Into how many parts so many operations are cut: one for each thread, or one in all.
  std::size_t parts(double flop) const { return flop >= kWorthSharing ? threads() : 1; }
  /// work(0) .. work(tasks - 1), on the pool's threads where `flop` in all is worth that.
  void for_each(std::size_t tasks, double flop, FunctionRef<void(std::size_t)> work) const;
  /// for_each over ranges of `count` things: several for each thread, of at least `least` things.
  void for_ranges(std::size_t count, std::size_t least, double flop,
                  FunctionRef<void(std::size_t, std::size_t)> work) const;

 private:
  ThreadPool* pool_ = nullptr;
};

}  // namespace sluice::engine
