// The scheduler of run_wavefront(): each thread takes any stage whose next piece is ready, its last
// stage first. One flag per stage keeps two threads off the same piece.
#include "core/wavefront.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "core/spin.hpp"

namespace sluice {
namespace {

struct Stage {
  alignas(64) std::atomic<std::size_t> done{0};  // pieces
  std::atomic<bool> taken{false};                // a thread works on its next piece
};

class Wavefront {
 public:
  Wavefront(std::size_t stages, std::size_t pieces,
            FunctionRef<void(std::size_t, std::size_t)> work)
      : stages_(stages), pieces_(pieces), work_(work) {}

  void run() {
    std::size_t own = 0;
    while (!ended()) {
      if (advance(own)) continue;
      std::size_t stage = stages_.size();
      while (stage > 0 && !advance(stage - 1)) --stage;
      if (stage > 0) {
        own = stage - 1;
      } else {
        wait();
      }
    }
  }

 private:
  bool ended() const { return stages_.back().done.load(std::memory_order_acquire) == pieces_; }

  bool ready(std::size_t stage) const {
    const std::size_t next = stages_[stage].done.load(std::memory_order_acquire);
    return next < pieces_ &&
           (stage == 0 || stages_[stage - 1].done.load(std::memory_order_acquire) > next);
  }

  // Runs the next piece of a stage; false if it is not ready or another thread has it.
  bool advance(std::size_t number) {
    Stage& stage = stages_[number];
    if (!ready(number) || stage.taken.load(std::memory_order_relaxed) ||
        stage.taken.exchange(true, std::memory_order_acquire))
      return false;
    // Another thread may have finished that piece before we took the flag.
    const bool mine = ready(number);
    if (mine) {
      const std::size_t piece = stage.done.load(std::memory_order_relaxed);
      work_(number, piece);
      stage.done.store(piece + 1, std::memory_order_release);
    }
    stage.taken.store(false, std::memory_order_release);
    return mine;
  }

  // Spins, then yields, until a stage may be ready.
  void wait() const {
    const auto there = [&] {
      if (ended()) return true;
      for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
        if (ready(stage) && !stages_[stage].taken.load(std::memory_order_relaxed)) return true;
      }
      return false;
    };
    if (!spin(there)) std::this_thread::yield();
  }

  std::vector<Stage> stages_;
  std::size_t pieces_;
  FunctionRef<void(std::size_t, std::size_t)> work_;
};

}  // namespace

void run_wavefront(ThreadPool& pool, std::size_t stages, std::size_t pieces,
                   FunctionRef<void(std::size_t, std::size_t)> work) {
  if (stages == 0) return;
  Wavefront wavefront(stages, pieces, work);
  pool.run(pool.threads(), [&](std::size_t) { wavefront.run(); });
}

}  // namespace sluice
