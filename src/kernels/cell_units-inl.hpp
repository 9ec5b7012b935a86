// Declares the cell over a range of units. cell.cpp compiles it once; the steps call it right after
// their products. Included once per target.
#if defined(SLUICE_KERNELS_CELL_UNITS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_CELL_UNITS_INL_HPP_
#undef SLUICE_KERNELS_CELL_UNITS_INL_HPP_
#else
#define SLUICE_KERNELS_CELL_UNITS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "kernels/kernel_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

// Whether the cell needs all sums of a row before it can run.
HWY_INLINE bool layer_norm(const CellExtras* extras) {
  return extras != nullptr && extras->options.layer_norm != LayerNorm::none;
}

// A cell without layer norm: all rows, units in [first, last), in whole vectors.
void forward_units(const CellForward& cell, std::size_t first, std::size_t last) noexcept;
void backward_units(const CellBackward& cell, std::size_t first, std::size_t last) noexcept;
// A cell with layer norm: all rows, all units.
void forward_normed(const CellForward& cell) noexcept;
void backward_normed(const CellBackward& cell) noexcept;

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
