#include "core/threads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "core/float_mode.hpp"
#include "core/random.hpp"

namespace sluice {
namespace {

TEST(Threads, RunsEveryTaskOnceInManyRounds) {
  for (std::size_t threads = 1; threads <= 4; ++threads) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    Random random(17 + threads);
    for (int round = 0; round < 2000; ++round) {
      const std::size_t tasks = random.below(24);
      std::vector<std::atomic<int>> runs(tasks);
      pool.run(tasks, [&](std::size_t task) { ++runs.at(task); });
      for (std::size_t task = 0; task < tasks; ++task) {
        ASSERT_EQ(runs[task], 1) << threads << " threads, round " << round << ", task " << task;
      }
    }
  }
}

// A helper late from one round must not take a task of the next: each round has its own number and
// memory, plain on purpose so that the thread sanitizer watches the hand-over.
TEST(Threads, KeepsRoundsApartAndShowsTheirResults) {
  ThreadPool pool(4);
  for (std::uint64_t round = 1; round <= 5000; ++round) {
    std::vector<std::uint64_t> results(5, 0);
    const auto work = [&results, round](std::size_t task) { results[task] = mix64(round + task); };
    pool.run(results.size(), work);
    for (std::size_t task = 0; task < results.size(); ++task) {
      ASSERT_EQ(results[task], mix64(round + task)) << "round " << round;
    }
  }
}

TEST(Threads, UsesItsHelpers) {
  ThreadPool pool(3);
  std::atomic<int> inside{0};
  // No task ends before all three have begun, so they must be on three threads.
  pool.run(3, [&](std::size_t) {
    ++inside;
    while (inside < 3) std::this_thread::yield();
  });
  EXPECT_EQ(inside, 3);
}

TEST(Threads, HandsOutEachTaskOnceWhereThreadsContend) {
  constexpr std::size_t kThreads = 2;
  constexpr std::size_t kTasks = 1'000'003;
  ThreadPool pool(kThreads);
  std::atomic<std::size_t> inside{0};
  std::vector<std::atomic<unsigned char>> runs(kTasks);
  pool.run(kTasks, [&](std::size_t task) {
    runs[task].fetch_add(1, std::memory_order_relaxed);
    if (task >= kThreads) return;
    for (++inside; inside < kThreads;) std::this_thread::yield();  // all begin together
  });
  EXPECT_EQ(std::count(runs.begin(), runs.end(), 1), static_cast<std::ptrdiff_t>(kTasks));
}

TEST(Threads, TakesZeroForOneAndNoTasksForNothing) {
  ThreadPool pool(0);
  EXPECT_EQ(pool.threads(), 1u);
  int calls = 0;
  pool.run(0, [&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(Threads, EndsWithoutHavingRun) {
  for (int i = 0; i < 100; ++i) const ThreadPool pool(4);
}

// Half of the smallest normal number: flushed to zero under the caller's mode, or kept without it.
TEST(Threads, HelpersComputeInTheCallersFloatMode) {
  ThreadPool pool(3);
  const auto halves = [&pool] {
    std::vector<float> results(3, -1.0f);
    std::atomic<int> inside{0};
    pool.run(3, [&](std::size_t task) {
      ++inside;
      while (inside < 3) std::this_thread::yield();
      volatile float half = std::numeric_limits<float>::min();
      half = half * 0.5f;
      results[task] = half;
    });
    return results;
  };
  const std::vector<float> kept = halves();
  std::vector<float> flushed;
  {
    const FlushDenormals flush;
    flushed = halves();
  }
  // Compared out here: under the guard a denormal number equals zero.
  constexpr float kHalf = std::numeric_limits<float>::min() / 2;
  EXPECT_EQ(kept, std::vector<float>(3, kHalf));
  EXPECT_EQ(flushed, std::vector<float>(3, 0.0f));
  EXPECT_EQ(halves(), std::vector<float>(3, kHalf));
}

}  // namespace
}  // namespace sluice
