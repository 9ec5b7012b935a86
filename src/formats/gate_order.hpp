// The one table of how others order and lay out an LSTM's gates, and the only place that permutes
// or transposes them. A wrong order gives plausible numbers, so every order has a round-trip test
// with gates that all differ. Nothing here knows a file format.
//
// Ours: blocks of H rows i, f, g, o, without the gates that a coupled cell lacks (CellOptions);
// peepholes i, f, o likewise. The others always give all four (three) blocks.
#pragma once

#include <cstddef>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice::formats {

enum class GateOrder {
  pytorch,  ///< [4H, n], blocks i, f, g, o. So do cuDNN and TensorFlow Lite, gate by gate.
  onnx,     ///< [4H, n], blocks i, o, f, g (g is called c); peepholes i, o, f.
  keras,    ///< [n, 4H]: transposed; blocks i, f, g, o (g is called c). oneDNN likewise.
};

/// What one direction of a layer has.
struct GateBlocks {
  std::size_t hidden = 0;   ///< H
  std::size_t columns = 1;  ///< n: I for W, H or P for R, 1 for a bias
  CellOptions cell = {};    ///< Which gates we keep.
};

/// Their 4H n values as ours, [G H, n] row-major. A block that the cell lacks is dropped: it has no
/// effect there. Throws Error(shape) where the count is not 4H n, Error(usage) for a plain RNN.
template <class Real>
std::vector<Real> gates_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                const GateBlocks& blocks);

/// Ours as their 4H n values; a block that the cell lacks becomes zeros.
template <class Real>
std::vector<Real> gates_from_ours(GateOrder order, const std::vector<Real>& ours,
                                  const GateBlocks& blocks);

/// Their 3H peephole weights as ours, [H] each of i, f, o without what the cell lacks. Only
/// `hidden` and `cell` of the blocks count.
template <class Real>
std::vector<Real> peepholes_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                    const GateBlocks& blocks);

/// Ours as their 3H values; what the cell lacks becomes zeros.
template <class Real>
std::vector<Real> peepholes_from_ours(GateOrder order, const std::vector<Real>& ours,
                                      const GateBlocks& blocks);

}  // namespace sluice::formats
