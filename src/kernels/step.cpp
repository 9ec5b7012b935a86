// One forward and one backward step of a layer: the recurrent product, with the cell run on each
// vector of units as soon as its sums are ready. Sums are added in the order of the other products:
// a = (b + sum R h') + (W x), d_h = above + sum R^T d_a.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/step.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cell_units-inl.hpp"
#include "kernels/product-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sink that adds a vector of sums to the gates.
struct AddToGates {
  const StepForward* step;
  template <class Offsets>
  HWY_INLINE void fetch(std::size_t row, std::size_t first, const Offsets&) const {
    const CellForward& cell = step->cell;
    const std::size_t place = row * cell.units + first / 4;  // four gates per unit
    for (const float* array : {cell.c, cell.tanh_c, cell.h}) hwy::Prefetch(array + place);
  }
  template <bool kHalves>
  HWY_INLINE void take(TileVec sum, std::size_t row, std::size_t place) const {
    const std::size_t units = step->cell.units;
    float* to = step->cell.gates + row * 4 * units + place;
    store_at<kHalves>(hn::Add(sum, load_at<kHalves>(to, units)), to, units);
  }
};

// Calls each(product, first, last) for every `together` vectors of units; the product has `vectors`
// output vectors for each of them.
template <class Step, class Each>
HWY_INLINE void over_units(const Step& step, std::size_t together, std::size_t vectors,
                           const Each& each) {
  Product recurrent = step.recurrent;
  if (step.backwards) recurrent.falling = together * vectors;
  const std::size_t count = (step.units.last - step.units.first + together - 1) / together;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t group = step.backwards ? count - 1 - n : n;
    const std::size_t first = step.units.first + group * together;
    each(recurrent, first, std::min(first + together, step.units.last));
  }
}

void step_forward(const StepForward& step) noexcept {
  const std::size_t lanes = hn::Lanes(TileTag()), all = step.recurrent.w.outputs / lanes;
  const AddToGates add{&step};
  const TileCut cut(step.recurrent.rows);
  if (layer_norm(step.cell.extras)) {
    multiply_vectors(step.recurrent, cut, 0, all, add);
    return forward_normed(step.cell);
  }
  // One row's four gates are too few chains to hide the latency of a multiply-add.
  over_units(step, step.recurrent.rows == 1 ? 2 : 1, 4,
             [&](const Product& recurrent, std::size_t first, std::size_t last) HWY_ATTR {
               multiply_vectors(recurrent, cut, 4 * first, std::min(4 * last, all), add);
               forward_units(step.cell, first * lanes, last * lanes);
             });
}

// Sink that writes d_h: the sums plus the gradient from above.
struct AddAbove {
  const StepBackward* step;
  template <class Offsets>
  HWY_INLINE void fetch(std::size_t row, std::size_t first, const Offsets&) const {
    const CellBackward& cell = step->cell;
    const std::size_t narrow = row * cell.units + first;
    for (std::size_t gate = 0; gate < 4; ++gate)
      hwy::Prefetch(cell.gates + (row * 4 + gate) * cell.units + first);
    for (const float* array : {cell.tanh_c, cell.c_prev}) hwy::Prefetch(array + narrow);
    hwy::Prefetch(step->above + row * step->above_stride + first);
  }
  template <bool kHalves>
  HWY_INLINE void take(TileVec sum, std::size_t row, std::size_t place) const {
    const TileVec above = hn::Load(TileTag(), step->above + row * step->above_stride + place);
    hn::Store(hn::Add(above, sum), TileTag(),
              step->recurrent.out + row * step->recurrent.out_stride + place);
  }
};

void step_backward(const StepBackward& step) noexcept {
  const std::size_t lanes = hn::Lanes(TileTag());
  const AddAbove add{&step};
  const TileCut cut(step.recurrent.rows);
  if (layer_norm(step.cell.extras)) {
    if (step.above != nullptr)
      multiply_vectors(step.recurrent, cut, 0, step.recurrent.w.outputs / lanes, add);
    return backward_normed(step.cell);
  }
  over_units(step, kPanelVectors, 1,
             [&](const Product& recurrent, std::size_t first, std::size_t) HWY_ATTR {
               // Panels are multiplied whole: weights beyond the last unit are zeros.
               const std::size_t end = std::min(step.cell.units / lanes, first + kPanelVectors);
               if (step.above != nullptr) multiply_vectors(recurrent, cut, first, end, add);
               backward_units(step.cell, first * lanes, end * lanes);
             });
}

void fill_steps(KernelTable& table) {
  table.step_forward = &step_forward;
  table.step_backward = &step_backward;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& step_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_steps);
  return fills;
}
}  // namespace sluice::kernels
#endif
