// The sum of a gate, a = W x + R h' + b, with the options that change it: peephole, both layer
// norms, variational dropout, DropConnect. Forward, and backward as B8 and B9.
#pragma once

#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Both products of a step for all gates, [G H] each, after dropout; with Ba's layer norm,
/// normalised and scaled.
struct Products {
  std::vector<double> input;      ///< W x
  std::vector<double> recurrent;  ///< R h'
};

Products products(const Cell& cell, const Step& step);

/// a of one gate, [H]. `c` is its peephole's input: c' for i and f, the new c for o; unused for the
/// candidate.
std::vector<double> gate_sum(const Cell& cell, const Products& products, Gate gate, Row c);

/// Backward pass of gate_sum, from d_a [H]. Accumulates the gradients of bias, gain and peephole,
/// and of `c` in d_c [H]. Returns the gradient of the gate's part of the products.
std::vector<double> gate_sum_backward(const Cell& cell, const Products& products, Gate gate, Row c,
                                      Row d_a, std::span<double> d_c, LayerWeights& d_weights);

/// Backward pass of products, from d_a [G H], the gradient of their sum. Accumulates the gradients
/// of W, R and gains; assigns d.d_x, and d.d_h as the part that goes to h'.
void products_backward(const Cell& cell, const Step& step, Row d_a, StepGradient& d,
                       LayerWeights& d_weights);

}  // namespace sluice::reference
