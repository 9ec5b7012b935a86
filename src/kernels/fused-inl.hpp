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

#include "kernels/fused.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr bool kHasFused = (HWY_TARGET & (HWY_AVX2 | HWY_AVX3 | HWY_NEON)) != 0;

#if HWY_TARGET == HWY_SSE4
// fused_multiply_add (fused.hpp) on two lanes.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sum_to_odd(D d, V a, V b, V c) {
  const hn::RebindToSigned<D> bits;
  const V product = hn::Mul(a, b), sum = hn::Add(product, c), part = hn::Sub(sum, product);
  const V lost = hn::Add(hn::Sub(product, hn::Sub(sum, part)), hn::Sub(c, part));
  const V zero = hn::Zero(d);
  // Neither comparison holds where the sum is infinite or a NaN.
  const auto inexact =
      hn::BitCast(bits, hn::VecFromMask(d, hn::Or(hn::Gt(lost, zero), hn::Lt(lost, zero))));
  const auto one = hn::Set(bits, 1), of_sum = hn::BitCast(bits, sum);
  const auto even = hn::AndNot(of_sum, one);
  const auto towards_zero =
      hn::ShiftRight<63>(hn::Xor(of_sum, hn::BitCast(bits, lost)));  // -1 or 0
  const auto step = hn::Or(towards_zero, one);
  const auto move = hn::And(inexact, hn::And(step, hn::Sub(hn::Zero(bits), even)));
  return hn::BitCast(d, hn::Add(of_sum, move));
}

// Not inlined: it would make products several times as large.
template <class V>
HWY_NOINLINE V fused(V a, V b, V c) {
  // A vector may have fewer than four lanes; in those that it lacks stand numbers of no use.
  const hn::Full128<float> full;
  const hn::Half<decltype(full)> half;
  const hn::Full128<double> wide;
  const auto in = [](V v) HWY_ATTR { return hn::Vec<hn::Full128<float>>{v.raw}; };
  const auto lower = [&](V v) HWY_ATTR { return hn::PromoteTo(wide, hn::LowerHalf(half, in(v))); };
  const auto upper = [&](V v) HWY_ATTR { return hn::PromoteTo(wide, hn::UpperHalf(half, in(v))); };
  const auto low = hn::DemoteTo(half, sum_to_odd(wide, lower(a), lower(b), lower(c)));
  const auto high = hn::DemoteTo(half, sum_to_odd(wide, upper(a), upper(b), upper(c)));
  return V{hn::Combine(full, high, low).raw};
}
#elif HWY_TARGET == HWY_SCALAR
template <class V>
HWY_NOINLINE V fused(V a, V b, V c) {
  const hn::DFromV<V> d;
  return hn::Set(d, fused_multiply_add(hn::GetLane(a), hn::GetLane(b), hn::GetLane(c)));
}
#endif

// a b + c
template <class V>
HWY_INLINE V mul_add(V a, V b, V c) {
  if constexpr (kHasFused) return hn::MulAdd(a, b, c);
#if HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_SCALAR
  return fused(a, b, c);
#endif
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
