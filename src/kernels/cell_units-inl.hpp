// The cell over a range of units, compiled once (cell.cpp) and run by the steps right behind their
// products. Included once per target.
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

// Whether a cell needs a row of sums whole.
HWY_INLINE bool layer_norm(const CellExtras* extras) {
  return extras != nullptr && extras->options.layer_norm != LayerNorm::none;
}

// All rows of a cell without layer norm, of the units from `first` on up to `last`, in whole
// vectors.
void forward_units(const CellForward& cell, std::size_t first, std::size_t last) noexcept;
void backward_units(const CellBackward& cell, std::size_t first, std::size_t last) noexcept;
// The same of a cell with layer norm, all units.
void forward_normed(const CellForward& cell) noexcept;
void backward_normed(const CellBackward& cell) noexcept;

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
