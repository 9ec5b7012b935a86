// Sums of floats whose order is the same for every vector length: they run in sixteen lanes, held
// in one vector of 16, two of 8, or more, and the lanes are added as a tree. Included once per
// target, hence the unusual include guard.
#if defined(SLUICE_KERNELS_LANE_SUMS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_LANE_SUMS_INL_HPP_
#undef SLUICE_KERNELS_LANE_SUMS_INL_HPP_
#else
#define SLUICE_KERNELS_LANE_SUMS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The lanes of a vector: the upper half is added to the lower one until one is left.
template <class D, class V = hn::Vec<D>>
HWY_INLINE float tree_sum(D, V v) {
#if HWY_TARGET != HWY_SCALAR  // which has one lane
  if constexpr (hn::MaxLanes(D()) > 1) {
    const hn::Half<D> half;
    return tree_sum(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
#endif
  return hn::GetLane(v);
}

// Calls each(0), each(1), .. The numbers are compile-time constants where vectors are long; indexed
// by a variable, their sums would live in memory. Short vectors have too many parts to unroll.
template <std::size_t kNumber>
using Part = std::integral_constant<std::size_t, kNumber>;
template <std::size_t kCount, std::size_t kFirst = 0, class Each>
HWY_INLINE void over_parts(const Each& each) {
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR
  for (std::size_t part = 0; part < kCount; ++part) each(part);
#else
  if constexpr (kFirst < kCount) {
    each(Part<kFirst>());
    over_parts<kCount, kFirst + 1>(each);
  }
#endif
}

// kLanes running sums. Lane j takes the values at j, j + kLanes, ..
template <std::size_t kLanes>
struct LaneSums {
  using Tag = hn::CappedTag<float, kLanes>;
  using Vec = hn::Vec<Tag>;
  static constexpr std::size_t kWidth = hn::MaxLanes(Tag());
  static constexpr std::size_t kParts = kLanes / kWidth;
  Vec part[kParts];

  HWY_INLINE LaneSums() {
    over_parts<kParts>([&](auto p) HWY_ATTR { part[p] = hn::Zero(Tag()); });
  }
  // part := each(tag, first lane, part) for all.
  template <class Each>
  HWY_INLINE void update(const Each& each) {
    over_parts<kParts>([&](auto p) HWY_ATTR { part[p] = each(Tag(), p * kWidth, part[p]); });
  }
  // The upper half of the parts is added to the lower one until one is left: in lanes, the same
  // steps for every width.
  HWY_INLINE float total() const {
    LaneSums sum = *this;
    for (std::size_t count = kParts / 2; count > 0; count /= 2) {
      for (std::size_t p = 0; p < count; ++p)
        sum.part[p] = hn::Add(sum.part[p], sum.part[p + count]);
    }
    return tree_sum(Tag(), sum.part[0]);
  }
};

// A sum over rows of any length: whole lines of 16 values, then 8, 4 and single ones, each length
// in sums of its own.
struct RowSum {
  LaneSums<16> lines;
  LaneSums<8> eight;
  LaneSums<4> four;
  LaneSums<1> ones;

  HWY_INLINE RowSum() {}  // written out, to be compiled for the target
  // each(tag, at, sum) adds the values from `at` on to a vector of sums.
  template <class Each>
  HWY_INLINE void add(std::size_t count, const Each& each) {
    std::size_t at = 0;
    const auto from = [&](auto d, std::size_t lane, auto sum)
                          HWY_ATTR { return each(d, at + lane, sum); };
    for (; at + 16 <= count; at += 16) lines.update(from);
    if (at + 8 <= count) {
      eight.update(from);
      at += 8;
    }
    if (at + 4 <= count) {
      four.update(from);
      at += 4;
    }
    for (; at < count; ++at) ones.update(from);
  }
  HWY_INLINE float total() const {
    return lines.total() + (eight.total() + (four.total() + ones.total()));
  }
};

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
