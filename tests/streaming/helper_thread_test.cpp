// A stream on two threads against the run over the whole sequence, bit for bit, whatever happens
// between its rows; and its partner alone.
#include "streaming/helper_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "sluice/error.hpp"
#include "streaming/session.hpp"
#include "streaming/stream_problem.hpp"

namespace sluice::streaming {
namespace {

Session two_threads(const Problem& problem, std::size_t window = 0) {
  return Session(problem.model, window, MissingRow::refuse, nullptr, 2);
}

template <class Before>
std::vector<float> stream(Session& session, const Problem& problem, std::size_t first,
                          std::size_t last, Before before) {
  std::vector<float> y(problem.outputs()), all;
  for (std::size_t t = first; t < last; ++t) {
    before(t);
    EXPECT_EQ(session.push(problem.row(t), y), Status::ok);
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

// Wide enough that the partner has groups of units of its own in every layer, in all storages.
std::vector<Named> wide() {
  std::vector<Named> list = architectures();
  const Architecture architecture{.input = 5, .hidden = {150, 70, 230}, .output = 3};
  for (const auto weights :
       {kernels::WeightType::f32, kernels::WeightType::f16, kernels::WeightType::int8})
    list.push_back({"wide", architecture, weights});
  return list;
}

TEST(TwoThreads, HaveTheBitsOfTheWholeSequencePreparedOrNot) {
  for (const kernels::KernelTable& table : kernels::available()) {
    for (const Named& named : wide()) {
      SCOPED_TRACE(std::string(table.name) + ", " + named.name);
      const Problem problem(named, 23, 41, table);
      const std::vector<float> whole = problem.whole();
      for (const std::size_t every : {1, 2, 100}) {
        Session session = two_threads(problem);
        EXPECT_EQ(session.threads(), problem.model->rows().empty() ? 1u : 2u);
        const auto ahead = [&](std::size_t t) {
          if (t % every == 0) session.prepare();
        };
        EXPECT_TRUE(same_rows(stream(session, problem, 0, 23, ahead), whole)) << every;
      }
    }
  }
}

TEST(TwoThreads, GoOnAfterASaveARestoreANewStateAndAReset) {
  const Problem problem(wide().back(), 40, 43);
  const std::vector<float> whole = problem.whole();
  const auto rows = [&](std::size_t first, std::size_t count) {
    return std::span(whole).subspan(first * problem.outputs(), count * problem.outputs());
  };
  Session one(problem.model, 0, MissingRow::refuse), two = two_threads(problem);
  const auto prepare = [&](std::size_t) { two.prepare(); };
  stream(one, problem, 0, 7, [](std::size_t) {});
  stream(two, problem, 0, 7, prepare);
  two.prepare();
  EXPECT_EQ(two.save(), one.save());
  two.restore(one.save());
  EXPECT_TRUE(same_rows(stream(two, problem, 7, 20, prepare), rows(7, 13)));
  State state;
  problem.whole(0, 9, state);
  two.prepare();
  two.set_state(state);
  EXPECT_TRUE(same_rows(two.state().h, state.h));
  EXPECT_TRUE(same_rows(stream(two, problem, 9, 15, [](std::size_t) {}), rows(9, 6)));
  two.prepare();
  two.reset();
  Session moved = std::move(two);
  EXPECT_TRUE(same_rows(stream(moved, problem, 0, 12, [](std::size_t) {}), rows(0, 12)));
}

TEST(TwoThreads, RunWindowsToo) {
  const Problem problem(wide().back(), 12, 47);
  Session one(problem.model, 4, MissingRow::refuse), two = two_threads(problem, 4);
  EXPECT_EQ(two.threads(), 2u);
  const auto nothing = [](std::size_t) {};
  EXPECT_TRUE(
      same_rows(stream(two, problem, 0, 12, nothing), stream(one, problem, 0, 12, nothing)));
}

// After a pause the partner sleeps, and has to be woken.
TEST(TwoThreads, WakeAfterAPause) {
  const Problem problem(wide().back(), 6, 53);
  Session session = two_threads(problem);
  const auto pause = [](std::size_t) {
    std::this_thread::sleep_for(std::chrono::duration<double>(2 * HelperThread::kSpinSeconds));
  };
  EXPECT_TRUE(same_rows(stream(session, problem, 0, 6, pause), problem.whole()));
}

TEST(TwoThreads, AreTakenWhereTheyAreWorthIt) {
  const Problem small(Named{"", {.input = 3, .hidden = {64}}}, 1, 59);
  const Problem large(Named{"", {.input = 200, .hidden = {200, 200}}}, 1, 59);
  EXPECT_EQ(Session(small.model, 0, MissingRow::refuse, nullptr, 0).threads(), 1u);
  EXPECT_EQ(Session(large.model, 0, MissingRow::refuse, nullptr, 0).threads(), 2u);
  EXPECT_EQ(Session(large.model, 0, MissingRow::refuse).threads(), 1u);
  EXPECT_THROW(Session(large.model, 0, MissingRow::refuse, nullptr, 3), Error);
}

// Each writes what the other reads in the next phase: plain memory on purpose, so that the thread
// sanitizer watches the hand-over.
TEST(HelperThread, GoesInStepWithItsCaller) {
  std::uint64_t a[2] = {1, 1}, b[2] = {1, 1};
  const auto step = [](std::uint64_t(&own)[2], const std::uint64_t(&other)[2], std::size_t phase) {
    own[phase % 2] = 3 * own[1 - phase % 2] + other[1 - phase % 2] + phase;
  };
  HelperThread partner([&](std::size_t phase) { step(b, a, phase); });
  std::uint64_t x[2] = {1, 1}, y[2] = {1, 1};
  for (std::size_t round = 0; round < 3000; ++round) {
    const std::size_t first = round % 5, last = first + round % 4 + 1;
    // A phase reads what the one before has left: the place that it does not write.
    a[1 - first % 2] = x[1 - first % 2] = round;
    partner.wait();
    b[1 - first % 2] = y[1 - first % 2] = 2 * round;
    partner.run(first, last, [&](std::size_t phase) { step(a, b, phase); });
    for (std::size_t phase = first; phase < last; ++phase) {
      step(x, y, phase);
      step(y, x, phase);
    }
    partner.wait();
    ASSERT_EQ(a[0], x[0]);
    ASSERT_EQ(a[1], x[1]);
    ASSERT_EQ(b[0], y[0]);
    ASSERT_EQ(b[1], y[1]);
  }
}

}  // namespace
}  // namespace sluice::streaming
