// Signals changed from outside while the reference runs.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "reference/problem.hpp"
#include "sluice/error.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

// The forget gate open and the input gate shut: the cell is the identity, to the bit.
TEST(Change, ForgetOnAndInputOffIsTheIdentity) {
  Problem problem = make_problem({}, 3);
  problem.input.change = [](const ChangedAt& at, std::span<double> values) {
    if (at.step < 2) return;
    if (at.signal == Signal::f) values[1] = 1.0;
    if (at.signal == Signal::i) values[1] = 0.0;
  };
  const Forward run = problem.forward();
  const std::size_t rows = problem.input.batch, hidden = problem.network.layers[0].hidden;
  for (std::size_t t = 2; t < problem.input.steps; ++t) {
    for (std::size_t b = 0; b < rows; ++b) {
      const auto c = [&](std::size_t unit) {
        return run.trace[0].c[(t * rows + b) * hidden + unit];
      };
      EXPECT_EQ(c(1), run.trace[0].c[(rows + b) * hidden + 1]);
      EXPECT_NE(c(0), run.trace[0].c[(rows + b) * hidden]);
    }
  }
}

// Whatever reads a signal reads the changed one.
TEST(Change, IsSeenByAllThatReadsTheSignal) {
  for (const Signal signal : {Signal::f, Signal::g, Signal::i, Signal::c, Signal::o, Signal::h}) {
    Problem problem = make_problem({}, 4);
    const Forward plain = problem.forward();
    problem.input.change = [signal](const ChangedAt& at, std::span<double> values) {
      if (at.signal == signal && at.step == 1 && at.sample == 0) values[2] = 0.25;
    };
    const Forward run = problem.forward();
    const std::size_t at = problem.input.batch * problem.network.layers[0].hidden + 2;
    const LayerTrace& trace = run.trace[0];
    const Values* changed[] = {&trace.f, &trace.g, &trace.i, &trace.c, &trace.o, &trace.h};
    EXPECT_EQ((*changed[static_cast<int>(signal)])[at], 0.25);
    EXPECT_EQ(trace.tanh_c[at], std::tanh(trace.c[at]));
    if (signal != Signal::h) {
      EXPECT_EQ(trace.h[at], trace.o[at] * trace.tanh_c[at]);
    }
    EXPECT_NE(run.last.h, plain.last.h);
  }
}

TEST(Change, OfOneGateMovesTheGateThatIsMadeOfIt) {
  for (const Coupling coupling : {Coupling::input_from_forget, Coupling::forget_from_input}) {
    Variant variant;
    variant.cell.coupling = coupling;
    Problem problem = make_problem(variant, 5);
    const bool f_leads = coupling == Coupling::input_from_forget;
    problem.input.change = [&](const ChangedAt& at, std::span<double> values) {
      if (at.signal == (f_leads ? Signal::f : Signal::i)) values[0] = 0.75;
    };
    const Forward run = problem.forward();
    EXPECT_EQ(f_leads ? run.trace[0].i[0] : run.trace[0].f[0], 0.25);
  }
}

TEST(Change, LeavesNoWayBack) {
  Problem problem = make_problem({}, 6);
  problem.input.change = [](const ChangedAt&, std::span<double>) {};
  EXPECT_THROW(problem.backward(), Error);
}

}  // namespace
}  // namespace sluice::reference
