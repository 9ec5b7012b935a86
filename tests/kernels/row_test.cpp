// A step of rows, one or several, against the step that whole sequences are made of: bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/half.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/packed_matrix.hpp"
#include "kernels/row_weights.hpp"
#include "kernels/rows.hpp"

namespace sluice::kernels {
namespace {

struct Layer {
  std::size_t hidden, inputs, units;
  Rows w, r, bias, x, h_prev, c_prev;

  Layer(std::size_t hidden_, std::size_t inputs_, Random& random)
      : hidden(hidden_),
        inputs(inputs_),
        units(padded(hidden_)),
        w(Rows::random(4 * hidden_, inputs_, inputs_, random, 0.3)),
        r(Rows::random(4 * hidden_, hidden_, hidden_, random, 0.3)),
        bias(Rows::random(4, hidden_, hidden_, random)),
        x(Rows::random(1, inputs_, inputs_, random)),
        h_prev(zeros_behind(Rows::random(1, hidden_, hidden_, random))),
        c_prev(zeros_behind(Rows::random(1, hidden_, hidden_, random))) {}

  // A padded row.
  Rows zeros_behind(const Rows& values) const {
    Rows row(1, units, units);
    for (std::size_t j = 0; j < units; ++j) row.at(0, j) = j < hidden ? values.at(0, j) : 0.0f;
    return row;
  }
  const float* weights(const Rows& matrix, std::size_t gate, std::size_t unit) const {
    return matrix.row(gate * hidden + unit);
  }
};

struct State {
  std::vector<float> h, c;
};

// The whole sequence's way: W x as one product, then the fused step.
State by_step(const KernelTable& table, const Layer& layer) {
  const auto packed = [&](const Rows& rows, std::size_t inner) {
    PackedMatrix matrix = PackedMatrix::gates(layer.hidden, inner, table);
    matrix.pack_rows(0, matrix.panels(), [&](std::size_t n) {
      return n % layer.units < layer.hidden ? layer.weights(rows, n / layer.units, n % layer.units)
                                            : nullptr;
    });
    return matrix;
  };
  const PackedMatrix w = packed(layer.w, layer.inputs), r = packed(layer.r, layer.hidden);
  FloatVector bias(4 * layer.units), gates(4 * layer.units), c(layer.units), tanh_c(layer.units),
      h(layer.units);
  for (std::size_t gate = 0; gate < 4; ++gate) {
    for (std::size_t unit = 0; unit < layer.hidden; ++unit)
      bias[gate * layer.units + unit] = layer.bias.at(gate, unit);
  }
  table.multiply(
      {layer.x.row(0), layer.inputs, 1, w.view(), nullptr, gates.data(), 4 * layer.units});
  table.step_forward({{.a = layer.h_prev.row(0),
                       .a_stride = layer.units,
                       .rows = 1,
                       .w = r.view(),
                       .bias = bias.data(),
                       .out = nullptr,
                       .out_stride = 0},
                      {.gates = gates.data(),
                       .rh = nullptr,
                       .c_prev = layer.c_prev.row(0),
                       .rows = 1,
                       .units = layer.units,
                       .hidden = layer.hidden,
                       .c = c.data(),
                       .tanh_c = tanh_c.data(),
                       .h = h.data()},
                      {0, (layer.hidden + table.lanes - 1) / table.lanes}});
  return {{h.begin(), h.end()}, {c.begin(), c.end()}};
}

// Several layers of one size and of the same weights are the rows. Behind the vectors of units of c
// and h, of a half behind its half, NaN must stay.
std::vector<State> by_rows(const KernelTable& table, const std::vector<Layer>& layers,
                           WeightType weights = WeightType::f32) {
  const Layer& one = layers.front();
  const auto copied = [&](const Rows& matrix) {
    return [&](std::size_t gate, std::size_t unit) { return one.weights(matrix, gate, unit); };
  };
  const RowWeights w(one.hidden, one.inputs, table, copied(one.w), weights);
  const RowWeights r(one.hidden, one.hidden, table, copied(one.r), weights);
  FloatVector bias(w.places()), sums(w.places() * layers.size());
  for (std::size_t gate = 0; gate < 4; ++gate) {
    for (std::size_t unit = 0; unit < one.hidden; ++unit)
      bias[w.place(gate, unit)] = one.bias.at(gate, unit);
  }
  const auto end = static_cast<std::ptrdiff_t>(w.places() / 4);
  std::vector<FloatVector> h, c;
  std::vector<const float*> x, h_prev;
  std::vector<float*> h_at, c_at;
  for (const Layer& layer : layers) {
    h.emplace_back(layer.units);
    c.emplace_back(layer.c_prev.row(0), layer.c_prev.row(0) + layer.units);
    for (FloatVector* state : {&h.back(), &c.back()})
      std::fill(state->begin() + end, state->end(), std::numeric_limits<float>::quiet_NaN());
    x.push_back(layer.x.row(0));
    h_prev.push_back(layer.h_prev.row(0));
  }
  for (std::size_t row = 0; row < layers.size(); ++row) {
    h_at.push_back(h[row].data());
    c_at.push_back(c[row].data());
  }
  table.row(weights).sums({h_prev.data(), layers.size(), r.view(), bias.data(), sums.data()});
  table.row(weights).step(
      {x.data(), layers.size(), w.view(), sums.data(), c_at.data(), h_at.data()});
  std::vector<State> states;
  for (std::size_t row = 0; row < layers.size(); ++row) {
    for (const FloatVector* state : {&h[row], &c[row]}) {
      EXPECT_TRUE(std::all_of(state->begin() + end, state->end(),
                              [](float value) { return std::isnan(value); }));
    }
    states.push_back(
        {{h[row].begin(), h[row].begin() + end}, {c[row].begin(), c[row].begin() + end}});
  }
  return states;
}

// A whole step, group after group in either order, W x first or last.
State by_whole_step(const KernelTable& table, const Layer& layer, WeightType weights,
                    bool input_first) {
  const auto copied = [&](const Rows& matrix) {
    return [&](std::size_t gate, std::size_t unit) { return layer.weights(matrix, gate, unit); };
  };
  const RowWeights w(layer.hidden, layer.inputs, table, copied(layer.w), weights);
  const RowWeights r(layer.hidden, layer.hidden, table, copied(layer.r), weights);
  FloatVector bias(w.places()), h(layer.units);
  FloatVector c(layer.c_prev.row(0), layer.c_prev.row(0) + layer.units);
  for (std::size_t gate = 0; gate < 4; ++gate) {
    for (std::size_t unit = 0; unit < layer.hidden; ++unit)
      bias[w.place(gate, unit)] = layer.bias.at(gate, unit);
  }
  const float* x = layer.x.row(0);
  for (std::size_t n = 0; n < w.groups(); ++n) {
    const std::size_t group = input_first ? w.groups() - 1 - n : n;
    const std::size_t unit = w.first_vector(group) * table.lanes;
    table.row(weights).whole_step(w.sum_vectors(group))({.x = &x,
                                                         .h_before = layer.h_prev.row(0),
                                                         .x_inner = layer.inputs,
                                                         .h_inner = layer.hidden,
                                                         .w = w.view(group, group + 1).data,
                                                         .r = r.view(group, group + 1).data,
                                                         .bias = bias.data() + 4 * unit,
                                                         .c = c.data() + unit,
                                                         .h = h.data() + unit},
                                                        input_first);
  }
  return {{h.begin(), h.end()}, {c.begin(), c.end()}};
}

std::vector<Layer> several(const Layer& first, std::size_t count, Random& random) {
  std::vector<Layer> layers(count, first);
  for (Layer& layer : layers) {
    const Layer other(first.hidden, first.inputs, random);
    layer.x = other.x;
    layer.h_prev = other.h_prev;
    layer.c_prev = other.c_prev;
  }
  return layers;
}

void expect_bits_of_the_step(const KernelTable& table, const std::vector<Layer>& layers,
                             WeightType weights = WeightType::f32) {
  const std::vector<State> rows = by_rows(table, layers, weights);
  for (std::size_t row = 0; row < layers.size(); ++row) {
    const State step = by_step(table, layers[row]);
    const State alone = by_rows(table, {layers[row]}, weights).front();
    const State whole[] = {by_whole_step(table, layers[row], weights, false),
                           by_whole_step(table, layers[row], weights, true)};
    ASSERT_GT(std::abs(step.h[0]), 0.0f);
    ASSERT_GE(rows[row].h.size(), layers[row].hidden);
    for (std::size_t j = 0; j < rows[row].h.size(); ++j) {
      ASSERT_TRUE(same_bits(rows[row].h[j], step.h[j])) << "row " << row << ", h of " << j;
      ASSERT_TRUE(same_bits(rows[row].c[j], step.c[j])) << "row " << row << ", c of " << j;
      ASSERT_TRUE(same_bits(alone.h[j], step.h[j])) << "alone, h of " << j;
      for (const State& state : whole) {
        ASSERT_TRUE(same_bits(state.h[j], step.h[j])) << "whole step, h of " << j;
        ASSERT_TRUE(same_bits(state.c[j], step.c[j])) << "whole step, c of " << j;
      }
    }
  }
}

TEST(Row, HasTheBitsOfTheStepOfASequence) {
  for (const KernelTable& table : available()) {
    Random random(17);
    for (const std::size_t hidden : {1, 2, 5, 9, 16, 24, 31, 37, 64, 65, 129}) {
      for (const std::size_t inputs : {1, 2, 3, 17}) {
        SCOPED_TRACE(std::string(table.name) + ", H " + std::to_string(hidden) + ", I " +
                     std::to_string(inputs));
        const std::size_t count = 1 + (hidden + inputs) % 17;
        expect_bits_of_the_step(table, several({hidden, inputs, random}, count, random));
      }
    }
  }
}

// Every weight rounded; some are subnormal halves, some zero, some the largest.
void round_to_halves(Rows& weights) {
  std::size_t number = 0;
  for (float& value : weights.data) {
    if (std::isnan(value)) continue;
    if (number % 5 == 0) value *= 1e-5f;
    if (number % 41 == 0) value = 0x1p-24f;
    if (number % 97 == 0) value = -0.0f;
    value = from_half(to_half(value));
    ++number;
  }
}

TEST(Row, OverHalvesHasTheBitsOfTheirFloats) {
  for (const KernelTable& table : available()) {
    Random random(29);
    for (const std::size_t hidden : {1, 5, 16, 37, 65, 129}) {
      for (const std::size_t inputs : {1, 3, 17}) {
        SCOPED_TRACE(std::string(table.name) + ", H " + std::to_string(hidden) + ", I " +
                     std::to_string(inputs));
        Layer first(hidden, inputs, random);
        round_to_halves(first.w);
        round_to_halves(first.r);
        const std::vector<Layer> layers(1 + (hidden + inputs) % 9, first);
        const std::vector<State> floats = by_rows(table, layers);
        const std::vector<State> halves = by_rows(table, layers, WeightType::f16);
        for (std::size_t row = 0; row < layers.size(); ++row) {
          for (std::size_t j = 0; j < hidden; ++j) {
            ASSERT_TRUE(same_bits(halves[row].h[j], floats[row].h[j])) << "h of " << j;
            ASSERT_TRUE(same_bits(halves[row].c[j], floats[row].c[j])) << "c of " << j;
          }
        }
      }
    }
  }
}

// The last vector is half full or less with 16 lanes, with 8, with both, or with neither.
TEST(Row, OfAHalfVectorHasTheBitsOfTheStepToo) {
  for (const KernelTable& table : available()) {
    Random random(31);
    for (const std::size_t hidden : {4, 7, 8, 20, 28, 40, 53, 100, 103}) {
      Layer first(hidden, 11, random);
      round_to_halves(first.w);
      round_to_halves(first.r);
      for (const std::size_t count : {1, 2, 3, 6, 7}) {
        SCOPED_TRACE(std::string(table.name) + ", H " + std::to_string(hidden) + ", rows " +
                     std::to_string(count));
        const std::vector<Layer> layers = several(first, count, random);
        expect_bits_of_the_step(table, layers);
        expect_bits_of_the_step(table, layers, WeightType::f16);
      }
    }
  }
}

TEST(RowWeights, AHalfVectorTakesHalfOfTheRoom) {
  const auto none = [](std::size_t, std::size_t) -> const float* { return nullptr; };
  for (const KernelTable& table : available()) {
    const std::size_t lanes = table.lanes;
    for (const WeightType weights : {WeightType::f32, WeightType::f16}) {
      for (std::size_t hidden = 1; hidden < 70; ++hidden) {
        const RowWeights packed(hidden, 0, table, none, weights);
        const std::size_t rest = hidden % lanes, last = rest > 0 && rest <= lanes / 2 ? 2 : 4;
        const std::size_t whole = (hidden - 1) / lanes;
        EXPECT_EQ(packed.places(), (4 * whole + (lanes >= 8 ? last : 4)) * lanes)
            << table.name << ", H " << hidden;
        std::set<std::size_t> places;
        for (std::size_t n = 0; n < 4 * hidden; ++n) places.insert(packed.place(n % 4, n / 4));
        EXPECT_EQ(places.size(), 4 * hidden) << table.name;
        EXPECT_LT(*places.rbegin(), packed.places()) << table.name;
      }
    }
  }
}

TEST(RowGroups, CutEvenlyAndHoldAll) {
  for (std::size_t vectors = 1; vectors < 30; ++vectors) {
    const RowGroups groups(vectors, 4);
    std::size_t sum = 0, most = 0, least = vectors;
    for (std::size_t group = 0; group < groups.count; ++group) {
      sum += groups.vectors(group);
      most = std::max(most, groups.vectors(group));
      least = std::min(least, groups.vectors(group));
    }
    EXPECT_EQ(sum, vectors);
    EXPECT_LE(most, 4u);
    EXPECT_LE(most - least, 1u);
  }
}

}  // namespace
}  // namespace sluice::kernels
