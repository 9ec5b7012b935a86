// Shared by the row steps of all weight types: the loop over groups of vectors of units, and S1..S7
// after the sums. Included once per target, hence the unusual include guard.
#if defined(SLUICE_KERNELS_ROW_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_ROW_INL_HPP_
#undef SLUICE_KERNELS_ROW_INL_HPP_
#else
#define SLUICE_KERNELS_ROW_INL_HPP_
#endif

#include <hwy/highway.h>

#include "kernels/activations-inl.hpp"
#include "kernels/kernel_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using RowTag = hn::ScalableTag<float>;
using RowVec = hn::Vec<RowTag>;

// Whether the target has 32 vector registers; the others have 16.
inline constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;

// Some vectors of units: their weights, in a group of RowWeights that is `width` outputs wide, and
// their number in a row of sums.
template <class Weight>
struct WeightBlock {
  const Weight* w;
  std::size_t width;
  std::size_t first;  // number of the first vector of units
};

// Number of sum vectors: four per vector of units, two for a half one: [i f] and [g o].
HWY_INLINE std::size_t sum_vectors(std::size_t vectors, bool half) {
  return 4 * vectors - (half ? 2 : 0);
}

HWY_INLINE std::size_t sums_of_row(const RowView& w) {
  return sum_vectors(w.vectors, w.half) * hn::Lanes(RowTag());
}

// S4..S7; `c` and `h` point to the first of the units.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void finish_units(D d, V i, V f, V g, V o, float* c, float* h) {
  const V c_new = mul_add(f, hn::Load(d, c), hn::Mul(i, g));  // S4
  hn::Store(c_new, d, c);
  hn::Store(hn::Mul(o, tanh(d, c_new)), d, h);  // S5, S7
}

// S1..S7 of one vector of units from its sums a, gate by gate; `c` and `h` point to the first unit.
HWY_INLINE void finish(const RowVec* a, float* c, float* h) {
  const RowTag d;
  const RowVec i = sigmoid(d, a[0]);  // S3
  const RowVec f = sigmoid(d, a[1]);  // S1
  const RowVec g = tanh(d, a[2]);     // S2
  const RowVec o = sigmoid(d, a[3]);  // S6
  finish_units(d, i, f, g, o, c, h);
}

#if HWY_TARGET != HWY_SCALAR  // which has no half vectors
// The same for a half vector of units; a is [i f] and [g o].
HWY_INLINE void finish_half(const RowVec* a, float* c, float* h) {
  const RowTag d;
  const hn::Half<RowTag> half;
  const RowVec i_f = sigmoid(d, a[0]);
  const auto g = tanh(half, hn::LowerHalf(half, a[1]));
  const auto o = sigmoid(half, hn::UpperHalf(half, a[1]));
  finish_units(half, hn::LowerHalf(half, i_f), hn::UpperHalf(half, i_f), g, o, c, h);
}
#endif

// The same for all vectors of a group.
template <std::size_t kSums>
HWY_INLINE void finish_group(const RowVec (&a)[kSums], float* c, float* h) {
  const std::size_t lanes = hn::Lanes(RowTag());
  for (std::size_t v = 0; v < kSums / 4; ++v) finish(a + 4 * v, c + v * lanes, h + v * lanes);
  if constexpr (kSums % 4 != 0)
    finish_half(a + kSums / 4 * 4, c + kSums / 4 * lanes, h + kSums / 4 * lanes);
}

// Calls Part::run for a whole group of `sums` sum vectors: at most Part::kMost, a multiple of
// Part::kLeast.
template <class Part, std::size_t kRows, std::size_t kSums = Part::kMost, class... Arguments>
HWY_INLINE void whole_group(std::size_t sums, const Arguments&... arguments) {
  if constexpr (kSums > Part::kLeast) {
    if (sums < kSums) return whole_group<Part, kRows, kSums - Part::kLeast>(sums, arguments...);
  }
  Part::template run<kRows, kSums>(arguments...);
}

// Calls each(group, its number of sum vectors); for `depth` see RowKernels.
template <class Weight, class Each>
HWY_INLINE void over_groups(const RowView& w, std::size_t depth, const Each& each) {
  const std::size_t lanes = hn::Lanes(RowTag()), inner = (w.inner + depth - 1) / depth * depth;
  const auto* data = static_cast<const Weight*>(w.data);
  for (std::size_t group = 0, first = 0; group < w.groups.count; ++group) {
    const std::size_t vectors = w.groups.vectors(group);
    const std::size_t sums = sum_vectors(vectors, w.half && group + 1 == w.groups.count);
    each(WeightBlock<Weight>{data, sums * lanes, first}, sums);
    data += sums * lanes * inner;
    first += vectors;
  }
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
