#include "reference/cell.hpp"

#include <cmath>

namespace sluice::reference {
namespace {

double sigmoid(double a) { return 1.0 / (1.0 + std::exp(-a)); }

// What a gate of unit k sees before it is squashed: b + R h' + W x.
double gate_sum(const LayerWeights& w, Gate gate, std::size_t k, const Step& step) {
  const std::size_t row = gate * w.hidden + k;
  double recurrent = w.bias[row];
  for (std::size_t j = 0; j < w.hidden; ++j) {
    recurrent += w.weight_hh[row * w.hidden + j] * step.h_before[j];
  }
  double input = 0.0;
  for (std::size_t j = 0; j < w.input; ++j) {
    input += w.weight_ih[row * w.input + j] * step.x[j];
  }
  return recurrent + input;
}

// B1..B7: d_a, the gradient at the four gate sums, [4H]; d.d_c moves from c to c'.
std::vector<double> gates_backward(const Step& step, const LayerTrace& s, StepGradient& d) {
  const std::size_t hidden = step.c_before.size();
  std::vector<double> d_a(4 * hidden);
  for (std::size_t k = 0; k < hidden; ++k) {
    const std::size_t n = step.at + k;
    const double d_o = d.d_h[k] * s.tanh_c[n];                          // B1
    d.d_c[k] += d.d_h[k] * s.o[n] * (1.0 - s.tanh_c[n] * s.tanh_c[n]);  // B2
    const double d_f = d.d_c[k] * step.c_before[k];                     // B3
    const double d_i = d.d_c[k] * s.g[n];                               // B4
    const double d_g = d.d_c[k] * s.i[n];                               // B5
    d.d_c[k] = d.d_c[k] * s.f[n];                                       // B6
    d_a[kInput * hidden + k] = d_i * s.i[n] * (1.0 - s.i[n]);           // B7
    d_a[kForget * hidden + k] = d_f * s.f[n] * (1.0 - s.f[n]);          // B7
    d_a[kCandidate * hidden + k] = d_g * (1.0 - s.g[n] * s.g[n]);       // B7
    d_a[kOutput * hidden + k] = d_o * s.o[n] * (1.0 - s.o[n]);          // B7
  }
  return d_a;
}

void add_weight_gradients(Row d_a, const Step& step, LayerWeights& d_w) {
  for (std::size_t row = 0; row < d_a.size(); ++row) {
    for (std::size_t j = 0; j < d_w.input; ++j) {
      d_w.weight_ih[row * d_w.input + j] += d_a[row] * step.x[j];  // B8
    }
    for (std::size_t j = 0; j < d_w.hidden; ++j) {
      d_w.weight_hh[row * d_w.hidden + j] += d_a[row] * step.h_before[j];  // B8
    }
    d_w.bias[row] += d_a[row];  // B8
  }
}

// M^T d of a matrix M with d.size() rows.
std::vector<double> transposed_product(const std::vector<double>& matrix, std::size_t columns,
                                       Row d) {
  std::vector<double> result(columns, 0.0);
  for (std::size_t row = 0; row < d.size(); ++row) {
    for (std::size_t j = 0; j < columns; ++j) result[j] += matrix[row * columns + j] * d[row];
  }
  return result;
}

}  // namespace

void step_forward(const LayerWeights& weights, const Step& step, LayerTrace& s) {
  for (std::size_t k = 0; k < weights.hidden; ++k) {
    const std::size_t n = step.at + k;
    s.f[n] = sigmoid(gate_sum(weights, kForget, k, step));       // S1
    s.g[n] = std::tanh(gate_sum(weights, kCandidate, k, step));  // S2
    s.i[n] = sigmoid(gate_sum(weights, kInput, k, step));        // S3
    s.c[n] = s.f[n] * step.c_before[k] + s.i[n] * s.g[n];        // S4
    s.tanh_c[n] = std::tanh(s.c[n]);                             // S5
    s.o[n] = sigmoid(gate_sum(weights, kOutput, k, step));       // S6
    s.h[n] = s.o[n] * s.tanh_c[n];                               // S7
  }
}

void step_backward(const LayerWeights& weights, const Step& step, const LayerTrace& trace,
                   StepGradient& d, LayerWeights& d_weights) {
  const std::vector<double> d_a = gates_backward(step, trace, d);      // B1..B7
  add_weight_gradients(d_a, step, d_weights);                          // B8
  d.d_x = transposed_product(weights.weight_ih, weights.input, d_a);   // B9
  d.d_h = transposed_product(weights.weight_hh, weights.hidden, d_a);  // B9
}

}  // namespace sluice::reference
