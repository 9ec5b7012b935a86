// The reference's gradients against central differences, and the properties that hold whatever the
// weights: gates at their extremes, chunks, rows of the batch.
#include "reference/lstm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "reference/example.hpp"
#include "sluice/error.hpp"

namespace sluice::reference {
namespace {

constexpr std::size_t kSteps = 11;
constexpr std::size_t kBatch = 2;
constexpr std::size_t kInputs = 3;
constexpr std::size_t kOutputs = 2;
const std::vector<std::size_t> kChunks = {4, 5, 2};

using Values = std::vector<double>;

// Steps first .. first + count - 1 of an array [T, B, width].
Values steps_of(const Values& all, std::size_t first, std::size_t count, std::size_t width) {
  const auto begin = all.begin() + first * kBatch * width;
  return {begin, begin + count * kBatch * width};
}

Input steps(const Values& x, std::size_t count) {
  return {.x = x, .steps = count, .batch = kBatch};
}

void append(Values& all, const Values& more) { all.insert(all.end(), more.begin(), more.end()); }
void prepend(Values& all, const Values& more) { all.insert(all.begin(), more.begin(), more.end()); }

double dot(const Values& a, const Values& b) {
  double sum = 0.0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum;
}

// A network, a sequence, and a loss that weighs every output, and both parts of the last state, by
// d_y and d_last: which are then its gradients.
struct Example {
  Network network;
  Values x;
  State first;
  Values d_y;
  State d_last;

  explicit Example(std::uint64_t seed) {
    Random random(seed);
    network = example_network(random, {kInputs, 5, 7, kOutputs});
    const std::size_t state = kBatch * (5 + 7);
    x = normals(random, kSteps * kBatch * kInputs);
    first = {normals(random, state, 0.5), normals(random, state)};
    d_y = normals(random, kSteps * kBatch * kOutputs);
    d_last = {normals(random, state), normals(random, state)};
  }

  Input input() const { return steps(x, kSteps); }
  Forward forward() const { return reference::forward(network, input(), first); }
  Backward backward() const {
    return reference::backward(network, input(), first, forward(), d_y, d_last);
  }
  double loss() const {
    const Forward run = forward();
    return dot(d_y, run.y) + dot(d_last.h, run.last.h) + dot(d_last.c, run.last.c);
  }
};

struct Chunked {
  Forward forward;  // y and the last state; no trace
  Backward backward;
};

// Forward over the chunks with carried state, then backward over them from the last to the first,
// where each chunk's d_first is the d_last of the one before.
Chunked run_in_chunks(const Example& e) {
  std::vector<Forward> forwards;
  std::vector<State> firsts = {e.first};
  std::vector<std::size_t> starts = {0};
  Chunked result;
  for (const std::size_t count : kChunks) {
    const Values x = steps_of(e.x, starts.back(), count, kInputs);
    forwards.push_back(forward(e.network, steps(x, count), firsts.back()));
    append(result.forward.y, forwards.back().y);
    firsts.push_back(forwards.back().last);
    starts.push_back(starts.back() + count);
  }
  result.forward.last = firsts.back();

  State d_state = e.d_last;
  for (std::size_t k = kChunks.size(); k-- > 0;) {
    const Values x = steps_of(e.x, starts[k], kChunks[k], kInputs);
    const Values d_y = steps_of(e.d_y, starts[k], kChunks[k], kOutputs);
    Backward part = backward(e.network, steps(x, kChunks[k]), firsts[k], forwards[k], d_y, d_state);
    d_state = part.d_first;
    prepend(result.backward.d_x, part.d_x);
    if (k + 1 == kChunks.size()) {
      result.backward.d_weights = std::move(part.d_weights);
      continue;
    }
    const auto total = parameter_arrays(result.backward.d_weights);
    const auto more = parameter_arrays(part.d_weights);
    for (std::size_t p = 0; p < total.size(); ++p) {
      for (std::size_t n = 0; n < total[p]->size(); ++n) (*total[p])[n] += (*more[p])[n];
    }
  }
  result.backward.d_first = d_state;
  return result;
}

// d loss / d value by the five-point rule, whose error is of the order of step^4.
double central_difference(double& value, const std::function<double()>& loss) {
  const double step = 1e-3;
  const double middle = value;
  const auto at = [&](double offset) {
    value = middle + offset;
    const double result = loss();
    value = middle;
    return result;
  };
  return (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
}

void expect_is_the_gradient(Example& e, Values& values, const Values& gradient,
                            const std::string& name) {
  ASSERT_EQ(values.size(), gradient.size()) << name;
  for (std::size_t n = 0; n < values.size(); ++n) {
    const double expected = central_difference(values[n], [&] { return e.loss(); });
    EXPECT_NEAR(gradient[n], expected, 1e-7 * std::abs(expected)) << name << "[" << n << "]";
  }
}

void expect_close(const Values& got, const Values& expected, double relative) {
  ASSERT_EQ(got.size(), expected.size());
  double largest = 0.0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  for (std::size_t n = 0; n < got.size(); ++n) {
    EXPECT_NEAR(got[n], expected[n], relative * largest) << "at " << n;
  }
}

TEST(Lstm, GradientsOfTheWholeRunInChunksEqualCentralDifferences) {
  Example e(1);
  Backward d = run_in_chunks(e).backward;
  const auto values = parameter_arrays(e.network);
  const auto gradients = parameter_arrays(d.d_weights);
  for (std::size_t p = 0; p < values.size(); ++p) {
    expect_is_the_gradient(e, *values[p], *gradients[p], "parameters " + std::to_string(p));
  }
  expect_is_the_gradient(e, e.x, d.d_x, "x");
  expect_is_the_gradient(e, e.first.h, d.d_first.h, "first h");
  expect_is_the_gradient(e, e.first.c, d.d_first.c, "first c");
}

TEST(Lstm, ChunksWithCarriedStateEqualTheWhole) {
  const Example e(2);
  const Chunked chunked = run_in_chunks(e);
  const Forward whole = e.forward();
  EXPECT_EQ(chunked.forward.y, whole.y);
  EXPECT_EQ(chunked.forward.last.h, whole.last.h);
  EXPECT_EQ(chunked.forward.last.c, whole.last.c);

  const Backward d = e.backward();
  EXPECT_EQ(chunked.backward.d_x, d.d_x);
  EXPECT_EQ(chunked.backward.d_first.h, d.d_first.h);
  EXPECT_EQ(chunked.backward.d_first.c, d.d_first.c);
  const auto sums = parameter_arrays(chunked.backward.d_weights);
  const auto expected = parameter_arrays(d.d_weights);
  for (std::size_t p = 0; p < sums.size(); ++p) expect_close(*sums[p], *expected[p], 1e-14);
}

TEST(Lstm, RowOfTheBatchIsABatchOfOne) {
  const Example e(3);
  const Forward all = e.forward();
  const Backward d_all = e.backward();
  for (std::size_t b = 0; b < kBatch; ++b) {
    // Row b of an array whose blocks are [B, width], one block per step or per layer.
    const auto pick = [&](const Values& values, const std::vector<std::size_t>& widths) {
      Values picked;
      auto block = values.begin();
      for (std::size_t n = 0; block != values.end(); ++n) {
        const std::size_t width = widths[n % widths.size()];
        picked.insert(picked.end(), block + b * width, block + (b + 1) * width);
        block += kBatch * width;
      }
      return picked;
    };
    const auto pick_state = [&](const State& state) {
      return State{pick(state.h, {5, 7}), pick(state.c, {5, 7})};
    };
    const Input input{.x = pick(e.x, {kInputs}), .steps = kSteps, .batch = 1};
    const State first = pick_state(e.first);
    const Forward one = forward(e.network, input, first);
    EXPECT_EQ(one.y, pick(all.y, {kOutputs}));
    EXPECT_EQ(one.last.h, pick(all.last.h, {5, 7}));
    EXPECT_EQ(one.last.c, pick(all.last.c, {5, 7}));

    const Backward d =
        backward(e.network, input, first, one, pick(e.d_y, {kOutputs}), pick_state(e.d_last));
    EXPECT_EQ(d.d_x, pick(d_all.d_x, {kInputs}));
    EXPECT_EQ(d.d_first.h, pick(d_all.d_first.h, {5, 7}));
    EXPECT_EQ(d.d_first.c, pick(d_all.d_first.c, {5, 7}));
  }
}

TEST(Lstm, NoStepsLeaveTheStateAndTheGradientAsTheyWere) {
  const Example e(4);
  const Forward run = forward(e.network, steps({}, 0), e.first);
  EXPECT_TRUE(run.y.empty());
  EXPECT_EQ(run.last.h, e.first.h);
  EXPECT_EQ(run.last.c, e.first.c);
  const Backward d = backward(e.network, steps({}, 0), e.first, run, {}, e.d_last);
  EXPECT_EQ(d.d_first.h, e.d_last.h);
  EXPECT_EQ(d.d_first.c, e.d_last.c);
}

TEST(Lstm, ZeroStateIsWhereASequenceStarts) {
  const Example e(5);
  const State zero = zero_state(e.network, kBatch);
  EXPECT_EQ(zero.h, Values(kBatch * 12, 0.0));
  EXPECT_EQ(zero.c, Values(kBatch * 12, 0.0));
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::shape);
    return error.what();
  }
  return "no error";
}

bool starts(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

TEST(Lstm, WrongSizesAreNamed) {
  const Example e(6);
  EXPECT_EQ(
      refusal([&] { forward(e.network, steps(e.x, kSteps + 1), e.first); }),
      "x: wrong size: expected 72, got 66 (it follows from the network, the steps and the batch)");
  EXPECT_TRUE(starts(refusal([&] { forward(e.network, e.input(), {}); }), "first.h: "));
  EXPECT_TRUE(starts(refusal([&] { forward({}, e.input(), e.first); }), "network: "));
  Network cut = e.network;
  cut.layers[1].weight_hh.pop_back();
  EXPECT_TRUE(starts(refusal([&] { forward(cut, e.input(), e.first); }),
                     "layer 1, weight_hh: wrong size: expected 196, got 195"));
  const Forward run = e.forward();
  EXPECT_TRUE(starts(refusal([&] { backward(e.network, e.input(), e.first, run, {}, e.d_last); }),
                     "d_y: "));
  EXPECT_TRUE(starts(refusal([&] { backward(e.network, e.input(), e.first, {}, e.d_y, e.d_last); }),
                     "trace: "));
}

TEST(Lstm, ParametersThatDoNotFitTheOptionsAreNamed) {
  const Example e(7);
  const auto refusal_after = [&](const std::function<void(Network&)>& change) {
    Network changed = e.network;
    change(changed);
    return refusal([&] { forward(changed, e.input(), e.first); });
  };
  EXPECT_TRUE(starts(refusal_after([](Network& n) { n.cell.peephole = true; }),
                     "layer 0, peephole: wrong size: expected 15, got 0"));
  EXPECT_TRUE(starts(refusal_after([](Network& n) { n.layers[1].norm_c = Values(7, 1.0); }),
                     "layer 1, norm_c: wrong size: expected 0, got 7"));
  EXPECT_TRUE(starts(refusal_after([](Network& n) { n.cell.projection = 3; }), "layer 0, state: "));
  EXPECT_TRUE(
      starts(refusal_after([](Network& n) { n.cell.coupling = Coupling::input_from_forget; }),
             "layer 0, weight_ih: wrong size: expected 45, got 60"));
  EXPECT_TRUE(starts(refusal_after([](Network& n) { n.direction = Direction::both; }),
                     "layer 0 reverse, input: wrong size: expected 3, got 5"));
  EXPECT_TRUE(starts(refusal_after([](Network& n) { n.residual = true; }),
                     "layer 1, residual output: wrong size: expected 5, got 7"));
  EXPECT_TRUE(starts(refusal_after([](Network& n) {
                       n.direction = Direction::both;
                       n.layers.pop_back();
                     }),
                     "network: a direction is missing"));
}

TEST(Lstm, LengthsMasksAndNoiseThatDoNotFitAreNamed) {
  const Example e(8);
  const auto refusal_after = [&](const std::function<void(Input&)>& change) {
    Input changed = e.input();
    change(changed);
    return refusal([&] { forward(e.network, changed, e.first); });
  };
  EXPECT_EQ(
      refusal_after([](Input& in) {
        in.lengths = {3, 12};
      }),
      "lengths[1]: longer than the array: expected 0 to 11, got 12 (a length counts the steps "
      "of its sequence)");
  EXPECT_TRUE(starts(refusal_after([](Input& in) { in.lengths = {3}; }),
                     "lengths: wrong size: expected 2"));
  EXPECT_TRUE(starts(refusal_after([](Input& in) {
                       in.mask = {1, 0};
                     }),
                     "mask: wrong size: expected 22"));
  EXPECT_TRUE(starts(refusal_after([](Input& in) { in.noise.resize(1); }),
                     "noise: wrong size: expected 2"));
  EXPECT_TRUE(starts(refusal_after([](Input& in) {
                       in.noise.resize(2);
                       in.noise[1].keep_h = {1.0};
                     }),
                     "layer 1, keep_h: wrong size: expected 14, got 1"));
}

}  // namespace
}  // namespace sluice::reference
