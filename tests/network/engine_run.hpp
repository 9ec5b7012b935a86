// One random problem for the engine and for the double reference: the same weights, inputs, first
// state and arriving gradients for both, and views that read the engine's padded rows as plain
// ones. Gates have scales of their own, so that no two can be mistaken for one another.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "network/network.hpp"
#include "reference/lstm.hpp"

namespace sluice::network {

using Doubles = std::vector<double>;

struct Shape {
  Architecture architecture;
  std::size_t steps, batch;
};

inline std::string describe(const Shape& shape, const kernels::Table& table) {
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
    const bool head = parameter.name.rfind("head", 0) == 0;
    for (std::size_t j = 0; j < parameter.count; ++j) {
      const double scale = head ? 1.3 : kGateScales[j / (parameter.count / 4)];
      values.push_back(static_cast<float>(scale * random.uniform(-bound, bound)));
    }
  }
  return values;
}

/// What the problem gives to both; row-major without padding.
struct Problem {
  Shape shape;
  std::vector<float> parameters;
  Doubles x, d_y;                  // [T, B, I], [T, B, width]
  reference::State first, d_last;  // layer by layer [B, H]

  Problem(Shape shape_, std::uint64_t seed) : shape(std::move(shape_)) {
    Random random(seed);
    const Architecture& of = shape.architecture;
    parameters = random_parameters(of, random);
    const std::size_t rows = shape.steps * shape.batch;
    x = random_floats(rows * of.input, 1.0, random);
    d_y = random_floats(rows * of.width(), 0.7, random);
    std::size_t units = 0;
    for (const std::size_t hidden : of.hidden) units += hidden;
    first = {random_floats(units * shape.batch, 0.4, random),
             random_floats(units * shape.batch, 0.9, random)};
    d_last = {random_floats(units * shape.batch, 0.6, random),
              random_floats(units * shape.batch, 0.3, random)};
  }
};

/// The reference network of these parameters. Without a head it gets one that hands h through.
inline reference::Network reference_of(const Architecture& of,
                                       const std::vector<float>& parameters) {
  const std::vector<Parameter> list = parameter_list(of);
  const auto values = [&](std::size_t index) {
    const float* from = parameters.data() + list[index].offset;
    return Doubles(from, from + list[index].count);
  };
  reference::Network made;
  for (std::size_t layer = 0; layer < of.layers(); ++layer) {
    const std::size_t at = layer * (2 + of.biases), hidden = of.hidden[layer];
    Doubles bias(4 * hidden, 0.0);
    for (std::size_t b = 0; b < of.biases; ++b) {
      const Doubles one = values(at + 2 + b);
      for (std::size_t j = 0; j < bias.size(); ++j) bias[j] += one[j];
    }
    made.layers.push_back({of.layer_input(layer), hidden, values(at), values(at + 1), bias});
  }
  const std::size_t hidden = of.hidden.back();
  if (of.output > 0) {
    made.head = {hidden, of.output, values(list.size() - 2), values(list.size() - 1)};
  } else {
    made.head = {hidden, hidden, Doubles(hidden * hidden, 0.0), Doubles(hidden, 0.0)};
    for (std::size_t j = 0; j < hidden; ++j) made.head.weight[j * hidden + j] = 1.0;
  }
  return made;
}

/// The reference's gradient in the order of the engine's flat parameters.
inline Doubles flat_gradient(const Architecture& of, const reference::Network& d) {
  Doubles flat;
  const auto append = [&flat](const Doubles& values) {
    flat.insert(flat.end(), values.begin(), values.end());
  };
  for (std::size_t layer = 0; layer < of.layers(); ++layer) {
    append(d.layers[layer].weight_ih);
    append(d.layers[layer].weight_hh);
    for (std::size_t b = 0; b < of.biases; ++b) append(d.layers[layer].bias);
  }
  if (of.output > 0) {
    append(d.head.weight);
    append(d.head.bias);
  }
  return flat;
}

/// Which part of the problem a tape runs: steps from `first_step` on, samples from `first_sample`.
struct Part {
  std::size_t first_step = 0, first_sample = 0;
};

inline void fill_inputs(Tape& tape, const Problem& from, const Part& part = {}) {
  const std::size_t input = from.shape.architecture.input;
  for (std::size_t t = 0; t < tape.steps(); ++t) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const std::size_t row = (part.first_step + t) * from.shape.batch + part.first_sample + b;
      for (std::size_t j = 0; j < input; ++j) {
        tape.x(t, b)[j] = static_cast<float>(from.x[row * input + j]);
      }
    }
  }
}

inline void fill_d_y(Tape& tape, const Problem& from, const Part& part = {}) {
  const std::size_t width = from.shape.architecture.width();
  for (std::size_t t = 0; t < tape.steps(); ++t) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const std::size_t row = (part.first_step + t) * from.shape.batch + part.first_sample + b;
      for (std::size_t j = 0; j < width; ++j) {
        tape.d_y(t, b)[j] = static_cast<float>(from.d_y[row * width + j]);
      }
    }
  }
}

/// Copies [B, H] per layer into padded rows, starting at the problem's sample `first_sample`.
template <class Rows>
void fill_state(Tape& tape, const Problem& from, const Doubles& values, std::size_t first_sample,
                Rows rows) {
  std::size_t at = 0;
  for (std::size_t layer = 0; layer < tape.layers.size(); ++layer) {
    const std::size_t hidden = from.shape.architecture.hidden[layer];
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      for (std::size_t u = 0; u < hidden; ++u) {
        rows(tape.layers[layer])[b * tape.layers[layer].units + u] =
            static_cast<float>(values[at + (first_sample + b) * hidden + u]);
      }
    }
    at += from.shape.batch * hidden;
  }
}

inline void fill_first_state(Tape& tape, const Problem& from, std::size_t first_sample = 0) {
  fill_state(tape, from, from.first.h, first_sample, [](LayerTape& l) { return l.h.data(); });
  fill_state(tape, from, from.first.c, first_sample, [](LayerTape& l) { return l.c.data(); });
}

inline void fill_d_last(Tape& tape, const Problem& from, std::size_t first_sample = 0) {
  fill_state(tape, from, from.d_last.h, first_sample,
             [](LayerTape& l) { return l.d_h_last.data(); });
  fill_state(tape, from, from.d_last.c, first_sample,
             [](LayerTape& l) { return l.d_c_last.data(); });
}

/// Padded rows of one layer after another, as plain values [B, H] per layer.
template <class Rows>
Doubles plain_state(const Tape& tape, const Architecture& architecture, Rows rows) {
  Doubles values;
  for (std::size_t layer = 0; layer < tape.layers.size(); ++layer) {
    const float* from = rows(tape.layers[layer]);
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const float* row = from + b * tape.layers[layer].units;
      values.insert(values.end(), row, row + architecture.hidden[layer]);
    }
  }
  return values;
}

/// [T, B, width] of an array that `row(t, b)` points into.
template <class Row>
Doubles plain_rows(const Tape& tape, std::size_t width, Row row) {
  Doubles values;
  for (std::size_t t = 0; t < tape.steps(); ++t) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      values.insert(values.end(), row(t, b), row(t, b) + width);
    }
  }
  return values;
}

inline Doubles outputs(Tape& tape, const Architecture& architecture) {
  return plain_rows(tape, architecture.width(),
                    [&](std::size_t t, std::size_t b) { return tape.y(t, b); });
}

inline Doubles input_gradient(Tape& tape, const Architecture& architecture) {
  return plain_rows(tape, architecture.input,
                    [&](std::size_t t, std::size_t b) { return tape.d_x(t, b); });
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

}  // namespace sluice::network
