// sluice::Pass against the double reference for every option of the cell, with lengths and masks,
// and the contract around it.
#include "sluice/pass.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/refusal.hpp"
#include "engine/option_variants.hpp"
#include "sluice/error.hpp"

namespace sluice {
namespace {

using engine::Doubles;
using engine::Problem;
using Floats = std::vector<float>;

Floats floats(const Doubles& values) { return {values.begin(), values.end()}; }
Doubles doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

Model model_of(const Problem& problem) {
  Model model = Model::create(problem.shape.architecture);
  model.set_flat_parameters(problem.parameters);
  return model;
}

PassOptions options_of(const Problem& problem, bool recompute = false) {
  return {.batch = problem.shape.batch,
          .steps = problem.shape.steps,
          .time_first = true,
          .recompute = recompute};
}

// What a pass gives, all of it.
struct Result {
  Floats y, gradient, d_x;
  State last, d_first;
  friend bool operator==(const Result& a, const Result& b) {
    return a.y == b.y && a.gradient == b.gradient && a.d_x == b.d_x && a.last.h == b.last.h &&
           a.last.c == b.last.c && a.d_first.h == b.d_first.h && a.d_first.c == b.d_first.c;
  }
};

Floats forward(Pass& pass, const Problem& problem) {
  const Architecture& architecture = problem.shape.architecture;
  const Floats x = floats(problem.x);
  const State first{floats(problem.first.h), floats(problem.first.c)};
  Floats y(problem.shape.steps * problem.shape.batch * architecture.width());
  pass.forward({.x = x,
                .initial = architecture.learned_state ? nullptr : &first,
                .lengths = problem.lengths,
                .mask = problem.mask},
               y);
  return y;
}

Result backward(Pass& pass, const Problem& problem, Floats y) {
  const State last = pass.last_state();
  const Floats d_y = floats(problem.d_y);
  const State d_last{floats(problem.d_last.h), floats(problem.d_last.c)};
  pass.backward({.d_y = d_y, .d_last = &d_last});
  return {std::move(y),
          {pass.gradient().begin(), pass.gradient().end()},
          {pass.d_x().begin(), pass.d_x().end()},
          last,
          pass.d_first()};
}

Result both_ways(const Model& model, const PassOptions& options, const Problem& problem) {
  Pass pass(model, options);
  Floats y = forward(pass, problem);
  return backward(pass, problem, std::move(y));
}

TEST(Pass, IsTheReferencesForEveryOption) {
  std::size_t compared = 0;
  for (const engine::Variant& variant : engine::variants()) {
    std::uint64_t seed = 500;
    Problem problem = engine::make({&variant}, seed);
    if (!engine::allowed(problem)) continue;
    while (engine::near_a_kink(problem) && seed < 540) problem = engine::make({&variant}, ++seed);
    const Architecture& architecture = problem.shape.architecture;
    const Model model = model_of(problem);
    const Result got = both_ways(model, options_of(problem), problem);

    const reference::Network truth =
        inspection::reference_network(architecture, problem.parameters);
    const reference::State first =
        architecture.learned_state
            ? inspection::reference_start(architecture, problem.parameters, problem.shape.batch)
            : problem.first;
    const reference::Forward run = reference::forward(truth, problem.input(), first);
    const reference::Backward d =
        reference::backward(truth, problem.input(), first, run, problem.d_y, problem.d_last);
    const double slack = architecture.cell.layer_norm == LayerNorm::none ? 1.0 : 10.0;
    const double forward = 4e-6 * slack, backward = 1e-5 * slack;
    EXPECT_TRUE(engine::close(doubles(got.y), run.y, forward)) << variant.name;
    EXPECT_TRUE(engine::close(doubles(got.last.h), run.last.h, forward)) << variant.name;
    EXPECT_TRUE(engine::close(doubles(got.last.c), run.last.c, forward)) << variant.name;
    EXPECT_TRUE(engine::close(doubles(got.d_x), d.d_x, backward)) << variant.name;
    EXPECT_TRUE(engine::close(doubles(got.d_first.h), d.d_first.h, backward)) << variant.name;
    EXPECT_TRUE(engine::close(doubles(got.d_first.c), d.d_first.c, backward)) << variant.name;
    const Doubles expected = engine::flat_gradient(architecture, d, problem.shape.batch);
    for (const Parameter& parameter : parameter_list(architecture)) {
      const auto first_value = expected.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
      const Doubles part(first_value, first_value + static_cast<std::ptrdiff_t>(parameter.count));
      EXPECT_TRUE(
          engine::close(doubles(std::span(got.gradient).subspan(parameter.offset, parameter.count)),
                        part, backward))
          << variant.name << ", " << parameter.name;
    }
    ++compared;
  }
  EXPECT_GE(compared, 38u);
}

Problem problem_of(std::uint64_t seed,
                   Architecture architecture = {.input = 5, .hidden = {21, 13}, .output = 2}) {
  return {{std::move(architecture), 11, 6}, seed};
}

TEST(Pass, GivesWhatTheModelRuns) {
  const Problem problem = problem_of(3);
  const Model model = model_of(problem);
  State state{floats(problem.first.h), floats(problem.first.c)};
  Pass pass(model, options_of(problem));
  const Floats y = forward(pass, problem);
  EXPECT_EQ(model.run(floats(problem.x), {.batch = 6, .time_first = true, .state = &state}), y);
  EXPECT_EQ(pass.last_state().h, state.h);
  EXPECT_EQ(pass.last_state().c, state.c);
}

TEST(Pass, SeveralAreAliveOverOneModel) {
  const Problem one = problem_of(3), two = problem_of(4);
  const Model model = model_of(one);
  const Result alone_one = both_ways(model, options_of(one), one);
  const Result alone_two = both_ways(model, options_of(two), two);
  Pass first(model, options_of(one)), second(model, options_of(two));
  Floats y_one = forward(first, one);
  Floats y_two = forward(second, two);
  EXPECT_TRUE(backward(first, one, std::move(y_one)) == alone_one);
  EXPECT_TRUE(backward(second, two, std::move(y_two)) == alone_two);
}

TEST(Pass, ThreadsAndRecomputationDoNotChangeABit) {
  Problem problem({{.input = 5, .hidden = {40, 33}, .output = 3}, 70, 24}, 8);
  problem.lengths.assign(24, 70);
  problem.lengths[5] = 31;
  problem.lengths[20] = 0;
  const Model model = model_of(problem);
  const Result expected = both_ways(model, options_of(problem), problem);
  for (const std::size_t threads : {2, 3}) {
    for (const bool recompute : {false, true}) {
      PassOptions options = options_of(problem, recompute);
      options.threads = threads;
      EXPECT_TRUE(both_ways(model, options, problem) == expected) << threads << recompute;
    }
  }
}

TEST(Pass, BatchFirstIsTheSameTransposed) {
  const Problem problem = problem_of(5);
  const Model model = model_of(problem);
  const Result expected = both_ways(model, options_of(problem), problem);
  const std::size_t steps = problem.shape.steps, batch = problem.shape.batch;
  const auto transposed = [&](const Floats& from, std::size_t width) {
    Floats to(from.size());
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t j = 0; j < width; ++j)
          to[(b * steps + t) * width + j] = from[(t * batch + b) * width + j];
      }
    }
    return to;
  };
  Pass pass(model, {.batch = batch, .steps = steps});
  const Floats x = transposed(floats(problem.x), 5), d_y = transposed(floats(problem.d_y), 2);
  const State first{floats(problem.first.h), floats(problem.first.c)};
  const State d_last{floats(problem.d_last.h), floats(problem.d_last.c)};
  Floats y(expected.y.size());
  pass.forward({.x = x, .initial = &first}, y);
  EXPECT_EQ(y, transposed(expected.y, 2));
  pass.backward({.d_y = d_y, .d_last = &d_last});
  EXPECT_EQ(Floats(pass.gradient().begin(), pass.gradient().end()), expected.gradient);
  EXPECT_EQ(Floats(pass.d_x().begin(), pass.d_x().end()), transposed(expected.d_x, 5));
}

TEST(Pass, DropoutIsDrawnByTheSeedAndOnlyWithOne) {
  Architecture architecture{.input = 5, .hidden = {21, 13}, .output = 2};
  architecture.dropout = 0.4;
  const Problem problem = problem_of(6, architecture);
  const Model model = model_of(problem);
  Pass pass(model, options_of(problem));
  const Floats x = floats(problem.x), d_y = floats(problem.d_y);
  const auto run = [&](std::optional<std::uint64_t> seed) {
    Floats y(problem.shape.steps * problem.shape.batch * 2);
    pass.forward({.x = x, .noise_seed = seed}, y);
    pass.backward({.d_y = d_y});
    y.insert(y.end(), pass.gradient().begin(), pass.gradient().end());
    return y;
  };
  const Floats drawn = run(9), without = run({});
  EXPECT_EQ(run(9), drawn);
  EXPECT_NE(run(10), drawn);
  EXPECT_NE(without, drawn);
  architecture.dropout = 0.0;
  Problem plain = problem;
  plain.shape.architecture = architecture;
  const Model other = model_of(plain);
  Pass never(other, options_of(plain));
  Floats y(problem.shape.steps * problem.shape.batch * 2);
  never.forward({.x = x}, y);
  never.backward({.d_y = d_y});
  y.insert(y.end(), never.gradient().begin(), never.gradient().end());
  EXPECT_EQ(y, without);
}

TEST(Pass, RefusesWhatDoesNotFit) {
  const Problem problem = problem_of(7);
  Model model = model_of(problem);
  Pass pass(model, options_of(problem));
  const Floats x = floats(problem.x), d_y = floats(problem.d_y);
  Floats y(d_y.size());
  EXPECT_TRUE(says(refusal([&] { pass.backward({.d_y = d_y}); }), "no forward pass"));
  EXPECT_TRUE(says(refusal([&] { pass.forward({.x = std::span(x).first(10)}, y); }), "pass, x"));
  EXPECT_TRUE(says(refusal([&] { pass.forward({.x = x}, std::span(y).first(3)); }), "pass, y"));
  pass.forward({.x = x}, y);
  EXPECT_TRUE(says(refusal([&] { pass.backward({.d_y = std::span(d_y).first(4)}); }), "d_y"));
  model.set_flat_parameters(problem.parameters);
  EXPECT_TRUE(says(refusal([&] { pass.backward({.d_y = d_y}); }), "was changed"));
  pass.forward({.x = x}, y);
  pass.backward({.d_y = d_y});
  EXPECT_TRUE(says(refusal([&] { pass.backward({.d_y = d_y}); }), "no forward pass"));
  EXPECT_TRUE(says(refusal([&] { (void)pass.gradient("weight"); }), "'weight'"));
  EXPECT_TRUE(says(refusal([&] { Pass(model, {.batch = 0}); }), "batch"));
}

TEST(Pass, OutlivesItsModel) {
  const Problem problem = problem_of(7);
  auto model = std::make_unique<Model>(model_of(problem));
  const Result expected = both_ways(*model, options_of(problem), problem);
  Pass pass(*model, options_of(problem));
  model.reset();
  Floats y = forward(pass, problem);
  EXPECT_TRUE(backward(pass, problem, std::move(y)) == expected);
}

}  // namespace
}  // namespace sluice
