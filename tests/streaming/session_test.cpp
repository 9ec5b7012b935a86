// A stream against the run over the whole sequence, bit for bit, whatever happens between its rows;
// and what it refuses.
#include "streaming/session.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "quantization/quantize.hpp"
#include "sluice/error.hpp"
#include "streaming/stream_problem.hpp"

namespace sluice::streaming {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// All rows, with prepare() before those that `ahead` says.
template <class Ahead>
std::vector<float> stream_all(Session& session, const Problem& problem, std::size_t first,
                              std::size_t last, Ahead ahead) {
  std::vector<float> y(problem.outputs()), all;
  for (std::size_t t = first; t < last; ++t) {
    if (ahead(t)) session.prepare();
    EXPECT_EQ(session.push(problem.row(t), y), Status::ok);
    all.insert(all.end(), y.begin(), y.end());
  }
  return all;
}

TEST(Stream, HasTheBitsOfTheWholeSequencePreparedOrNot) {
  for (const kernels::KernelTable& table : kernels::available()) {
    for (const Named& named : architectures()) {
      SCOPED_TRACE(std::string(table.name) + ", " + named.name);
      const Problem problem(named, 23, 41, table);
      const std::vector<float> whole = problem.whole();
      for (const std::size_t every : {1, 2, 100}) {
        Session session(problem.model, 0, MissingRow::refuse);
        EXPECT_TRUE(same_rows(
            stream_all(session, problem, 0, 23, [=](std::size_t t) { return t % every == 0; }),
            whole))
            << "prepared before every " << every;
      }
    }
  }
}

TEST(Stream, RunsPlainStacksOnTheKernelsOfRows) {
  std::size_t on_rows = 0;
  for (const Named& named : architectures())
    on_rows += Problem(named, 1, 1).model->rows().empty() ? 0 : 1;
  EXPECT_EQ(on_rows, 13u);  // the five plain ones, the learned state, and seven smaller ones
}

TEST(Stream, GoesOnWhereItWasSavedToTheBit) {
  for (const Named& named : architectures()) {
    SCOPED_TRACE(named.name);
    const Problem problem(named, 17, 43);
    const std::vector<float> whole = problem.whole();
    for (const bool prepared : {false, true}) {
      Session first(problem.model, 0, MissingRow::refuse);
      stream_all(first, problem, 0, 9, [](std::size_t) { return true; });
      if (prepared) first.prepare();
      const std::vector<std::byte> saved = first.save();
      Session second(problem.model, 0, MissingRow::refuse);
      stream_all(second, problem, 3, 8, [](std::size_t) { return false; });
      second.prepare();
      second.restore(saved);
      const std::vector<float> rest =
          stream_all(second, problem, 9, 17, [](std::size_t) { return false; });
      EXPECT_TRUE(same_rows(rest, std::span(whole).subspan(9 * problem.outputs())));
    }
  }
}

TEST(Stream, TakesAndGivesTheStateOfARun) {
  for (const Named& named : architectures()) {
    SCOPED_TRACE(named.name);
    const Problem problem(named, 17, 47);
    State state;
    problem.whole(0, 6, state);
    Session session(problem.model, 0, MissingRow::refuse);
    session.prepare();
    session.set_state(state);
    EXPECT_TRUE(same_rows(session.state().h, state.h));
    EXPECT_TRUE(same_rows(session.state().c, state.c));
    const std::vector<float> streamed =
        stream_all(session, problem, 6, 17, [](std::size_t) { return true; });
    EXPECT_TRUE(same_rows(streamed, problem.whole(6, 11, state)));
    EXPECT_TRUE(same_rows(session.state().h, state.h));
    EXPECT_TRUE(same_rows(session.state().c, state.c));
  }
}

TEST(Stream, StartsAnewAfterReset) {
  const Problem problem(architectures()[5].architecture, 9, 53);  // with a learned state
  Session session(problem.model, 0, MissingRow::refuse);
  stream_all(session, problem, 4, 9, [](std::size_t) { return true; });
  session.prepare();
  session.reset();
  EXPECT_TRUE(same_rows(stream_all(session, problem, 0, 9, [](std::size_t) { return false; }),
                        problem.whole()));
}

// Whatever is refused leaves the state and y as they were.
TEST(Stream, RefusesARowOfWrongSizeOrWithANan) {
  const Problem problem(architectures()[0].architecture, 5, 59);
  const std::vector<float> whole = problem.whole();
  Session session(problem.model, 0, MissingRow::refuse);
  std::vector<float> y(2, 7.0f), narrow(1, 7.0f), wide(3, 7.0f);
  stream_all(session, problem, 0, 2, [](std::size_t) { return true; });
  session.prepare();
  const std::span<const float> x = problem.row(2);
  EXPECT_EQ(session.push(x.first(2), y), Status::wrong_inputs);
  EXPECT_EQ(session.push(std::span(problem.x).subspan(6, 4), y), Status::wrong_inputs);
  EXPECT_EQ(session.push(x, narrow), Status::wrong_outputs);
  EXPECT_EQ(session.push(x, wide), Status::wrong_outputs);
  for (std::size_t j = 0; j < 3; ++j) {
    for (const float none : {kNan, kInfinity, -kInfinity}) {
      std::vector<float> spoiled(x.begin(), x.end());
      spoiled[j] = none;
      EXPECT_EQ(session.push(spoiled, y), Status::not_a_number);
    }
  }
  EXPECT_EQ(y, std::vector<float>(2, 7.0f));
  EXPECT_TRUE(same_rows(stream_all(session, problem, 2, 5, [](std::size_t) { return false; }),
                        std::span(whole).subspan(4)));
}

TEST(Stream, CarriesItsStateOverARowWithANanWhereThatIsWanted) {
  const Problem problem(architectures()[0].architecture, 5, 61);
  const std::vector<float> whole = problem.whole();
  for (const bool prepared : {false, true}) {
    Session session(problem.model, 0, MissingRow::carry);
    std::vector<float> y(2, 7.0f);
    const std::vector<float> spoiled = {1.0f, kNan, 2.0f};
    EXPECT_EQ(session.push(spoiled, y), Status::ok);
    EXPECT_EQ(y, std::vector<float>(2, 0.0f));  // nothing yet
    std::vector<float> all;
    for (std::size_t t = 0; t < 5; ++t) {
      EXPECT_EQ(session.push(problem.row(t), y), Status::ok);
      all.insert(all.end(), y.begin(), y.end());
      if (prepared) session.prepare();
      std::vector<float> again(2);
      EXPECT_EQ(session.push(spoiled, again), Status::ok);
      EXPECT_EQ(again, y);
    }
    EXPECT_TRUE(same_rows(all, whole));
  }
}

TEST(Stream, KeepsTheCallersFloatingPointMode) {
  const Problem problem(architectures()[0].architecture, 3, 67);
  Session session(problem.model, 0, MissingRow::refuse);
  stream_all(session, problem, 0, 3, [](std::size_t) { return true; });
  volatile float tiny = std::numeric_limits<float>::min();
  tiny = tiny / 4.0f;
  EXPECT_GT(tiny, 0.0f);  // a denormal still is one
}

TEST(Stream, RemembersItsLastOutputsInASavedState) {
  const Problem problem(architectures()[0].architecture, 5, 61);
  for (const std::size_t window : {0, 3}) {
    Session first(problem.model, window, MissingRow::carry);
    const std::vector<float> y = stream_all(first, problem, 3, 4, [](std::size_t) { return true; });
    Session second(problem.model, window, MissingRow::carry);
    stream_all(second, problem, 0, 2, [](std::size_t) { return true; });
    second.restore(first.save());
    std::vector<float> again(2);
    EXPECT_EQ(second.push(std::vector<float>(3, kNan), again), Status::ok);
    EXPECT_EQ(again, y);
  }
}

// A state that decays into denormals makes every step many times slower, for ever.
TEST(Stream, SilenceLeavesZerosAndNoDenormals) {
  for (const Named& named : architectures()) {
    if (named.architecture.biases != 0) continue;  // its state goes to zero
    const Problem problem(named, 1, 83);
    for (const bool prepared : {false, true}) {
      Session session(problem.model, 0, MissingRow::refuse);
      const std::vector<float> silence(problem.model->inputs());
      std::vector<float> y(problem.outputs());
      session.push(problem.row(0), y);
      for (int step = 0; step < 2000; ++step) {
        if (prepared) session.prepare();
        session.push(silence, y);
        const State state = session.state();
        for (const auto* values : {&state.h, &state.c}) {
          for (const float value : *values) ASSERT_NE(std::fpclassify(value), FP_SUBNORMAL) << step;
        }
      }
      EXPECT_EQ(session.state().c,
                std::vector<float>(problem.model->network().architecture().hidden[0]));
    }
  }
}

std::string refusal(Session& session, const std::vector<std::byte>& bytes) {
  try {
    session.restore(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model);
    return error.what();
  }
  return "restored";
}

TEST(Stream, RefusesTheSavedStateOfAnotherModelOrWindowOrADamagedOne) {
  const Problem problem(architectures()[0].architecture, 9, 71);
  const Problem other(architectures()[0].architecture, 9, 73);
  const std::vector<float> whole = problem.whole();
  Session session(problem.model, 0, MissingRow::refuse);
  stream_all(session, problem, 0, 4, [](std::size_t) { return true; });
  const std::vector<std::byte> good = session.save();

  Session stranger(other.model, 0, MissingRow::refuse);
  EXPECT_NE(refusal(session, stranger.save()).find("the state of another model"),
            std::string::npos);
  Session windowed(problem.model, 3, MissingRow::refuse);
  EXPECT_NE(refusal(session, windowed.save()).find("another window"), std::string::npos);
  EXPECT_NE(refusal(windowed, good).find("another window"), std::string::npos);
  EXPECT_NE(refusal(session, {}).find("too short"), std::string::npos);
  for (std::size_t size = 1; size < good.size(); ++size) {
    EXPECT_NE(refusal(session, {good.begin(), good.begin() + static_cast<long>(size)}), "restored");
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::byte> damaged = good;
    damaged[at] ^= std::byte{4};
    EXPECT_NE(refusal(session, damaged), "restored") << "byte " << at;
  }
  std::vector<std::byte> longer = good;
  longer.resize(good.size() + 4);
  EXPECT_NE(refusal(session, longer), "restored");
  // And after all that the stream goes on as if nothing had been.
  EXPECT_TRUE(same_rows(stream_all(session, problem, 4, 9, [](std::size_t) { return false; }),
                        std::span(whole).subspan(8)));
}

// Of two models with the same weights, one with a clip: they are not the same.
TEST(Stream, RefusesTheStateOfACellWithOtherOptions) {
  Architecture clipped = architectures()[0].architecture;
  clipped.cell.gate_clip = 0.6;
  const Problem plain(architectures()[0].architecture, 1, 71), other(clipped, 1, 71);
  ASSERT_TRUE(same_rows(plain.model->network().parameters(), other.model->network().parameters()));
  Session session(plain.model, 0, MissingRow::refuse);
  Session stranger(other.model, 0, MissingRow::refuse);
  EXPECT_NE(refusal(session, stranger.save()).find("the state of another model"),
            std::string::npos);
}

TEST(Stream, RefusesTheStateOfTheSameNumbersStoredOtherwise) {
  Random random(151);
  const Architecture architecture = architectures()[0].architecture;
  engine::Network network(architecture);
  network.set_parameters(engine::random_parameters(architecture, random));
  const engine::Network halves = quantization::to_f16(network);
  network.set_parameters(halves.parameters());  // as floats
  const auto session_of = [](const engine::Network& one) {
    return Session(std::make_shared<StreamModel>(std::make_shared<engine::Network>(one)), 0,
                   MissingRow::refuse);
  };
  Session session = session_of(halves);
  EXPECT_NE(refusal(session, session_of(network).save()).find("the state of another model"),
            std::string::npos);
  Session whole = session_of(quantization::to_int8(network, {.largest_input = 1.0f}));
  EXPECT_NE(
      refusal(whole, session_of(quantization::to_int8(network, {.largest_input = 2.0f})).save())
          .find("the state of another model"),
      std::string::npos);
}

TEST(Stream, RefusesAWindowLongerThanAnyMemory) {
  const Problem problem(architectures()[0].architecture, 1, 71);
  EXPECT_THROW(Session(problem.model, std::size_t{1} << 60, MissingRow::refuse), Error);
}

TEST(Stream, RefusesAStateOfWrongSize) {
  const Problem problem(architectures()[0].architecture, 5, 79);
  Session session(problem.model, 0, MissingRow::refuse);
  State state;
  problem.whole(0, 3, state);
  session.set_state(state);
  for (const bool cell : {false, true}) {
    State wrong = state;
    (cell ? wrong.c : wrong.h).push_back(0.0f);
    EXPECT_THROW(session.set_state(wrong), Error);
  }
  EXPECT_TRUE(same_rows(session.state().h, state.h));
}

TEST(Stream, RefusesADirectionThatReadsFromTheEnd) {
  Architecture both = architectures()[0].architecture;
  both.direction = Direction::both;
  EXPECT_THROW(Problem(both, 1, 1), Error);
}

}  // namespace
}  // namespace sluice::streaming
