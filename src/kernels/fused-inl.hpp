// Multiply-adds that round once, on every target: so all targets give the same bits. Targets with
// the instruction use it; the others compute it exactly in double precision, which is slow.
// Included once per target, hence the unusual include guard.
#if defined(SLUICE_KERNELS_FUSED_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_FUSED_INL_HPP_
#undef SLUICE_KERNELS_FUSED_INL_HPP_
#else
#define SLUICE_KERNELS_FUSED_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "kernels/fused.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr bool kHasFused = (HWY_TARGET & (HWY_AVX2 | HWY_AVX3 | HWY_NEON)) != 0;

// a b + c
template <class V>
HWY_INLINE V mul_add(V a, V b, V c) {
  if constexpr (kHasFused) {
    return hn::MulAdd(a, b, c);
  } else {
    const hn::DFromV<V> d;
    HWY_ALIGN float x[HWY_MAX_BYTES / sizeof(float)], y[HWY_MAX_BYTES / sizeof(float)],
        z[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(a, d, x);
    hn::Store(b, d, y);
    hn::Store(c, d, z);
    for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane)
      z[lane] = fused_multiply_add(x[lane], y[lane], z[lane]);
    return hn::Load(d, z);
  }
}

// c - a b
template <class V>
HWY_INLINE V neg_mul_add(V a, V b, V c) {
  if constexpr (kHasFused) return hn::NegMulAdd(a, b, c);
  return mul_add(hn::Neg(a), b, c);
}

// a b - c
template <class V>
HWY_INLINE V mul_sub(V a, V b, V c) {
  if constexpr (kHasFused) return hn::MulSub(a, b, c);
  return mul_add(a, b, hn::Neg(c));
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
