// A traced stream: the bits of the untraced one, and the gates of the run over the whole sequence.
#include <gtest/gtest.h>

#include "engine/recorded_trace.hpp"
#include "quantization/quantize.hpp"
#include "sluice/error.hpp"
#include "streaming/session.hpp"
#include "streaming/stream_problem.hpp"

namespace sluice::streaming {
namespace {

TEST(StreamTrace, IsThatOfTheWholeSequenceAndChangesNoBit) {
  for (const Named& named : architectures()) {
    SCOPED_TRACE(named.name);
    const Problem problem(named.architecture, 19, 53);
    engine::RecordedTrace whole, streamed;
    State state;
    const std::vector<float> y =
        engine::run(problem.model->network(),
                    {.x = problem.x, .batch = 1, .steps = problem.steps, .trace = &whole}, state);
    Session session(problem.model, 0, MissingRow::refuse, &streamed);
    std::vector<float> row(problem.outputs());
    for (std::size_t t = 0; t < problem.steps; ++t) {
      if (t % 3 == 0) session.prepare();
      ASSERT_EQ(session.push(problem.row(t), row), Status::ok);
      EXPECT_TRUE(same_rows(row, std::span(y).subspan(t * row.size(), row.size())));
    }
    EXPECT_EQ(streamed.steps.size(), problem.steps * named.architecture.layers());
    EXPECT_EQ(streamed.steps, whole.steps);
  }
}

TEST(StreamTrace, OfAWindowIsRefused) {
  const Problem problem({.input = 1, .hidden = {4}, .output = 1}, 1, 1);
  engine::RecordedTrace sink;
  EXPECT_THROW(Session(problem.model, 5, MissingRow::refuse, &sink), Error);
}

TEST(StreamTrace, OfInt8WeightsIsRefused) {
  const Problem problem({.input = 1, .hidden = {4}, .output = 1}, 1, 1);
  const auto small = std::make_shared<engine::Network>(
      quantization::to_int8(problem.model->network(), {.largest_input = 3.0f}));
  engine::RecordedTrace sink;
  EXPECT_THROW(Session(std::make_shared<StreamModel>(small), 0, MissingRow::refuse, &sink), Error);
}

}  // namespace
}  // namespace sluice::streaming
