// The sums of the gates and their gradients, option by option. Clipping and activation of the sums
// are in gate.cpp.
#include "reference/sums.hpp"

#include "reference/norm.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

// Elementwise product; empty factors count as ones.
Values times(Row values, Row factors) {
  Values result(values.begin(), values.end());
  for (std::size_t n = 0; n < factors.size(); ++n) result[n] *= factors[n];
  return result;
}

void add_times(Values& sum, Row u, Row v) {
  for (std::size_t n = 0; n < u.size(); ++n) sum[n] += u[n] * v[n];
}

// M v for a matrix M with v.size() columns.
Values product(Row matrix, Row v) {
  Values result(matrix.size() / v.size());
  for (std::size_t row = 0; row < result.size(); ++row) {
    double sum = 0.0;
    for (std::size_t j = 0; j < v.size(); ++j) sum += matrix[row * v.size() + j] * v[j];
    result[row] = sum;
  }
  return result;
}

// M^T d for a matrix M with d.size() rows.
Values transposed_product(Row matrix, Row d) {
  const std::size_t columns = matrix.size() / d.size();
  Values result(columns, 0.0);
  for (std::size_t row = 0; row < d.size(); ++row) {
    for (std::size_t j = 0; j < columns; ++j) result[j] += matrix[row * columns + j] * d[row];
  }
  return result;
}

// Adds d v^T, times elementwise factors, to a matrix gradient.
void add_outer_product(Values& d_matrix, Row d, Row v, Row factors) {
  for (std::size_t row = 0; row < d.size(); ++row) {
    for (std::size_t j = 0; j < v.size(); ++j) {
      const std::size_t n = row * v.size() + j;
      d_matrix[n] += d[row] * v[j] * (factors.empty() ? 1.0 : factors[n]);  // B8
    }
  }
}

bool ba(const Cell& cell) { return cell.options.layer_norm == LayerNorm::ba; }
bool tflite(const Cell& cell) { return cell.options.layer_norm == LayerNorm::tflite; }

// The products before Ba's layer norm.
Products raw_products(const Cell& cell, const Step& step) {
  const LayerWeights& w = cell.weights;
  return {product(w.weight_ih, times(step.x, step.keep_x)),
          product(times(w.weight_hh, cell.keep_r), times(step.h_before, step.keep_h))};
}

// A gate's H values in an array of G H.
Row part(const Cell& cell, Row all, Gate gate) {
  return all.subspan(block(cell.options, gate) * cell.weights.hidden, cell.weights.hidden);
}
std::span<double> part(const Cell& cell, Values& all, Gate gate) {
  return std::span(all).subspan(block(cell.options, gate) * cell.weights.hidden,
                                cell.weights.hidden);
}

bool has_peephole(const Cell& cell, Gate gate) {
  return cell.options.peephole && gate != kCandidate;
}

// W x + R h' + p c, before norm and bias.
Values bare_sum(const Cell& cell, const Products& products, Gate gate, Row c) {
  const Row input = part(cell, products.input, gate);
  const Row recurrent = part(cell, products.recurrent, gate);
  Values sum(cell.weights.hidden);
  for (std::size_t k = 0; k < sum.size(); ++k) sum[k] = recurrent[k] + input[k];
  if (!has_peephole(cell, gate)) return sum;
  const std::size_t from = peephole_block(cell.options, gate) * sum.size();
  add_times(sum, Row(cell.weights.peephole).subspan(from, sum.size()), c);
  return sum;
}

// Ba: from the gradient of LN(product) gain to that of the product; accumulates d_gain.
Values normed_backward(Row raw, Row gain, Row d, Values& d_gain) {
  add_times(d_gain, d, normalised(raw, kBaEpsilon));
  return normalised_backward(raw, kBaEpsilon, times(d, gain));
}

}  // namespace

Products products(const Cell& cell, const Step& step) {
  Products raw = raw_products(cell, step);
  if (!ba(cell)) return raw;
  return {times(normalised(raw.input, kBaEpsilon), cell.weights.norm_ih),
          times(normalised(raw.recurrent, kBaEpsilon), cell.weights.norm_hh)};
}

Values gate_sum(const Cell& cell, const Products& products, Gate gate, Row c) {
  Values a = bare_sum(cell, products, gate, c);
  if (tflite(cell)) {
    a = times(normalised(a, kTfliteEpsilon), part(cell, cell.weights.norm_gates, gate));
  }
  if (cell.weights.bias.empty()) return a;
  const Row bias = part(cell, cell.weights.bias, gate);
  for (std::size_t k = 0; k < a.size(); ++k) a[k] += bias[k];
  return a;
}

Values gate_sum_backward(const Cell& cell, const Products& products, Gate gate, Row c, Row d_a,
                         std::span<double> d_c, LayerWeights& d_weights) {
  const std::size_t hidden = cell.weights.hidden;
  if (!d_weights.bias.empty()) {
    const std::span<double> d_bias = part(cell, d_weights.bias, gate);
    for (std::size_t k = 0; k < hidden; ++k) d_bias[k] += d_a[k];  // B8
  }
  Values d_sum(d_a.begin(), d_a.end());
  if (tflite(cell)) {
    const Values sum = bare_sum(cell, products, gate, c);
    const Values n = normalised(sum, kTfliteEpsilon);
    const std::span<double> d_gain = part(cell, d_weights.norm_gates, gate);
    for (std::size_t k = 0; k < hidden; ++k) d_gain[k] += d_a[k] * n[k];
    d_sum = normalised_backward(sum, kTfliteEpsilon,
                                times(d_a, part(cell, cell.weights.norm_gates, gate)));
  }
  if (!has_peephole(cell, gate)) return d_sum;
  const std::size_t from = peephole_block(cell.options, gate) * hidden;
  for (std::size_t k = 0; k < hidden; ++k) {
    d_weights.peephole[from + k] += d_sum[k] * c[k];
    d_c[k] += d_sum[k] * cell.weights.peephole[from + k];
  }
  return d_sum;
}

void products_backward(const Cell& cell, const Step& step, Row d_a, StepGradient& d,
                       LayerWeights& d_weights) {
  const LayerWeights& w = cell.weights;
  Values d_input(d_a.begin(), d_a.end());
  Values d_recurrent = d_input;
  if (ba(cell)) {
    const Products raw = raw_products(cell, step);
    d_input = normed_backward(raw.input, w.norm_ih, d_a, d_weights.norm_ih);
    d_recurrent = normed_backward(raw.recurrent, w.norm_hh, d_a, d_weights.norm_hh);
  }
  add_outer_product(d_weights.weight_ih, d_input, times(step.x, step.keep_x), {});
  add_outer_product(d_weights.weight_hh, d_recurrent, times(step.h_before, step.keep_h),
                    cell.keep_r);
  d.d_x = times(transposed_product(w.weight_ih, d_input), step.keep_x);  // B9
  d.d_h = times(transposed_product(times(w.weight_hh, cell.keep_r), d_recurrent),
                step.keep_h);  // B9
}

}  // namespace sluice::reference
