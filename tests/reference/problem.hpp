// A network with the options of a Variant, sequences, and a loss that weighs every output, and both
// parts of the last state, by d_y and d_last: which are then its gradients. Every place that must
// not be read holds a NaN.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "reference/example.hpp"
#include "reference/lstm.hpp"
#include "reference/option_table.hpp"

namespace sluice::reference {

struct Problem {
  Network network;
  Input input;
  State first;
  std::vector<double> d_y;
  State d_last;

  Forward forward() const { return reference::forward(network, input, first); }
  Backward backward() const {
    return reference::backward(network, input, first, forward(), d_y, d_last);
  }
  double loss() const {
    const Forward run = forward();
    double sum = 0.0;
    for (std::size_t n = 0; n < d_y.size(); ++n)
      sum += std::isnan(d_y[n]) ? 0.0 : d_y[n] * run.y[n];
    for (std::size_t n = 0; n < d_last.h.size(); ++n) sum += d_last.h[n] * run.last.h[n];
    for (std::size_t n = 0; n < d_last.c.size(); ++n) sum += d_last.c[n] * run.last.c[n];
    return sum;
  }
};

inline Network network_of(const Variant& variant, Random& random) {
  Network network;
  network.cell = variant.cell;
  network.activations = variant.activations;
  network.direction = variant.direction;
  network.merge = variant.merge;
  network.residual = variant.residual;
  const bool twice = network.directions() == 2 && variant.merge == Merge::concat;
  const std::size_t width = variant.cell.state(variant.hidden) * (twice ? 2 : 1);
  for (std::size_t n = 0; n < variant.layers * network.directions(); ++n) {
    const std::size_t input = n < network.directions() ? variant.input : width;
    network.layers.push_back(example_layer(random, input, variant.hidden, variant.cell));
    if (!variant.biases) network.layers.back().bias.clear();
  }
  if (variant.output == 0) return network;
  network.head = {width, variant.output, normals(random, variant.output * width, 0.6),
                  normals(random, variant.output)};
  return network;
}

/// 1 with the chance `rate`, else 0.
inline std::vector<double> zone_mask(Random& random, std::size_t count, double rate) {
  std::vector<double> mask(rate > 0.0 ? count : 0);
  for (double& value : mask) value = random.uniform() < rate ? 1.0 : 0.0;
  return mask;
}

/// 0 with the chance `rate`, else 1 / (1 - rate).
inline std::vector<double> dropout_factors(Random& random, std::size_t count, double rate) {
  std::vector<double> factors(rate > 0.0 ? count : 0);
  for (double& value : factors) value = random.uniform() < rate ? 0.0 : 1.0 / (1.0 - rate);
  return factors;
}

inline std::vector<Noise> drawn_noise(const Network& network, const Input& input,
                                      bool zoneout_drawn, Random& random) {
  std::vector<Noise> all;
  const CellOptions& cell = network.cell;
  const std::size_t rows = input.steps * input.batch;
  for (const LayerWeights& w : network.layers) {
    Noise noise;
    noise.zone_c = zone_mask(random, zoneout_drawn ? rows * w.hidden : 0, cell.zoneout_c);
    noise.zone_h = zone_mask(random, zoneout_drawn ? rows * w.state : 0, cell.zoneout_h);
    noise.keep_g = dropout_factors(random, rows * w.hidden, cell.recurrent_dropout);
    noise.keep_h = dropout_factors(random, input.batch * w.state, cell.variational_dropout);
    noise.keep_x = dropout_factors(random, input.batch * w.input, cell.variational_dropout);
    noise.keep_r = dropout_factors(random, w.weight_hh.size(), cell.drop_connect);
    all.push_back(std::move(noise));
  }
  return all;
}

/// Whether row b runs a step at time t.
inline bool runs(const Input& input, std::size_t t, std::size_t b) {
  return t < input.length(b) && !input.masked(t, b);
}

inline void put_nans(Problem& problem) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Input& input = problem.input;
  const std::size_t inputs = problem.network.layers[0].input;
  const std::size_t width = output_width(problem.network);
  for (std::size_t t = 0; t < input.steps; ++t) {
    for (std::size_t b = 0; b < input.batch; ++b) {
      const std::size_t row = t * input.batch + b;
      for (std::size_t j = 0; j < inputs && !runs(input, t, b); ++j) {
        problem.input.x[row * inputs + j] = nan;
      }
      for (std::size_t j = 0; j < width && t >= input.length(b); ++j) {
        problem.d_y[row * width + j] = nan;
      }
    }
  }
}

inline Problem make_problem(const Variant& variant, std::uint64_t seed) {
  Random random(seed);
  Problem p;
  p.network = network_of(variant, random);
  const std::size_t rows = variant.steps * variant.batch;
  p.input.x = normals(random, rows * variant.input);
  p.input.steps = variant.steps;
  p.input.batch = variant.batch;
  if (variant.lengths) p.input.lengths = {variant.steps, 0, variant.steps - 2};
  if (variant.mask) {
    p.input.mask.assign(rows, 1);
    for (std::size_t n = 1; n < rows; n += 3) p.input.mask[n + n / 7 % 2] = 0;
  }
  p.input.noise = drawn_noise(p.network, p.input, variant.zoneout_drawn, random);
  const State zero = zero_state(p.network, variant.batch);
  p.first = {normals(random, zero.h.size(), 0.5), normals(random, zero.c.size())};
  p.d_y = normals(random, rows * output_width(p.network));
  p.d_last = {normals(random, zero.h.size()), normals(random, zero.c.size())};
  put_nans(p);
  return p;
}

}  // namespace sluice::reference
