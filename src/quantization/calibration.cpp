// Collects second moments of a network's inputs and states, and rounds int8 weights by them. The
// scales are chosen in quantize.cpp.
#include "quantization/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "engine/activations.hpp"
#include "engine/network.hpp"
#include "kernels/row_weights.hpp"

namespace sluice::quantization {
namespace {

using engine::Activations;
using engine::LayerActivations;

// Adds the products of a row with itself to the upper triangle.
void add_products(const float* row, std::size_t count, Moments& to) {
  for (std::size_t i = 0; i < count; ++i) {
    const double value = row[i];
    for (std::size_t j = i; j < count; ++j) to[i * count + j] += value * row[j];
  }
}

// Turns sums into means and mirrors the upper triangle.
void finish(Moments& moments, std::size_t count, std::size_t rows) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i; j < count; ++j) {
      moments[i * count + j] /= static_cast<double>(rows);
      moments[j * count + i] = moments[i * count + j];
    }
  }
}

// Use every n-th row, so that the products take seconds instead of minutes.
std::size_t rows_between(const Architecture& architecture, std::size_t rows) {
  constexpr std::size_t kMostProducts = 4'000'000'000;
  std::size_t products = architecture.input * architecture.input;
  for (const std::size_t hidden : architecture.hidden) products += hidden * hidden;
  return 1 + rows * products / kMostProducts;
}

// Upper triangular U [n, n] with U^T U = moments + 0.001 of their mean diagonal. The addition
// charges a small cost for directions absent from the calibration rows.
std::vector<double> factor(const Moments& moments, std::size_t n) {
  double mean = 0.0;
  for (std::size_t i = 0; i < n; ++i) mean += moments[i * n + i] / static_cast<double>(n);
  std::vector<double> u(moments);
  for (std::size_t i = 0; i < n; ++i) u[i * n + i] += 0.001 * mean + 1e-12;
  for (std::size_t k = 0; k < n; ++k) {
    double* row = u.data() + k * n;
    const double root = std::sqrt(row[k]);
    for (std::size_t j = k; j < n; ++j) row[j] /= root;
    for (std::size_t i = k + 1; i < n; ++i) {
      double* below = u.data() + i * n;
      for (std::size_t j = i; j < n; ++j) below[j] -= row[i] * row[j];
    }
  }
  return u;
}

}  // namespace

Calibration calibrate(const engine::Network& network, std::span<const float> rows,
                      std::size_t window) {
  const Architecture& architecture = network.architecture();
  const std::size_t inputs = architecture.input, all = rows.size() / inputs;
  Calibration made;
  for (const float value : rows) made.largest_input = std::max(made.largest_input, std::abs(value));
  made.largest_input = std::max(2.0f * made.largest_input, 1e-6f);
  made.x.resize(inputs * inputs);
  for (const std::size_t hidden : architecture.hidden) made.h.emplace_back(hidden * hidden);

  constexpr std::size_t kSteps = 256;
  Activations activations(architecture, window > 0 ? window : kSteps, 1,
                          Activations::Use::forward_only);
  const std::size_t part = activations.steps(), every = rows_between(architecture, all);
  for (std::size_t first = 0; first < all; first += part) {
    const std::size_t steps = std::min(part, all - first);
    if (window > 0 || first == 0) activations.reset_state();
    activations.set_steps(steps);
    for (std::size_t t = 0; t < steps; ++t) {
      const float* row = rows.data() + (first + t) * inputs;
      std::copy_n(row, inputs, activations.x(t, 0));
      if ((first + t) % every == 0) add_products(row, inputs, made.x);
    }
    network.forward(activations);
    for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
      const LayerActivations& layer_activations = activations.layers[layer];
      for (std::size_t t = 0; t < steps; ++t) {
        if ((first + t) % every != 0) continue;
        const float* h = layer_activations.h.data() + (t + 1) * layer_activations.state_units;
        add_products(h, architecture.hidden[layer], made.h[layer]);
      }
    }
    if (window == 0) activations.carry_state();
  }
  const std::size_t counted = (all + every - 1) / every;
  finish(made.x, inputs, counted);
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer)
    finish(made.h[layer], architecture.hidden[layer], counted);
  return made;
}

void round_rows(std::span<float> weights, std::size_t inner, std::span<const float> scales,
                const Moments& moments) {
  const std::vector<double> u = moments.empty() ? Moments{} : factor(moments, inner);
  std::vector<double> errors(inner);  // of the weights rounded so far: exact minus rounded
  for (std::size_t row = 0; row < scales.size(); ++row) {
    float* w = weights.data() + row * inner;
    for (std::size_t k = inner; k-- > 0;) {
      const double exact = w[k];
      double wanted = exact;
      if (!u.empty()) {
        const double* u_row = u.data() + k * inner;
        double owed = 0.0;
        for (std::size_t j = k + 1; j < inner; ++j) owed += u_row[j] * errors[j];
        wanted += owed / u_row[k];
      }
      w[k] = scales[row] *
             static_cast<float>(kernels::whole_number(static_cast<float>(wanted), scales[row]));
      errors[k] = exact - w[k];
    }
  }
}

}  // namespace sluice::quantization
