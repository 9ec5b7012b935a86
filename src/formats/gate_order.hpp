// The one table of how other frameworks order and lay out an LSTM's gates, and the only code that
// permutes or transposes them. A wrong order gives plausible numbers, so every order has a
// round-trip test in which all gates differ. Independent of file formats.
//
// Ours: blocks of H rows i, f, g, o, without the gates that a coupled cell lacks (CellOptions);
// peepholes i, f, o likewise. Foreign arrays always have all four (three) blocks.
#pragma once

#include <cstddef>
#include <vector>

#include "sluice/cell_options.hpp"

namespace sluice::formats {

enum class GateOrder {
  pytorch,  ///< [4H, n], blocks i, f, g, o. Also cuDNN and TensorFlow Lite, gate by gate.
  onnx,     ///< [4H, n], blocks i, o, f, g (g is called c); peepholes i, o, f.
  keras,    ///< [n, 4H]: transposed; blocks i, f, g, o (g is called c). oneDNN likewise.
};

/// Sizes and gates of one direction of a layer.
struct GateBlocks {
  std::size_t hidden = 0;   ///< H
  std::size_t columns = 1;  ///< n: I for W, H or P for R, 1 for a bias
  CellOptions cell = {};    ///< Which gates the cell has.
};

/// Converts foreign [4H n] values to ours, [G H, n] row-major. Blocks that the cell lacks are
/// dropped: they have no effect there. Throws Error(shape) unless there are 4H n values,
/// Error(usage) for a plain RNN.
template <class Real>
std::vector<Real> gates_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                const GateBlocks& blocks);

/// Converts ours to 4H n foreign values; blocks that the cell lacks become zeros.
template <class Real>
std::vector<Real> gates_from_ours(GateOrder order, const std::vector<Real>& ours,
                                  const GateBlocks& blocks);

/// Converts 3H foreign peephole weights to ours, [H] each of i, f, o without those the cell lacks.
/// Of `blocks`, only `hidden` and `cell` are used.
template <class Real>
std::vector<Real> peepholes_to_ours(GateOrder order, const std::vector<Real>& theirs,
                                    const GateBlocks& blocks);

/// Converts ours to 3H foreign peephole weights; those the cell lacks become zeros.
template <class Real>
std::vector<Real> peepholes_from_ours(GateOrder order, const std::vector<Real>& ours,
                                      const GateBlocks& blocks);

}  // namespace sluice::formats
