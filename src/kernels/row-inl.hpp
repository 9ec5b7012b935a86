// What the steps of rows have in common, however their weights are stored: the way over the groups
// of vectors of units, and S1..S7 behind the sums. No include guard of the usual kind: it is
// included once per target.
#if defined(SLUICE_KERNELS_ROW_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_ROW_INL_HPP_
#undef SLUICE_KERNELS_ROW_INL_HPP_
#else
#define SLUICE_KERNELS_ROW_INL_HPP_
#endif

#include <hwy/highway.h>

#include "kernels/activations-inl.hpp"
#include "kernels/table.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using RowTag = hn::ScalableTag<float>;
using RowVec = hn::Vec<RowTag>;

// Targets with 32 registers of vectors; the others have 16.
inline constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;

// Where some vectors of units stand: in a group of RowWeights that is `width` outputs wide, and in
// a row of sums.
template <class Weight>
struct Place {
  const Weight* w;
  std::size_t width;
  std::size_t first;  // vector of units
};

HWY_INLINE std::size_t sums_of_row(const RowView& w) { return 4 * w.vectors * hn::Lanes(RowTag()); }

// S1..S7 of a vector of units of a row, from W x, gate by gate.
HWY_INLINE void finish(const RowStep& of, std::size_t row, std::size_t vector,
                       const RowVec (&input)[4]) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d), unit = vector * lanes;
  const float* recurrent = of.recurrent + row * sums_of_row(of.w) + 4 * unit;
  float* c_of = of.c[row] + unit;
  const auto a = [&](std::size_t gate) HWY_ATTR {
    return hn::Add(hn::Load(d, recurrent + gate * lanes), input[gate]);
  };
  const RowVec i = sigmoid(d, a(0));                                 // S3
  const RowVec f = sigmoid(d, a(1));                                 // S1
  const RowVec g = tanh(d, a(2));                                    // S2
  const RowVec c = hn::MulAdd(f, hn::Load(d, c_of), hn::Mul(i, g));  // S4
  const RowVec o = sigmoid(d, a(3));                                 // S6
  hn::Store(c, d, c_of);
  hn::Store(hn::Mul(o, tanh(d, c)), d, of.h[row] + unit);  // S5, S7
}

// Some rows, all vectors of a group at a time.
template <class Part, std::size_t kRows, class... Arguments>
HWY_INLINE void whole_group(std::size_t vectors, const Arguments&... arguments) {
  switch (vectors) {
    case 4:
      if constexpr (Part::kMost >= 4) return Part::template run<kRows, 4>(arguments...);
      [[fallthrough]];
    case 3:
      if constexpr (Part::kMost >= 3) return Part::template run<kRows, 3>(arguments...);
      [[fallthrough]];
    case 2:
      if constexpr (Part::kMost >= 2) return Part::template run<kRows, 2>(arguments...);
      [[fallthrough]];
    default:
      return Part::template run<kRows, 1>(arguments...);
  }
}

// each(place of a group, its vectors); `depth` as RowKernels says.
template <class Weight, class Each>
HWY_INLINE void over_groups(const RowView& w, std::size_t depth, const Each& each) {
  const std::size_t lanes = hn::Lanes(RowTag()), inner = (w.inner + depth - 1) / depth * depth;
  const auto* data = static_cast<const Weight*>(w.data);
  for (std::size_t group = 0, first = 0; group < w.groups.count; ++group) {
    const std::size_t vectors = w.groups.vectors(group), width = 4 * vectors * lanes;
    each(Place<Weight>{data, width, first}, vectors);
    data += width * inner;
    first += vectors;
  }
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
