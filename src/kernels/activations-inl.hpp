// Sigmoid and tanh of vectors, and the other activations of the options. No include guard of the
// usual kind: it is included once per target. Every lane is computed alone and without branches; no
// approximate reciprocal is used, because processors of one instruction set differ in it.
// Polynomials: our own, minimax of the relative error by Remez exchange in 40 digits over the
// interval that each names, its coefficients then rounded to float.
#if defined(SLUICE_KERNELS_ACTIVATIONS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#undef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#else
#define SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#endif

#include <hwy/highway.h>

#include "sluice/cell_options.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The smaller of x and the limit, or the larger; a NaN stays a NaN. The processors named answer the
// second operand if either is a NaN; on others a comparison decides, which is false for a NaN.
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

// exp(-x) = power * plus / minus: an inexact quotient that its users need not always divide out.
template <class V>
struct Exponential {
  V power, plus, minus;
};

// exp(-x) for x in [-88.3, 87.3]; outside, the nearer end's value. A NaN stays a NaN. With
// -x = n ln(2) + r it is 2^n exp(r), and exp(r) = (c + r) / (c - r) for c = r coth(r / 2), which is
// 2 + r^2 (0.1666... + r^2 ...): to 2.4e-9 of its value for |r| <= 0.3468, more than ln(2) / 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Exponential<V> exp_of_minus(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  x = at_least(d, -88.3f, at_most(d, 87.3f, x));
  // A sum with 1.5 * 2^23 is rounded to a whole number, which stands in its lowest bits; with 127
  // more, those bits are the exponent of 2^n.
  const V round = hn::Set(d, 12583039.0f);
  const V sum = hn::NegMulAdd(x, hn::Set(d, kLog2E), round);
  const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(du, sum)));
  const V n = hn::Sub(sum, round);
  // -r. ln(2) in two parts, the first with zeros at its end so that n times it is exact.
  V m = hn::MulAdd(n, hn::Set(d, 0.693359375f), x);
  m = hn::MulAdd(n, hn::Set(d, -2.12194442e-4f), m);
  const V square = hn::Mul(m, m);
  // An eighth of both, so that neither power * plus nor its reciprocal leaves the normal numbers.
  constexpr float kEighth = 0.125f;
  V c =
      hn::MulAdd(square, hn::Set(d, kEighth * -2.76674959e-3f), hn::Set(d, kEighth * 0.166666254f));
  c = hn::MulAdd(c, square, hn::Set(d, kEighth * 2.0f));
  const V eighth = hn::Set(d, kEighth);
  return {power, hn::NegMulAdd(m, eighth, c), hn::MulAdd(m, eighth, c)};
}

// exp(x) for x in [-87.3, 88.3], to 2 ulp. Outside, the nearer end's value.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_clamped(D d, V x) {
  const Exponential<V> e = exp_of_minus(d, hn::Neg(x));
  return hn::Mul(hn::Div(e.plus, e.minus), e.power);
}

// a / b for b in [2^-126, 2^126). With vectors of 16, dividing takes 16 cycles in which the
// multiply-adds stand idle; seven operations of theirs do the same in as long as a quotient is
// waited for. From 1 / b to 0.0506 of its value by a line through the bits, the error e to e^3, and
// then the quotient by its remainder: 1.7e-8 of its value beside its rounding. A NaN of a stays a
// NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V quotient([[maybe_unused]] D d, V a, V b) {
#if HWY_TARGET == HWY_AVX3
  const hn::RebindToUnsigned<D> du;
  const V r = hn::BitCast(d, hn::Sub(hn::Set(du, 0x7EF3126Fu), hn::BitCast(du, b)));
  const V e = hn::NegMulAdd(b, r, hn::Set(d, 1.0f));
  const V better = hn::MulAdd(r, hn::MulAdd(e, e, e), r);
  const V q = hn::Mul(a, better);
  return hn::MulAdd(better, hn::NegMulAdd(q, b, a), q);
#else
  return hn::Div(a, b);
#endif
}

// sigma(x) = 1 / (1 + exp(-x)), to 3 ulp wherever it is a normal number. Not 0.5 + 0.5 tanh(x/2),
// which rounds a nearly closed gate to zero and stops its gradient. A NaN stays a NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const Exponential<V> e = exp_of_minus(d, x);
  return quotient(d, e.minus, hn::MulAdd(e.power, e.plus, e.minus));
}

// tanh(x), to 2 ulp. With |x| = h - n ln(2) / 2, s = 2^n and t = tanh(h), the addition theorem says
// tanh|x| = (1 - s + (1 + s) t) / (1 + s + (1 - s) t). The denominator is taken as the numerator
// plus 2 s (1 - t): near 1, where the two are almost equal, so are their errors. n is 0 up to
// |x| = 0.28, and the quotient 2t / 2; from there on h >= -0.066, and the numerator hardly cancels.
// A NaN stays a NaN, and -0 is -0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V one = hn::Set(d, 1.0f);
  const V size = at_most(d, 10.0f, hn::Abs(x));
  // As in exp_of_minus, but in eighths, of which the last three bits are cut off: rounded down, so
  // that 0.75 more chooses where n changes.
  const V sum = hn::NegMulAdd(size, hn::Set(d, 2 * kLog2E), hn::Set(d, 0x1.8p20f + 127.75f));
  const auto whole = hn::And(hn::BitCast(du, sum), hn::Set(du, ~7u));
  const V s = hn::BitCast(d, hn::ShiftLeft<20>(whole));
  const V n = hn::Sub(hn::BitCast(d, whole), hn::Set(d, 0x1.8p20f + 127.0f));
  // One part of ln(2) / 2 is enough: n only matters while s does.
  const V h = hn::MulAdd(n, hn::Set(d, 0.346573591f), size);
  // t = h + h^3 (-0.333... + h^2 ...), to 7.6e-9 of its value for |h| <= 0.282.
  const V square = hn::Mul(h, h);
  V t = hn::MulAdd(square, hn::Set(d, -0.0507678054f), hn::Set(d, 0.133187816f));
  t = hn::MulAdd(t, square, hn::Set(d, -0.333331436f));
  t = hn::MulAdd(t, hn::Mul(square, h), h);
  const V above = hn::MulSub(t, hn::Add(s, one), hn::Sub(s, one));
  const V below = hn::MulAdd(hn::NegMulAdd(s, t, s), hn::Set(d, 2.0f), above);
  return hn::CopySignToAbs(hn::Div(above, below), x);
}

// log(1 + e) for e in [0, 1]: 2 artanh(e / (2 + e)), the series to z^15. Below 3e-9 of the value.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p_unit(D d, V e) {
  const V z = hn::Div(e, hn::Add(e, hn::Set(d, 2.0f)));
  const V square = hn::Mul(z, z);
  V p = hn::Set(d, 2.0f / 15);
  for (const float term : {2.0f / 13, 2.0f / 11, 2.0f / 9, 2.0f / 7, 2.0f / 5, 2.0f / 3, 2.0f}) {
    p = hn::MulAdd(p, square, hn::Set(d, term));
  }
  return hn::Mul(p, z);
}

template <class V>
struct ValueSlope {
  V value, slope;
};

// sigma and tanh with their derivatives, from the value as in B7.
template <class D, class V = hn::Vec<D>>
HWY_INLINE ValueSlope<V> with_slope_sigmoid(D d, V x) {
  const V s = sigmoid(d, x);
  return {s, hn::NegMulAdd(s, s, s)};
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE ValueSlope<V> with_slope_tanh(D d, V x) {
  const V t = tanh(d, x);
  return {t, hn::NegMulAdd(t, t, hn::Set(d, 1.0f))};
}

// The table of reference/options.hpp. A NaN stays a NaN.
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
      return {hn::MulAdd(alpha, x, beta), alpha};
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
      const V y = hn::MulAdd(alpha, x, beta);
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
