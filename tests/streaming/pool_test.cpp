// Many streams in one pool against each of them alone, bit for bit; and what the pool refuses.
#include "streaming/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <vector>

#include "core/random.hpp"
#include "sluice/error.hpp"
#include "streaming/session.hpp"
#include "streaming/stream_problem.hpp"

namespace sluice::streaming {
namespace {

using Id = Pool::Id;

// The pool and, for each of its streams, a session of its own that gets the same rows.
struct Side {
  const Problem& problem;
  Pool pool;
  std::map<Id, Session> alone;
  Random random{103};

  Side(const Problem& problem_, const StreamPoolOptions& options)
      : problem(problem_), pool(problem_.model, options) {}

  Id add() {
    const Id id = pool.add();
    alone.erase(id);
    alone.emplace(id, Session(problem.model, 0, MissingRow::refuse));
    return id;
  }
  void remove(Id id) {
    pool.remove(id);
    alone.erase(id);
  }
  // A row for about `share` of the streams, in any order.
  void push(double share) {
    std::vector<Id> ids;
    std::vector<float> x, expected;
    for (const auto& [id, session] : alone) {
      if (random.uniform(0.0, 1.0) < share) ids.push_back(id);
    }
    std::reverse(ids.begin(), ids.end());
    std::vector<float> y(problem.outputs());
    for (const Id id : ids) {
      std::vector<float> row;
      for (std::size_t j = 0; j < problem.model->inputs(); ++j)
        row.push_back(static_cast<float>(random.normal()));
      alone.at(id).push(row, y);
      x.insert(x.end(), row.begin(), row.end());
      expected.insert(expected.end(), y.begin(), y.end());
    }
    std::vector<float> got(expected.size());
    ASSERT_EQ(pool.push(ids, x, got), Status::ok);
    ASSERT_TRUE(same_rows(got, expected)) << ids.size() << " rows";
  }
};

TEST(Pool, GivesEachStreamTheBitsThatItHasAlone) {
  for (const kernels::KernelTable& table : kernels::available()) {
    for (const Named& named : architectures()) {
      SCOPED_TRACE(std::string(table.name) + ", " + named.name);
      const Problem problem(named, 1, 107, table);
      Side side(problem, {});
      for (std::size_t n = 0; n < 101; ++n) side.add();
      for (const double share : {1.0, 0.5, 0.02, 1.0}) ASSERT_NO_FATAL_FAILURE(side.push(share));
    }
  }
}

TEST(Pool, GivesTheSameBitsOnTwoThreads) {
  const Problem problem(architectures()[0].architecture, 1, 109);
  Side side(problem, {.threads = 2});
  for (std::size_t n = 0; n < 211; ++n) side.add();
  for (const double share : {1.0, 0.7, 0.3, 1.0}) ASSERT_NO_FATAL_FAILURE(side.push(share));
}

TEST(Pool, AddsAndRemovesStreamsWhileItRuns) {
  const Problem problem(architectures()[5].architecture, 1, 113);
  Side side(problem, {});
  for (std::size_t n = 0; n < 5; ++n) EXPECT_EQ(side.add(), n);
  side.push(1.0);
  side.remove(3);
  side.remove(1);
  EXPECT_EQ(side.pool.size(), 3u);
  side.push(1.0);
  EXPECT_EQ(side.add(), 1u);  // the lowest free number, in its initial state
  EXPECT_EQ(side.add(), 3u);
  EXPECT_EQ(side.add(), 5u);
  EXPECT_EQ(side.pool.size(), 6u);
  for (int step = 0; step < 3; ++step) ASSERT_NO_FATAL_FAILURE(side.push(1.0));
  EXPECT_EQ(side.pool.reset(1), Status::ok);
  side.alone.at(1).reset();
  ASSERT_NO_FATAL_FAILURE(side.push(1.0));
}

TEST(Pool, RefusesWhatItCannotRunAndChangesNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Problem problem(architectures()[0].architecture, 1, 127);
  Side side(problem, {});
  for (std::size_t n = 0; n < 4; ++n) side.add();
  side.push(1.0);
  side.remove(2);
  std::vector<float> x(6, 0.5f), y(4, 7.0f);
  const std::vector<float> untouched = y;
  const auto push = [&](std::vector<Id> ids) { return side.pool.push(ids, x, y); };
  EXPECT_EQ(push({0, 4}), Status::unknown_stream);
  EXPECT_EQ(push({0, 2}), Status::unknown_stream);
  EXPECT_EQ(push({1, 1}), Status::repeated_stream);
  EXPECT_EQ(push({0, 1, 3}), Status::wrong_inputs);
  for (const float none : {nan, std::numeric_limits<float>::infinity()}) {
    x[4] = none;
    EXPECT_EQ(push({0, 1}), Status::not_a_number);
  }
  x[4] = 0.5f;
  y.resize(5, 7.0f);
  EXPECT_EQ(push({0, 1}), Status::wrong_outputs);
  y.resize(4);
  EXPECT_EQ(y, untouched);
  EXPECT_EQ(side.pool.reset(2), Status::unknown_stream);
  ASSERT_NO_FATAL_FAILURE(side.push(1.0));
}

TEST(Pool, CarriesAStreamOverARowWithANanWhereThatIsWanted) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Problem problem(architectures()[0].architecture, 1, 131);
  Side side(problem, {.missing = MissingRow::carry});
  for (std::size_t n = 0; n < 3; ++n) side.add();
  side.push(1.0);
  std::vector<float> before(6), x(9, nan), y(6);
  const std::vector<Id> ids = {2, 0, 1};
  std::fill_n(x.begin(), 9, 0.25f);
  ASSERT_EQ(side.pool.push(ids, x, before), Status::ok);
  for (auto& [id, session] : side.alone) {
    std::vector<float> of_one(2);
    session.push(std::vector<float>(3, 0.25f), of_one);
  }
  x[4] = nan;  // the row of stream 0
  ASSERT_EQ(side.pool.push(ids, x, y), Status::ok);
  EXPECT_TRUE(same_rows(std::span(y).subspan(2, 2), std::span(before).subspan(2, 2)));
  for (const Id id : {1, 2}) {
    std::vector<float> of_one(2);
    side.alone.at(id).push(std::vector<float>(3, 0.25f), of_one);
  }
  ASSERT_NO_FATAL_FAILURE(side.push(1.0));
}

TEST(Pool, GoesOnWhereItWasSavedToTheBit) {
  const Problem problem(architectures()[0].architecture, 1, 137);
  Side side(problem, {});
  for (std::size_t n = 0; n < 70; ++n) side.add();
  side.push(0.7);
  side.remove(11);
  const std::vector<std::byte> saved = side.pool.save();
  const std::vector<Id> some = {0, 5, 60};
  std::vector<float> x(9, 0.5f), y(6);
  ASSERT_EQ(side.pool.push(some, x, y), Status::ok);
  for (int n = 0; n < 7; ++n) side.pool.add();
  side.pool.restore(saved);
  EXPECT_EQ(side.pool.size(), 69u);
  EXPECT_EQ(side.pool.add(), 11u);
  side.pool.remove(11);
  for (int step = 0; step < 2; ++step) ASSERT_NO_FATAL_FAILURE(side.push(0.8));
}

// The sanitizer sees where a null pointer is copied from.
TEST(Pool, OneWithoutStreamsIsSavedAndRestored) {
  const Problem problem(architectures()[0].architecture, 1, 137);
  Pool empty(problem.model, {}), pool(problem.model, {});
  pool.add();
  pool.restore(empty.save());
  EXPECT_EQ(pool.size(), 0u);
}

TEST(Pool, RefusesBytesThatItDidNotSave) {
  const Problem problem(architectures()[0].architecture, 1, 139);
  const Problem other(architectures()[0].architecture, 1, 149);
  Side side(problem, {});
  side.add();
  side.push(1.0);
  const std::vector<std::byte> good = side.pool.save();
  const auto refused = [&](const std::vector<std::byte>& bytes) {
    try {
      side.pool.restore(bytes);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused(Pool(other.model, {}).save()));
  EXPECT_TRUE(refused(Session(problem.model, 0, MissingRow::refuse).save()));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::byte> damaged = good;
    damaged[at] ^= std::byte{1};
    ASSERT_TRUE(refused(damaged)) << "byte " << at;
    damaged.resize(at);
    ASSERT_TRUE(refused(damaged)) << "cut at " << at;
  }
  ASSERT_NO_FATAL_FAILURE(side.push(1.0));
}

}  // namespace
}  // namespace sluice::streaming
