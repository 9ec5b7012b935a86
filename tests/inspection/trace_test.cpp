// The trace in memory and in its file.
#include "inspection/trace.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/temporary_folder.hpp"
#include "formats/safetensors.hpp"
#include "formats/trace_file.hpp"
#include "inspection/changed_run.hpp"
#include "inspection/subject_problem.hpp"

namespace sluice::inspection {
namespace {

Architecture two_layers() { return {.input = 3, .hidden = {7, 5}, .output = 2}; }

TEST(InspectionTrace, OfTheEngineAndOfTheReferenceAgree) {
  for (const bool projected : {false, true}) {
    Architecture architecture = two_layers();
    if (projected) architecture.cell.projection = 4;
    const Problem problem(architecture, 40, 11);
    const Range rows{12, 33};
    const Trace fast = problem.trace_of(rows);
    Trace slow(architecture, {.layers = {}, .units = {}, .steps = rows, .direction = {}},
               rows.first);
    const ReferenceRun run = reference_run(problem.subject, rows);
    slow.take(run.forward(), run.network);
    ASSERT_EQ(fast.parts().size(), 2u);
    for (std::size_t part = 0; part < 2; ++part) {
      for (std::size_t signal = 0; signal < 7; ++signal) {
        const std::vector<float>& a = fast.parts()[part].signals[signal];
        const std::vector<float>& b = slow.parts()[part].signals[signal];
        ASSERT_EQ(a.size(), b.size());
        ASSERT_EQ(a.size(), 21u * fast.parts()[part].width(signal));
        for (std::size_t n = 0; n < a.size(); ++n) EXPECT_NEAR(a[n], b[n], 3e-6);
      }
    }
  }
}

TEST(InspectionTrace, HoldsTheChosenPartAndSaysItsBytes) {
  const Problem problem(two_layers(), 30, 12);
  const Where where{.layers = {1, 2}, .units = {2, 4}, .steps = {10, 15}, .direction = {}};
  Trace part(problem.network.architecture(), where, 5);
  problem.traced(part, {5, 30});
  const Trace all = problem.trace_of({0, 30});
  ASSERT_EQ(part.parts().size(), 1u);
  EXPECT_EQ(part.name(part.parts()[0]), "layer1.forward");
  std::size_t floats = 0;
  for (std::size_t signal = 0; signal < 7; ++signal) {
    floats += part.parts()[0].signals[signal].size();
    for (std::size_t t = 0; t < 5; ++t) {
      for (std::size_t u = 0; u < 2; ++u)
        EXPECT_EQ(part.parts()[0].at(signal, t, u), all.parts()[1].at(signal, 10 + t, 2 + u));
    }
  }
  EXPECT_EQ(Trace::bytes(problem.network.architecture(), where), 4 * floats);
}

TEST(InspectionTrace, OfStepsThatWereNotRunIsNaN) {
  const Problem problem(two_layers(), 10, 13);
  Trace trace(problem.network.architecture(),
              {.layers = {}, .units = {}, .steps = {0, 10}, .direction = {}}, 6);
  problem.traced(trace, {6, 10});
  EXPECT_TRUE(std::isnan(trace.parts()[0].at(kF, 5, 0)));
  EXPECT_FALSE(std::isnan(trace.parts()[0].at(kF, 6, 0)));
}

TEST(TraceFile, HoldsEveryTensorUnderItsName) {
  const TemporaryFolder folder;
  const std::string path = folder / "trace.safetensors";
  Architecture architecture = two_layers();
  architecture.direction = Direction::both;
  const Problem problem(architecture, 9, 14);
  Trace trace(architecture, {.layers = {}, .units = {1, 4}, .steps = {0, 9}, .direction = {}});
  const std::vector<float> y = problem.traced(trace, {0, 9});
  formats::write_trace(path, problem.subject, trace, y);
  const formats::SafeTensors file = formats::read_safetensors(path);
  EXPECT_EQ(file.tensors.size(), 4u * 7 + 2);
  EXPECT_EQ(file.at("layer1.reverse.tanh_c", path).as_floats(), trace.parts()[3].signals[kTanhC]);
  EXPECT_EQ(file.at("layer0.forward.i", path).shape, (std::vector<std::size_t>{9, 3}));
  EXPECT_EQ(file.at("layer0.forward.i", path).as_floats(), trace.parts()[0].signals[kI]);
  EXPECT_EQ(file.at("x", path).as_floats(), problem.subject.x);
  EXPECT_EQ(file.at("y", path).as_floats(), y);
  EXPECT_EQ(file.metadata.at("layer0.forward.first_unit"), "1");
}

TEST(TraceFile, OfLaterRowsHasTheirInputs) {
  const TemporaryFolder folder;
  const std::string path = folder / "later.safetensors";
  const Problem problem(two_layers(), 9, 15);
  Trace trace(two_layers(), {.layers = {}, .units = {}, .steps = {4, 7}, .direction = {}}, 4);
  const std::vector<float> y = problem.traced(trace, {4, 7});
  formats::write_trace(path, problem.subject, trace, y);
  const formats::SafeTensors file = formats::read_safetensors(path);
  const std::vector<float>& x = problem.subject.x;
  EXPECT_EQ(file.at("x", path).as_floats(),
            std::vector<float>(x.begin() + 4 * 3, x.begin() + 7 * 3));
  EXPECT_EQ(file.metadata.at("first_step"), "4");
}

}  // namespace
}  // namespace sluice::inspection
