// A stream over windows against a fresh run over the last T rows, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sluice/error.hpp"
#include "streaming/session.hpp"
#include "streaming/stream_problem.hpp"

namespace sluice::streaming {
namespace {

// The last row of a fresh run over the (at most) `window` rows up to row t.
std::vector<float> fresh(const Problem& problem, std::size_t t, std::size_t window) {
  const std::size_t count = std::min(t + 1, window);
  State state;
  const std::vector<float> y = problem.whole(t + 1 - count, count, state);
  return {y.end() - static_cast<long>(problem.outputs()), y.end()};
}

TEST(Window, GivesTheBitsOfAFreshRunOverTheLastRows) {
  for (const kernels::KernelTable& table : kernels::available()) {
    for (const Named& named : architectures()) {
      const Problem problem(named, 19, 83, table);
      for (const std::size_t window : {1, 2, 7}) {
        SCOPED_TRACE(std::string(table.name) + ", " + named.name + ", T " + std::to_string(window));
        Session session(problem.model, window, MissingRow::refuse);
        EXPECT_EQ(session.window(), window);
        std::vector<float> y(problem.outputs());
        for (std::size_t t = 0; t < problem.steps; ++t) {
          if (t % 3 != 1) session.prepare();
          ASSERT_EQ(session.push(problem.row(t), y), Status::ok);
          ASSERT_TRUE(same_rows(y, fresh(problem, t, window))) << "row " << t;
        }
      }
    }
  }
}

TEST(Window, GoesOnWhereItWasSavedToTheBit) {
  const Problem problem(architectures()[0].architecture, 40, 89);
  constexpr std::size_t kWindow = 5;
  std::vector<float> y(problem.outputs());
  for (std::size_t cut = 0; cut < 25; ++cut) {
    Session first(problem.model, kWindow, MissingRow::refuse);
    for (std::size_t t = 0; t < cut; ++t) first.push(problem.row(t), y);
    Session second(problem.model, kWindow, MissingRow::refuse);
    for (std::size_t t = 0; t < 8; ++t) second.push(problem.row(t + 20), y);
    second.restore(first.save());
    for (std::size_t t = cut; t < cut + 8; ++t) {
      second.push(problem.row(t), y);
      ASSERT_TRUE(same_rows(y, fresh(problem, t, kWindow))) << "saved at " << cut << ", row " << t;
    }
  }
}

TEST(Window, StartsAnewAfterReset) {
  const Problem problem(architectures()[5].architecture, 12, 97);
  Session session(problem.model, 4, MissingRow::refuse);
  std::vector<float> y(problem.outputs());
  for (std::size_t t = 5; t < 12; ++t) session.push(problem.row(t), y);
  session.reset();
  for (std::size_t t = 0; t < 12; ++t) {
    session.push(problem.row(t), y);
    ASSERT_TRUE(same_rows(y, fresh(problem, t, 4))) << "row " << t;
  }
}

TEST(Window, HasNoStateToTakeOrGive) {
  const Problem problem(architectures()[0].architecture, 1, 101);
  Session session(problem.model, 4, MissingRow::refuse);
  EXPECT_THROW(session.state(), Error);
  EXPECT_THROW(session.set_state({}), Error);
}

}  // namespace
}  // namespace sluice::streaming
