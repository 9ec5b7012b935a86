// Sigmoid, tanh and the other activations, on vectors. Every lane is computed alone and without
// branches. No approximate reciprocal is used: processors of one instruction set differ in it. The
// polynomials are minimax in relative error over the interval named at each, by Remez exchange in
// 40 digits, then rounded to float. Included once per target, hence the unusual include guard.
#if defined(SLUICE_KERNELS_ACTIVATIONS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#undef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#else
#define SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#endif

#include <hwy/highway.h>

#include "kernels/fused-inl.hpp"
#include "sluice/cell_options.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// min(x, limit) and max(x, limit); a NaN stays a NaN. On the targets listed, Min and Max return the
// second operand if either is a NaN; elsewhere a comparison decides, which is false for a NaN.
inline constexpr bool kSecondIfNan = (HWY_TARGET & (HWY_SSE4 | HWY_AVX2 | HWY_AVX3)) != 0;
template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_most(D d, float limit, V x) {
  const V end = hn::Set(d, limit);
  if constexpr (kSecondIfNan) return hn::Min(end, x);
  return hn::IfThenElse(hn::Gt(x, end), end, x);
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_least(D d, float limit, V x) {
  const V end = hn::Set(d, limit);
  if constexpr (kSecondIfNan) return hn::Max(end, x);
  return hn::IfThenElse(hn::Lt(x, end), end, x);
}

inline constexpr float kLog2E = 1.44269504f;

// exp(-x) = power * plus / minus. Unevaluated, because sigmoid needs only one division in all.
template <class V>
struct Exponential {
  V power, plus, minus;
};

// exp(-x) for x in [-88.3, 87.3]; outside, the value at the nearer end. A NaN stays a NaN. With -x
// = n ln(2) + r it is 2^n exp(r), and exp(r) = (c + r) / (c - r) with c = r coth(r / 2) = 2 + r^2
// (0.1666... + r^2 ...). Relative error 2.4e-9 for |r| <= 0.3468, slightly more than ln(2) / 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Exponential<V> exp_of_minus(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  x = at_least(d, -88.3f, at_most(d, 87.3f, x));
  // Adding 1.5 * 2^23 rounds to an integer, held in the lowest bits of the sum; with 127 more,
  // those bits are the exponent of 2^n.
  const V round = hn::Set(d, 12583039.0f);
  const V sum = neg_mul_add(x, hn::Set(d, kLog2E), round);
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(du, sum)));
  const V n = hn::Sub(sum, round);
  // m = -r. ln(2) is split in two; the first part ends in zeros, so that n times it is exact.
  V m = mul_add(n, hn::Set(d, 0.693359375f), x);
  m = mul_add(n, hn::Set(d, -2.12194442e-4f), m);
  const V square = hn::Mul(m, m);
  // Both divided by 8, so that neither power * plus nor its reciprocal leaves the normal range.
  constexpr float kEighth = 0.125f;
  V c = mul_add(square, hn::Set(d, kEighth * -2.76674959e-3f), hn::Set(d, kEighth * 0.166666254f));
  c = mul_add(c, square, hn::Set(d, kEighth * 2.0f));
  const V eighth = hn::Set(d, kEighth);
  return {power, neg_mul_add(m, eighth, c), mul_add(m, eighth, c)};
}

// exp(x) for x in [-87.3, 88.3], to 2 ulp; outside, the value at the nearer end.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_clamped(D d, V x) {
  const Exponential<V> e = exp_of_minus(d, hn::Neg(x));
  return hn::Mul(hn::Div(e.plus, e.minus), e.power);
}

// sigma(x) = 1 / (1 + exp(-x)), to 3 ulp wherever the result is normal. Not 0.5 + 0.5 tanh(x/2),
// which rounds a nearly closed gate to zero and so loses its gradient. A NaN stays a NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const Exponential<V> e = exp_of_minus(d, x);
  return hn::Div(e.minus, mul_add(e.power, e.plus, e.minus));
}

// The same, to the bit, for loops over many vectors. There divisions of 16 lanes wait for one
// another, 16 cycles each, while the multiply-add units idle; the nine operations here fit between
// them. A line through the bits of b gives 1 / b with relative error e <= 0.0506, one step reduces
// it to e^3, another to e^6, and the last corrects the quotient by its remainder. For all a and b
// of a sigmoid the result is the division's: tests/kernels/activations_test.cpp goes through them.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid_of_many(D d, V x) {
#if HWY_TARGET == HWY_AVX3
  const hn::RebindToUnsigned<D> du;
  const Exponential<V> exp = exp_of_minus(d, x);
  const V one = hn::Set(d, 1.0f), a = exp.minus, b = mul_add(exp.power, exp.plus, exp.minus);
  const V r = hn::BitCast(d, hn::Sub(hn::Set(du, 0x7EF3126Fu), hn::BitCast(du, b)));
  const V e = neg_mul_add(b, r, one);
  const V better = mul_add(r, mul_add(e, e, e), r);
  const V best = mul_add(better, neg_mul_add(b, better, one), better);
  const V q = hn::Mul(a, best);
  return mul_add(best, neg_mul_add(q, b, a), q);
#else
  return sigmoid(d, x);
#endif
}

// tanh(x), to 2 ulp. With |x| = h - n ln(2) / 2, s = 2^n and t = tanh(h), the addition theorem
// gives tanh|x| = (1 - s + (1 + s) t) / (1 + s + (1 - s) t). The denominator is computed as the
// numerator + 2 s (1 - t), so that near 1 both have almost the same error. Up to |x| = 0.28, n is 0
// and the quotient is 2t / 2; above, h >= -0.066 and the numerator hardly cancels. A NaN stays a
// NaN, and -0 stays -0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V one = hn::Set(d, 1.0f);
  const V size = at_most(d, 10.0f, hn::Abs(x));
  // As in exp_of_minus, but in steps of 1/8. Clearing the last three bits rounds down; the added
  // 0.75 sets where n changes.
  const V sum = neg_mul_add(size, hn::Set(d, 2 * kLog2E), hn::Set(d, 0x1.8p20f + 127.75f));
  const auto whole = hn::And(hn::BitCast(du, sum), hn::Set(du, ~7u));
  const V s = hn::BitCast(d, hn::ShiftLeft<20>(whole));
  const V n = hn::Sub(hn::BitCast(d, whole), hn::Set(d, 0x1.8p20f + 127.0f));
  // ln(2) / 2 needs no second part: n only matters while s does.
  const V h = mul_add(n, hn::Set(d, 0.346573591f), size);
  // t = h + h^3 (-0.333... + h^2 ...), relative error 7.6e-9 for |h| <= 0.282.
  const V square = hn::Mul(h, h);
  V t = mul_add(square, hn::Set(d, -0.0507678054f), hn::Set(d, 0.133187816f));
  t = mul_add(t, square, hn::Set(d, -0.333331436f));
  t = mul_add(t, hn::Mul(square, h), h);
  const V above = mul_sub(t, hn::Add(s, one), hn::Sub(s, one));
  const V below = mul_add(neg_mul_add(s, t, s), hn::Set(d, 2.0f), above);
  return hn::CopySignToAbs(hn::Div(above, below), x);
}

// log(1 + e) for e in [0, 1] as 2 artanh(e / (2 + e)), the series up to z^15. Relative error below
// 3e-9.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p_unit(D d, V e) {
  const V z = hn::Div(e, hn::Add(e, hn::Set(d, 2.0f)));
  const V square = hn::Mul(z, z);
  V p = hn::Set(d, 2.0f / 15);
  for (const float term : {2.0f / 13, 2.0f / 11, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3, 2.0f}) {
    p = mul_add(p, square, hn::Set(d, term));
  }
  return hn::Mul(p, z);
}

template <class V>
struct ValueSlope {
  V value, slope;
};

// sigma and tanh with their derivatives, computed from the value as in B7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE ValueSlope<V> with_slope_sigmoid(D d, V x) {
  const V s = sigmoid(d, x);
  return {s, neg_mul_add(s, s, s)};
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE ValueSlope<V> with_slope_tanh(D d, V x) {
  const V t = tanh(d, x);
  return {t, neg_mul_add(t, t, hn::Set(d, 1.0f))};
}

// Any activation of sluice/cell_options.hpp with its derivative. A NaN stays a NaN.
template <class D, class V = hn::Vec<D>>
HWY_NOINLINE ValueSlope<V> activate(D d, const ActivationFunction& function, V x) {
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  const V alpha = hn::Set(d, static_cast<float>(function.alpha));
  const V beta = hn::Set(d, static_cast<float>(function.beta));
  const auto negative = hn::Lt(x, zero);
  switch (function.kind) {
    case Activation::sigmoid:
      return with_slope_sigmoid(d, x);
    case Activation::tanh:
      return with_slope_tanh(d, x);
    case Activation::relu:
      return {hn::IfThenElse(negative, zero, x), hn::IfThenElse(hn::Gt(x, zero), one, zero)};
    case Activation::affine:
      return {mul_add(alpha, x, beta), alpha};
    case Activation::leaky_relu:
      return {hn::IfThenElse(negative, hn::Mul(alpha, x), x), hn::IfThenElse(negative, alpha, one)};
    case Activation::thresholded_relu: {
      const auto off = hn::Le(x, alpha);
      return {hn::IfThenElse(off, zero, x), hn::IfThenElse(off, zero, one)};
    }
    case Activation::scaled_tanh: {
      const ValueSlope<V> t = with_slope_tanh(d, hn::Mul(beta, x));
      return {hn::Mul(alpha, t.value), hn::Mul(hn::Mul(alpha, beta), t.slope)};
    }
    case Activation::hard_sigmoid: {
      const V y = mul_add(alpha, x, beta);
      const auto low = hn::Le(y, zero);
      const auto high = hn::Ge(y, one);
      return {hn::IfThenElse(low, zero, hn::IfThenElse(high, one, y)),
              hn::IfThenElse(hn::Or(low, high), zero, alpha)};
    }
    case Activation::elu: {
      const V e = hn::Mul(alpha, exp_clamped(d, hn::Min(x, zero)));
      return {hn::IfThenElse(negative, hn::Sub(e, alpha), x), hn::IfThenElse(negative, e, one)};
    }
    case Activation::softsign: {
      const V inverse = hn::Div(one, hn::Add(one, hn::Abs(x)));
      return {hn::Mul(x, inverse), hn::Mul(inverse, inverse)};
    }
    case Activation::softplus: {
      const V e = log1p_unit(d, exp_clamped(d, hn::Neg(hn::Abs(x))));
      return {hn::Add(hn::IfThenElse(negative, zero, x), e), sigmoid(d, x)};
    }
  }
  return {x, one};
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
