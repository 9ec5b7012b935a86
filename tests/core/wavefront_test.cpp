#include "core/wavefront.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace sluice {
namespace {

// Each cell of a table is made of its left and its upper neighbour: plain memory on purpose, so
// that the thread sanitizer watches the hand-over.
std::vector<std::size_t> paths(std::size_t threads, std::size_t stages, std::size_t pieces) {
  ThreadPool pool(threads);
  std::vector<std::size_t> table(stages * pieces, 0), runs(stages * pieces, 0);
  run_wavefront(pool, stages, pieces, [&](std::size_t stage, std::size_t piece) {
    const std::size_t left = piece == 0 ? 1 : table[stage * pieces + piece - 1];
    const std::size_t above = stage == 0 ? 0 : table[(stage - 1) * pieces + piece];
    table[stage * pieces + piece] = left + above;
    ++runs[stage * pieces + piece];
  });
  EXPECT_EQ(runs, std::vector<std::size_t>(runs.size(), 1));
  return table;
}

TEST(Wavefront, RunsEachPieceOnceAfterThoseItNeeds) {
  for (std::size_t threads = 1; threads <= 4; ++threads) {
    for (const std::size_t stages : {1, 2, 3, 5}) {
      for (const std::size_t pieces : {1, 2, 7, 200}) {
        EXPECT_EQ(paths(threads, stages, pieces), paths(1, stages, pieces))
            << threads << " threads, " << stages << " stages, " << pieces << " pieces";
      }
    }
  }
}

TEST(Wavefront, CountsThePathsThroughATable) {
  EXPECT_EQ(paths(2, 3, 4), (std::vector<std::size_t>{1, 1, 1, 1, 2, 3, 4, 5, 3, 6, 10, 15}));
}

TEST(Wavefront, OfNothingRunsNothing) {
  ThreadPool pool(2);
  std::size_t runs = 0;
  const auto count = [&](std::size_t, std::size_t) { ++runs; };
  run_wavefront(pool, 0, 3, count);
  run_wavefront(pool, 3, 0, count);
  EXPECT_EQ(runs, 0u);
}

// Threads do work side by side: each of two stages waits for the other to have begun its part.
TEST(Wavefront, RunsStagesSideBySide) {
  ThreadPool pool(2);
  std::atomic<bool> second_ran{false};
  bool together = false;
  run_wavefront(pool, 2, 2, [&](std::size_t stage, std::size_t piece) {
    if (stage == 1 && piece == 0) second_ran = true;
    if (stage == 0 && piece == 1) {
      // Up to ten seconds: on one thread the second stage could not run before this returns.
      for (int turn = 0; turn < 10000 && !second_ran; ++turn)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      together = second_ran;
    }
  });
  EXPECT_TRUE(together);
}

}  // namespace
}  // namespace sluice
