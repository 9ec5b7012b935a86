// Nothing is allocated, locked or asked of the operating system between two rows: counted, and the
// counters counted.
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "streaming/session.hpp"
#include "streaming/stream_problem.hpp"
#include "streaming/watched.hpp"

namespace sluice::streaming {
namespace {

constexpr std::size_t kPushes = 100000;

Problem small_problem() {
  return {{.input = 3, .hidden = {13, 5}, .output = 2, .biases = 2}, 64, 151};
}

void push_many(Session& session, const Problem& problem, std::size_t pushes) {
  float y[2];
  for (std::size_t n = 0; n < pushes; ++n) {
    session.push(problem.row(n % problem.steps), y);
    if (n % 3 == 0) session.prepare();
  }
}

TEST(Quiet, APushAllocatesLocksAndAsksNothing) {
  const Problem problem = small_problem();
  for (const std::size_t window : {0, 5}) {
    Session session(problem.model, window, MissingRow::refuse);
    push_many(session, problem, 10);
    const Watched seen = watch([&] { push_many(session, problem, kPushes); });
    EXPECT_EQ(seen.allocations, 0u);
    EXPECT_EQ(seen.locks, 0u);
    EXPECT_EQ(seen.page_faults, 0u);
    const Asked asked = asks_the_system([&] { push_many(session, problem, kPushes); });
    EXPECT_TRUE(asked == Asked::no || asked == Asked::unknown);
  }
}

// Not that the system is asked nothing: a thread that waits very long for the other yields.
TEST(Quiet, OnTwoThreadsToo) {
  const Problem problem({.input = 3, .hidden = {150, 70}, .output = 2}, 64, 151);
  Session session(problem.model, 0, MissingRow::refuse, nullptr, 2);
  ASSERT_EQ(session.threads(), 2u);
  push_many(session, problem, 1000);
  const Watched seen = watch([&] { push_many(session, problem, kPushes); });
  EXPECT_EQ(seen.allocations, 0u);
  EXPECT_EQ(seen.locks, 0u);
}

TEST(Quiet, ArchitecturesWithOptionsAreQuietToo) {
  for (const Named& named : architectures()) {
    const Problem problem(named, 8, 157);
    Session session(problem.model, 0, MissingRow::refuse);
    std::vector<float> y(problem.outputs());
    const auto push = [&] {
      for (std::size_t n = 0; n < 1000; ++n) {
        if (n % 3 == 0) session.prepare();
        session.push(problem.row(n % 8), y);
      }
    };
    push();
    const Watched seen = watch(push);
    EXPECT_EQ(seen.allocations, 0u) << named.name;
    EXPECT_EQ(seen.locks, 0u) << named.name;
    const Asked asked = asks_the_system(push);
    EXPECT_TRUE(asked == Asked::no || asked == Asked::unknown) << named.name;
  }
}

TEST(Quiet, TheCountersCount) {
  static void* volatile kept;  // else the compiler leaves out what it can
  EXPECT_EQ(watch([] {
              kept = ::operator new(4);
              ::operator delete(kept);
            }).allocations,
            1u);
  EXPECT_EQ(watch([] {
              kept = AlignedAllocator<float>().allocate(3);
              AlignedAllocator<float>().deallocate(static_cast<float*>(kept), 3);
            }).allocations,
            1u);
  EXPECT_EQ(watch([] {
              kept = std::malloc(100);
              std::free(kept);
            }).allocations,
            1u);
  EXPECT_EQ(watch([] {
              pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
              pthread_mutex_lock(&mutex);
              pthread_mutex_unlock(&mutex);
            }).locks,
            1u);
  EXPECT_GE(watch([] {
              void* fresh = mmap(nullptr, 1 << 16, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              *static_cast<volatile char*>(fresh) = 1;
              munmap(fresh, 1 << 16);
            }).page_faults,
            1u);
  if (asks_the_system([] {}) == Asked::unknown)
    GTEST_SKIP() << "this system does not let a process forbid itself system calls";
  EXPECT_EQ(asks_the_system([] { syscall(SYS_getpid); }), Asked::yes);
  EXPECT_EQ(asks_the_system([] {}), Asked::no);
}

}  // namespace
}  // namespace sluice::streaming
