// What a gate sees, a = W x + R h' + b, with the options that change this sum: peephole, the two
// layer normalisations, variational dropout, DropConnect. Forward, and backward as B8 and B9.
#pragma once

#include <vector>

#include "reference/cell.hpp"

namespace sluice::reference {

/// Both products of a step for all gates, each [G H], with their dropout; with Ba's layer
/// normalisation also normalised and scaled.
struct Products {
  std::vector<double> input;      ///< W x
  std::vector<double> recurrent;  ///< R h'
};

Products products(const Cell& cell, const Step& step);

/// a of one gate, [H]. `c` is the cell state that the gate's peephole sees: c' for i and f, the new
/// one for o; the candidate has none.
std::vector<double> gate_sum(const Cell& cell, const Products& products, Gate gate, Row c);

/// Back through gate_sum, from d_a [H]: adds to the gradient of bias, gain and peephole and to
/// d_c [H], the gradient of `c`. Returns that of the gate's part of the products.
std::vector<double> gate_sum_backward(const Cell& cell, const Products& products, Gate gate, Row c,
                                      Row d_a, std::span<double> d_c, LayerWeights& d_weights);

/// Back through products, from the gradient d_a [G H] at their sum: adds to that of W, R and
/// gains, assigns d.d_x, and d.d_h as what the products send to h'.
void products_backward(const Cell& cell, const Step& step, Row d_a, StepGradient& d,
                       LayerWeights& d_weights);

}  // namespace sluice::reference
