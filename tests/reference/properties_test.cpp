// What must hold whatever the options: padding and the other rows of the batch do not exist for a
// row, chunks are the whole, reverse is forward on the reversed sequence, a masked step is as if it
// were not there. For every option alone and for all at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "reference/lstm.hpp"
#include "reference/option_table.hpp"
#include "reference/problem.hpp"
#include "reference/slices.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

std::vector<Combination> every_variant() {
  std::vector<Combination> all = single_options();
  const std::vector<Combination> crowd = crowds();
  all.insert(all.end(), crowd.begin(), crowd.end());
  return all;
}

void expect_same_state(const State& got, const State& expected) {
  EXPECT_EQ(got.h, expected.h);
  EXPECT_EQ(got.c, expected.c);
}

// Of parameters' gradients, whose sums may be taken in another order.
void expect_close(const Network& got, const Network& expected) {
  const auto values = parameter_arrays(got);
  const auto others = parameter_arrays(expected);
  for (std::size_t n = 0; n < values.size(); ++n) {
    ASSERT_EQ(values[n]->size(), others[n]->size());
    double largest = 0.0;
    for (const double value : *others[n]) largest = std::max(largest, std::abs(value));
    for (std::size_t k = 0; k < values[n]->size(); ++k) {
      EXPECT_NEAR((*values[n])[k], (*others[n])[k], 1e-13 * largest) << "array " << n;
    }
  }
}

void add_to(Network& sum, const Network& more) {
  const auto sums = parameter_arrays(sum);
  const auto others = parameter_arrays(more);
  for (std::size_t n = 0; n < sums.size(); ++n) {
    for (std::size_t k = 0; k < sums[n]->size(); ++k) (*sums[n])[k] += (*others[n])[k];
  }
}

// Row b of an array [steps, batch, width], up to its length.
Values row_of(const Values& all, const Input& input, std::size_t b) {
  const std::size_t width = all.size() / (input.steps * input.batch);
  return picked(all, width, input.length(b), [&](std::size_t t) { return t * input.batch + b; });
}

TEST(Properties, ARowAmongOthersPaddedIsTheRowAloneToTheBit) {
  for (Combination& combination : every_variant()) {
    SCOPED_TRACE(combination.name);
    combination.variant.lengths = true;
    const Problem all = make_problem(combination.variant, 11);
    const Forward run = all.forward();
    const Backward d = all.backward();
    Network d_sum;
    for (std::size_t b = 0; b < all.input.batch; ++b) {
      const Problem one = alone(all, b);
      const Forward run_of_one = one.forward();
      EXPECT_EQ(run_of_one.y, row_of(run.y, all.input, b));
      expect_same_state(run_of_one.last, state_row(all.network, run.last, all.input.batch, b));
      const Backward d_one = one.backward();
      EXPECT_EQ(d_one.d_x, row_of(d.d_x, all.input, b));
      expect_same_state(d_one.d_first, state_row(all.network, d.d_first, all.input.batch, b));
      if (b == 0) {
        d_sum = d_one.d_weights;
      } else {
        add_to(d_sum, d_one.d_weights);
      }
    }
    expect_close(d.d_weights, d_sum);
  }
}

TEST(Properties, PaddingGivesZerosAndALengthOfZeroKeepsTheState) {
  for (Combination& combination : every_variant()) {
    SCOPED_TRACE(combination.name);
    combination.variant.lengths = true;
    const Problem p = make_problem(combination.variant, 12);
    const Forward run = p.forward();
    const Backward d = p.backward();
    for (std::size_t n = 0; n < p.d_y.size(); ++n) {
      if (std::isnan(p.d_y[n])) {
        EXPECT_EQ(run.y[n], 0.0);
      }
      EXPECT_FALSE(std::isnan(run.y[n]));
    }
    for (std::size_t n = 0; n < p.input.x.size(); ++n) {
      if (std::isnan(p.input.x[n])) {
        EXPECT_EQ(d.d_x[n], 0.0);
      }
    }
    ASSERT_EQ(p.input.lengths[1], 0u);
    const auto empty_row = [&](const State& state) { return state_row(p.network, state, 3, 1); };
    expect_same_state(empty_row(run.last), empty_row(p.first));
    expect_same_state(empty_row(d.d_first), empty_row(p.d_last));
  }
}

TEST(Properties, ChunksWithCarriedStateAreTheWhole) {
  for (Combination& combination : every_variant()) {
    if (combination.variant.direction != Direction::forward) continue;
    for (const bool lengths : {false, true}) {
      SCOPED_TRACE(combination.name);
      combination.variant.lengths = lengths;
      const Problem whole = make_problem(combination.variant, 13);
      Problem early = steps_of(whole, 0, 3), late = steps_of(whole, 3, whole.input.steps - 3);
      late.first = early.forward().last;
      const Backward d_late = late.backward();
      early.d_last = d_late.d_first;
      const Backward d_early = early.backward();

      const auto joined = [](Values one, const Values& two) {
        one.insert(one.end(), two.begin(), two.end());
        return one;
      };
      EXPECT_EQ(joined(early.forward().y, late.forward().y), whole.forward().y);
      expect_same_state(late.forward().last, whole.forward().last);
      const Backward d = whole.backward();
      EXPECT_EQ(joined(d_early.d_x, d_late.d_x), d.d_x);
      expect_same_state(d_early.d_first, d.d_first);
      Network sum = d_early.d_weights;
      add_to(sum, d_late.d_weights);
      expect_close(sum, d.d_weights);
    }
  }
}

TEST(Properties, ReverseIsForwardOnTheReversedSequence) {
  for (Combination& combination : every_variant()) {
    if (combination.variant.direction != Direction::forward) continue;
    for (const bool lengths : {false, true}) {
      SCOPED_TRACE(combination.name);
      combination.variant.lengths = lengths;
      const Problem forward = make_problem(combination.variant, 14);
      Problem reverse = turned_round(forward);
      reverse.network.direction = Direction::reverse;

      const auto turned_back = [&](const Values& values) {
        const std::size_t rows = forward.input.steps * forward.input.batch;
        return picked(values, values.size() / rows, rows,
                      [&](std::size_t at) { return turned(forward.input, at); });
      };
      const Forward run = forward.forward(), run_reverse = reverse.forward();
      EXPECT_EQ(turned_back(run_reverse.y), run.y);
      expect_same_state(run_reverse.last, run.last);
      const Backward d = forward.backward(), d_reverse = reverse.backward();
      EXPECT_EQ(turned_back(d_reverse.d_x), d.d_x);
      expect_same_state(d_reverse.d_first, d.d_first);
      expect_close(d_reverse.d_weights, d.d_weights);
    }
  }
}

TEST(Properties, ASequenceWithMaskedStepsIsTheSequenceWithoutThem) {
  for (Combination& combination : every_variant()) {
    SCOPED_TRACE(combination.name);
    combination.variant.mask = true;
    combination.variant.lengths = true;
    const Problem all = make_problem(combination.variant, 15);
    for (std::size_t b = 0; b < all.input.batch; ++b) {
      const Problem masked = alone(all, b);
      std::vector<std::size_t> kept;
      for (std::size_t t = 0; t < masked.input.steps; ++t) {
        if (runs(masked.input, t, 0)) kept.push_back(t);
      }
      const auto time = [&](std::size_t n) { return kept[n]; };
      Problem compact = part_of(masked, kept.size(), 1, time, [](std::size_t) { return 0u; });
      compact.first = masked.first;
      compact.d_last = masked.d_last;
      const Forward run = masked.forward(), run_compact = compact.forward();
      const std::size_t width = output_width(masked.network);
      EXPECT_EQ(picked(run.y, width, kept.size(), time), run_compact.y);
      expect_same_state(run.last, run_compact.last);
    }
  }
}

TEST(Properties, AMaskedStepSaysAgainWhatWasSaidBefore) {
  for (const Direction direction : {Direction::forward, Direction::reverse}) {
    Variant variant;
    variant.direction = direction;
    Problem p = make_problem(variant, 16);
    const std::size_t row = p.input.batch * p.network.layers[0].state;
    p.input.mask.assign(p.input.steps * p.input.batch, 1);
    for (std::size_t b = 0; b < p.input.batch; ++b) p.input.mask[4 * p.input.batch + b] = 0;
    const Values y = p.forward().y;
    const auto step = [&](std::size_t t) {
      return Values(y.begin() + t * row, y.begin() + (t + 1) * row);
    };
    EXPECT_EQ(step(4), step(direction == Direction::forward ? 3 : 5));
    EXPECT_NE(step(4), step(direction == Direction::forward ? 5 : 3));
  }
}

// One direction of a network with both, as a network of its own.
Problem one_direction(const Problem& both, std::size_t direction) {
  Problem one = both;
  one.network.direction = direction == 0 ? Direction::forward : Direction::reverse;
  one.network.layers = {both.network.layers[direction]};
  one.network.activations[0] = both.network.activations[direction];
  one.input.noise = {both.input.noise[direction]};
  const auto half = [&](Values& values) {
    const std::size_t size = values.size() / 2;
    values = Values(values.begin() + direction * size, values.begin() + (direction + 1) * size);
  };
  half(one.first.h);
  half(one.first.c);
  return one;
}

TEST(Properties, BothDirectionsAreTwoLayersMerged) {
  for (const Merge merge : {Merge::concat, Merge::sum, Merge::mean, Merge::product}) {
    Variant variant;
    variant.direction = Direction::both;
    variant.merge = merge;
    variant.lengths = true;
    variant.activations[1].candidate = {Activation::softsign};
    const Problem both = make_problem(variant, 17);
    const Values y = both.forward().y;
    const Values h0 = one_direction(both, 0).forward().y;
    const Values h1 = one_direction(both, 1).forward().y;
    const std::size_t width = variant.hidden;
    for (std::size_t n = 0; n < h0.size(); ++n) {
      const std::size_t row = n / width, k = n % width;
      if (merge == Merge::concat) {
        EXPECT_EQ(y[row * 2 * width + k], h0[n]);
        EXPECT_EQ(y[row * 2 * width + width + k], h1[n]);
      }
      if (merge == Merge::sum) {
        EXPECT_EQ(y[n], h0[n] + h1[n]);
      }
      if (merge == Merge::mean) {
        EXPECT_EQ(y[n], (h0[n] + h1[n]) / 2.0);
      }
      if (merge == Merge::product) {
        EXPECT_EQ(y[n], h0[n] * h1[n]);
      }
    }
  }
}

// The layers one after the other, each a network of its own.
Values stacked(const Problem& p, bool residual) {
  Problem layer = p;
  layer.network.residual = false;
  std::size_t at = 0;
  for (std::size_t n = 0; n < p.network.layers.size(); ++n) {
    const std::size_t size = p.input.batch * p.network.layers[n].hidden;
    layer.network.layers = {p.network.layers[n]};
    layer.input.noise = {p.input.noise[n]};
    layer.first = {{p.first.h.begin() + at, p.first.h.begin() + at + size},
                   {p.first.c.begin() + at, p.first.c.begin() + at + size}};
    at += size;
    Values y = layer.forward().y;
    for (std::size_t k = 0; k < y.size() && residual && n > 0; ++k) y[k] += layer.input.x[k];
    layer.input.x = y;
  }
  return layer.input.x;
}

TEST(Properties, LayersReadTheLayerBelowAndResidualAddsItAgain) {
  for (const bool residual : {false, true}) {
    Variant variant;
    variant.layers = 3;
    variant.residual = residual;
    variant.lengths = true;
    const Problem p = make_problem(variant, 18);
    EXPECT_EQ(p.forward().y, stacked(p, residual));
  }
}

TEST(Properties, ProjectionWithTheIdentityIsNone) {
  const Problem without = make_problem({}, 19);
  Problem with = without;
  with.network.cell.projection = with.network.layers[0].hidden;
  LayerWeights& w = with.network.layers[0];
  w.weight_hr.assign(w.hidden * w.hidden, 0.0);
  for (std::size_t k = 0; k < w.hidden; ++k) w.weight_hr[k * w.hidden + k] = 1.0;
  EXPECT_EQ(with.forward().y, without.forward().y);
  EXPECT_EQ(with.backward().d_x, without.backward().d_x);
}

// 1 - sigma(a) is sigma(-a): the missing gate's weights are the other's, negated.
void give_the_missing_gate(LayerWeights& w, const CellOptions& coupled) {
  const bool has_input = coupled.has_input_gate();
  const auto with_both = [&](Values& values, bool has_candidate) {
    const std::size_t size = values.size() / (has_candidate ? 3 : 2);
    Values other(values.begin(), values.begin() + size);
    for (double& value : other) value = -value;
    values.insert(values.begin() + (has_input ? size : 0), other.begin(), other.end());
  };
  with_both(w.weight_ih, true);
  with_both(w.weight_hh, true);
  with_both(w.bias, true);
  with_both(w.peephole, false);
}

TEST(Properties, CoupledGatesAreTwoGatesWithOppositeWeights) {
  for (const Coupling coupling : {Coupling::input_from_forget, Coupling::forget_from_input}) {
    Variant variant;
    variant.cell.coupling = coupling;
    variant.cell.peephole = true;
    const Problem coupled = make_problem(variant, 20);
    Problem full = coupled;
    full.network.cell.coupling = Coupling::none;
    give_the_missing_gate(full.network.layers[0], variant.cell);
    const Values y = coupled.forward().y, expected = full.forward().y;
    for (std::size_t n = 0; n < y.size(); ++n) EXPECT_NEAR(y[n], expected[n], 1e-14);
    const Values d_x = coupled.backward().d_x, d_expected = full.backward().d_x;
    for (std::size_t n = 0; n < d_x.size(); ++n) EXPECT_NEAR(d_x[n], d_expected[n], 1e-13);
  }
}

TEST(Properties, ForgetOnAndInputOffKeepTheCellToTheBitForAHundredSteps) {
  Variant variant;
  variant.steps = 101;
  variant.direction = Direction::both;
  variant.cell.peephole = true;
  Problem p = make_problem(variant, 21);
  for (LayerWeights& w : p.network.layers) {
    for (std::size_t k = 0; k < w.hidden; ++k) {
      w.bias[kInput * w.hidden + k] = -800.0;
      w.bias[kForget * w.hidden + k] = 800.0;
    }
  }
  EXPECT_EQ(p.forward().last.c, p.first.c);
}

}  // namespace
}  // namespace sluice::reference
