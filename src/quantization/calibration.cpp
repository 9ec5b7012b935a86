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

// Adds a row's products, the upper half.
void add_products(const float* row, std::size_t count, Moments& to) {
  for (std::size_t i = 0; i < count; ++i) {
    const double value = row[i];
    for (std::size_t j = i; j < count; ++j) to[i * count + j] += value * row[j];
  }
}

// Means instead of sums, the lower half filled.
void finish(Moments& moments, std::size_t count, std::size_t rows) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i; j < count; ++j) {
      moments[i * count + j] /= static_cast<double>(rows);
      moments[j * count + i] = moments[i * count + j];
    }
  }
}

// So that the products take seconds, not minutes: every how many rows count.
std::size_t rows_between(const Architecture& of, std::size_t rows) {
  constexpr std::size_t kMostProducts = 4'000'000'000;
  std::size_t products = of.input * of.input;
  for (const std::size_t hidden : of.hidden) products += hidden * hidden;
  return 1 + rows * products / kMostProducts;
}

// Upper triangular U [n, n] of U^T U = moments, with a thousandth of their mean diagonal added:
// what the rows calibrated on never showed must not cost nothing.
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
  const Architecture& of = network.architecture();
  const std::size_t inputs = of.input, all = rows.size() / inputs;
  Calibration made;
  for (const float value : rows) made.largest_input = std::max(made.largest_input, std::abs(value));
  made.largest_input = std::max(2.0f * made.largest_input, 1e-6f);
  made.x.resize(inputs * inputs);
  for (const std::size_t hidden : of.hidden) made.h.emplace_back(hidden * hidden);

  constexpr std::size_t kSteps = 256;
  Activations activations(of, window > 0 ? window : kSteps, 1, Activations::Use::forward_only);
  const std::size_t part = activations.steps(), every = rows_between(of, all);
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
    for (std::size_t layer = 0; layer < of.layers(); ++layer) {
      const LayerActivations& tape_of = activations.layers[layer];
      for (std::size_t t = 0; t < steps; ++t) {
        if ((first + t) % every != 0) continue;
        const float* h = tape_of.h.data() + (t + 1) * tape_of.state_units;
        add_products(h, of.hidden[layer], made.h[layer]);
      }
    }
    if (window == 0) activations.carry_state();
  }
  const std::size_t counted = (all + every - 1) / every;
  finish(made.x, inputs, counted);
  for (std::size_t layer = 0; layer < of.layers(); ++layer)
    finish(made.h[layer], of.hidden[layer], counted);
  return made;
}

void round_rows(std::span<float> weights, std::size_t inner, std::span<const float> scales,
                const Moments& moments) {
  const std::vector<double> u = moments.empty() ? Moments{} : factor(moments, inner);
  std::vector<double> errors(inner);  // of those rounded so far: the weight less what it became
  for (std::size_t row = 0; row < scales.size(); ++row) {
    float* w = weights.data() + row * inner;
    for (std::size_t k = inner; k-- > 0;) {
      const double exact = w[k];
      double wanted = exact;
      if (!u.empty()) {
        const double* of = u.data() + k * inner;
        double owed = 0.0;
        for (std::size_t j = k + 1; j < inner; ++j) owed += of[j] * errors[j];
        wanted += owed / of[k];
      }
      w[k] = scales[row] *
             static_cast<float>(kernels::whole_number(static_cast<float>(wanted), scales[row]));
      errors[k] = exact - w[k];
    }
  }
}

}  // namespace sluice::quantization
