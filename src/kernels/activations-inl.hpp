// Sigmoid and tanh of vectors. No include guard of the usual kind: it is included once per target.
// Constants: polynomials fitted at the Chebyshev nodes of the interval that each names.
#if defined(SLUICE_KERNELS_ACTIVATIONS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#undef SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#else
#define SLUICE_KERNELS_ACTIVATIONS_INL_HPP_
#endif

#include <hwy/highway.h>

#include "reference/options.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// exp(x) for x in [-87.3, 88.3]: 2^n * exp(r), |r| <= ln(2)/2. About 1 ulp. Outside, the nearer
// end's value.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_clamped(D d, V x) {
  const hn::RebindToSigned<D> di;
  x = hn::Min(hn::Max(x, hn::Set(d, -87.3f)), hn::Set(d, 88.3f));
  const V n = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504f)));
  // ln(2) in two parts, the first with zeros at its end so that n times it is exact.
  V r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  V q = hn::Set(d, 0.00139261761f);
  q = hn::MulAdd(q, r, hn::Set(d, 0.00836317307f));
  q = hn::MulAdd(q, r, hn::Set(d, 0.0416665547f));
  q = hn::MulAdd(q, r, hn::Set(d, 0.166665770f));
  q = hn::MulAdd(q, r, hn::Set(d, 0.5f));
  const V e = hn::Add(hn::MulAdd(q, hn::Mul(r, r), r), hn::Set(d, 1.0f));
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, 127)));
  return hn::Mul(e, hn::BitCast(d, power));
}

// sigma(x) = 1 / (1 + exp(-x)). Not 0.5 + 0.5 tanh(x/2), which rounds a nearly closed gate to zero
// and stops its gradient. A NaN stays a NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V y = hn::Div(one, hn::Add(one, exp_clamped(d, hn::Neg(x))));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// tanh(x): an odd polynomial for |x| < 0.625, where 1 - 2 / (exp(2x) + 1) would cancel, and that
// form above. A NaN stays a NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const V size = hn::Abs(x);
  const V z = hn::Mul(x, x);
  V p = hn::Set(d, 0.00229274482f);
  p = hn::MulAdd(p, z, hn::Set(d, -0.00834394552f));
  p = hn::MulAdd(p, z, hn::Set(d, 0.0217689187f));
  p = hn::MulAdd(p, z, hn::Set(d, -0.0539592596f));
  p = hn::MulAdd(p, z, hn::Set(d, 0.133333036f));
  p = hn::MulAdd(p, z, hn::Set(d, -0.333333332f));
  const V small = hn::MulAdd(hn::Mul(p, z), x, x);
  const V one = hn::Set(d, 1.0f);
  const V two = hn::Set(d, 2.0f);
  const V e = exp_clamped(d, hn::Add(size, size));
  const V large = hn::CopySign(hn::Sub(one, hn::Div(two, hn::Add(e, one))), x);
  const V y = hn::IfThenElse(hn::Lt(size, hn::Set(d, 0.625f)), small, large);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
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
