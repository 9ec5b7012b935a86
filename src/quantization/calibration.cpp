// Collects second moments of a network's inputs and states, and rounds int8 weights by them. The
// scales are chosen in quantize.cpp.
#include "quantization/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "engine/network.hpp"
#include "engine/run.hpp"
#include "kernels/row_weights.hpp"

namespace sluice::quantization {
namespace {

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

// Adds the products of every n-th step's hidden states, layer by layer.
class HiddenMoments final : public TraceSink {
 public:
  HiddenMoments(std::size_t every, std::vector<Moments>& to) : every_(every), to_(to) {}

  void start_at(std::size_t first) { first_ = first; }
  void step(const TraceStep& step) noexcept override {
    if ((first_ + step.step) % every_ == 0)
      add_products(step.h.data(), step.h.size(), to_[step.layer]);
  }

 private:
  std::size_t every_, first_ = 0;
  std::vector<Moments>& to_;
};

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
  const std::size_t part = window > 0 ? window : kSteps, every = rows_between(architecture, all);
  HiddenMoments hidden(every, made.h);
  State state;
  for (std::size_t first = 0; first < all; first += part) {
    const std::size_t steps = std::min(part, all - first);
    const std::span<const float> x = rows.subspan(first * inputs, steps * inputs);
    for (std::size_t t = 0; t < steps; ++t) {
      if ((first + t) % every == 0) add_products(x.data() + t * inputs, inputs, made.x);
    }
    if (window > 0) state = {};
    hidden.start_at(first);
    engine::run(network, {.x = x, .batch = 1, .steps = steps, .trace = &hidden}, state);
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
