// One random problem for the engine and for the double reference: the same weights, inputs, first
// state and arriving gradients for both, and views that read the engine's padded rows as plain
// ones. Gates have scales of their own, so that no two can be mistaken for one another.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "engine/network.hpp"
#include "inspection/reference_network.hpp"
#include "reference/lstm.hpp"

namespace sluice::engine {

using Doubles = std::vector<double>;
using inspection::reference_array;
using inspection::reference_network;
using inspection::reference_start;

struct Shape {
  Architecture architecture;
  std::size_t steps, batch;
};

inline std::string describe(const Shape& shape, const kernels::KernelTable& table) {
  std::string text = std::string(table.name) + ", I " + std::to_string(shape.architecture.input);
  for (const std::size_t hidden : shape.architecture.hidden)
    text += ", H " + std::to_string(hidden);
  return text + ", O " + std::to_string(shape.architecture.output) + ", biases " +
         std::to_string(shape.architecture.biases) + ", T " + std::to_string(shape.steps) + ", B " +
         std::to_string(shape.batch);
}

/// Values that a float holds exactly, as doubles.
inline Doubles random_floats(std::size_t count, double scale, Random& random) {
  Doubles values(count);
  for (double& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

/// Every tensor at the scale of a network at its start or trained: larger ones make it chaotic.
inline std::vector<float> random_parameters(const Architecture& architecture, Random& random) {
  constexpr double kGateScales[] = {0.8, 1.2, 1.6, 1.0};
  std::vector<float> values;
  for (const Parameter& parameter : parameter_list(architecture)) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(parameter.hidden));
    const bool gain = parameter.role == Role::norm_ih || parameter.role == Role::norm_hh ||
                      parameter.role == Role::norm_gates || parameter.role == Role::norm_c;
    const bool head = parameter.role == Role::head_weight || parameter.role == Role::head_bias;
    const std::size_t quarter = (parameter.count + 3) / 4;
    for (std::size_t j = 0; j < parameter.count; ++j) {
      const double scale = head ? 1.3 : kGateScales[j / quarter];
      const double centre = gain ? 0.7 : 0.0;
      values.push_back(static_cast<float>(centre + scale * random.uniform(-bound, bound)));
    }
  }
  return values;
}

/// Floats of h or c of all directions of all layers, of one sample.
inline std::size_t state_width(const Architecture& architecture, bool cell) {
  std::size_t width = 0;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer)
    width +=
        architecture.directions() * (cell ? architecture.hidden[layer] : architecture.state(layer));
  return width;
}

/// What the problem gives to both; row-major without padding.
struct Problem {
  Shape shape;
  std::vector<float> parameters;
  Doubles x, d_y;                  // [T, B, I], [T, B, width]
  reference::State first, d_last;  // direction by direction [B, P], [B, H]
  std::vector<std::size_t> lengths;
  std::vector<std::uint8_t> mask;  // [T, B]

  Problem(Shape shape_, std::uint64_t seed) : shape(std::move(shape_)) {
    Random random(seed);
    const Architecture& architecture = shape.architecture;
    parameters = random_parameters(architecture, random);
    const std::size_t rows = shape.steps * shape.batch;
    x = random_floats(rows * architecture.input, 1.0, random);
    d_y = random_floats(rows * architecture.width(), 0.7, random);
    const std::size_t h = state_width(architecture, false) * shape.batch,
                      c = state_width(architecture, true) * shape.batch;
    first = {random_floats(h, 0.4, random), random_floats(c, 0.9, random)};
    d_last = {random_floats(h, 0.6, random), random_floats(c, 0.3, random)};
  }

  reference::Input input() const {
    return {.x = x, .steps = shape.steps, .batch = shape.batch, .lengths = lengths, .mask = mask};
  }
};

/// The reference's gradient in the order of the engine's flat parameters; the learned initial
/// state's is the sum of d_first over the batch.
inline Doubles flat_gradient(const Architecture& architecture, const reference::Backward& d,
                             std::size_t batch) {
  Doubles flat;
  reference::Network weights = d.d_weights;
  Doubles::const_iterator d_h = d.d_first.h.begin(), d_c = d.d_first.c.begin();
  const auto sum_over_batch = [&](Doubles::const_iterator& from, std::size_t width) {
    Doubles sum(width, 0.0);
    for (std::size_t j = 0; j < batch * width; ++j) sum[j % width] += *from++;
    flat.insert(flat.end(), sum.begin(), sum.end());
  };
  for (const Parameter& parameter : parameter_list(architecture)) {
    if (parameter.role == Role::initial_h) {
      sum_over_batch(d_h, parameter.count);
    } else if (parameter.role == Role::initial_c) {
      sum_over_batch(d_c, parameter.count);
    } else {
      const Doubles& values =
          parameter.role == Role::head_weight ? weights.head.weight
          : parameter.role == Role::head_bias
              ? weights.head.bias
              : *reference_array(
                    weights
                        .layers[parameter.layer * architecture.directions() + parameter.direction],
                    parameter.role);
      flat.insert(flat.end(), values.begin(), values.end());
    }
  }
  return flat;
}

/// Which part of the problem the activations runs: steps from `first_step` on, samples from
/// `first_sample`.
struct Part {
  std::size_t first_step = 0, first_sample = 0;
};

inline void fill_inputs(Activations& activations, const Problem& from, const Part& part = {}) {
  const std::size_t input = from.shape.architecture.input;
  for (std::size_t t = 0; t < activations.steps(); ++t) {
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::size_t row = (part.first_step + t) * from.shape.batch + part.first_sample + b;
      for (std::size_t j = 0; j < input; ++j) {
        activations.x(t, b)[j] = static_cast<float>(from.x[row * input + j]);
      }
    }
  }
}

inline void fill_d_y(Activations& activations, const Problem& from, const Part& part = {}) {
  const std::size_t width = from.shape.architecture.width();
  for (std::size_t t = 0; t < activations.steps(); ++t) {
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::size_t row = (part.first_step + t) * from.shape.batch + part.first_sample + b;
      for (std::size_t j = 0; j < width; ++j) {
        activations.d_y(t, b)[j] = static_cast<float>(from.d_y[row * width + j]);
      }
    }
  }
}

/// The widths of h or c in one direction of a layer, and its rows' stride in the activations.
inline std::size_t state_units(const Architecture& architecture, std::size_t index, bool cell) {
  const std::size_t layer = index / architecture.directions();
  return cell ? architecture.hidden[layer] : architecture.state(layer);
}
inline std::size_t state_stride(const LayerActivations& layer, bool cell) {
  return cell ? layer.units : layer.state_units;
}

/// Copies [B, P] (c: [B, H]) of each direction into padded rows, from sample `first_sample` on.
template <class Rows>
void fill_state(Activations& activations, const Problem& from, const Doubles& values,
                std::size_t first_sample, bool cell, Rows rows) {
  std::size_t at = 0;
  for (std::size_t index = 0; index < activations.layers.size(); ++index) {
    const std::size_t units = state_units(from.shape.architecture, index, cell);
    const std::size_t stride = state_stride(activations.layers[index], cell);
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      for (std::size_t u = 0; u < units; ++u) {
        rows(activations.layers[index])[b * stride + u] =
            static_cast<float>(values[at + (first_sample + b) * units + u]);
      }
    }
    at += from.shape.batch * units;
  }
}

inline void fill_first_state(Activations& activations, const Problem& from,
                             std::size_t first_sample = 0) {
  fill_state(activations, from, from.first.h, first_sample, false,
             [](LayerActivations& l) { return l.h.data(); });
  fill_state(activations, from, from.first.c, first_sample, true,
             [](LayerActivations& l) { return l.c.data(); });
  if (!from.shape.architecture.learned_state) activations.give_state();
}

inline void fill_d_last(Activations& activations, const Problem& from,
                        std::size_t first_sample = 0) {
  fill_state(activations, from, from.d_last.h, first_sample, false,
             [](LayerActivations& l) { return l.d_h_last.data(); });
  fill_state(activations, from, from.d_last.c, first_sample, true,
             [](LayerActivations& l) { return l.d_c_last.data(); });
}

/// Padded rows of one direction after another, as plain values [B, P] (c: [B, H]) each.
template <class Rows>
Doubles plain_state(const Activations& activations, const Architecture& architecture, bool cell,
                    Rows rows) {
  Doubles values;
  for (std::size_t index = 0; index < activations.layers.size(); ++index) {
    const float* from = rows(activations.layers[index]);
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const float* row = from + b * state_stride(activations.layers[index], cell);
      values.insert(values.end(), row, row + state_units(architecture, index, cell));
    }
  }
  return values;
}

/// h or c after the last step that was run.
inline Doubles last_state(const Activations& activations, const Architecture& architecture,
                          bool cell) {
  return plain_state(activations, architecture, cell, [&](const LayerActivations& layer) {
    const FloatVector& rows = cell ? layer.c : layer.h;
    return rows.data() + activations.longest() * activations.batch() * state_stride(layer, cell);
  });
}

/// [T, B, width] of an array that `row(t, b)` points into.
template <class Row>
Doubles plain_rows(const Activations& activations, std::size_t width, Row row) {
  Doubles values;
  for (std::size_t t = 0; t < activations.steps(); ++t) {
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      values.insert(values.end(), row(t, b), row(t, b) + width);
    }
  }
  return values;
}

inline Doubles outputs(Activations& activations, const Architecture& architecture) {
  return plain_rows(activations, architecture.width(),
                    [&](std::size_t t, std::size_t b) { return activations.y(t, b); });
}

inline Doubles input_gradient(Activations& activations, const Architecture& architecture) {
  return plain_rows(activations, architecture.input,
                    [&](std::size_t t, std::size_t b) { return activations.d_x(t, b); });
}

/// Whether two arrays agree to `relative` of the largest expected value.
inline testing::AssertionResult close(const Doubles& got, const Doubles& expected,
                                      double relative) {
  if (got.size() != expected.size()) {
    return testing::AssertionFailure() << got.size() << " values, not " << expected.size();
  }
  double scale = 0.0;
  for (const double value : expected) scale = std::max(scale, std::abs(value));
  for (std::size_t j = 0; j < got.size(); ++j) {
    if (!(std::abs(got[j] - expected[j]) <= relative * scale)) {
      return testing::AssertionFailure() << "value " << j << " is " << got[j] << ", not "
                                         << expected[j] << ", largest " << scale;
    }
  }
  return testing::AssertionSuccess();
}

}  // namespace sluice::engine
