// Kernels of a training step outside the network: pinball loss of a row, squared error of rows,
// Adam's update of flat parameters.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/update.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/fused-inl.hpp"
#include "kernels/lane_sums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One vector, starting at `at`; with a one-lane D also the tail, by the same operations.
template <class D>
HWY_INLINE void adam_vector(D d, const AdamUpdate& u, std::size_t at) {
  const auto p = hn::LoadU(d, u.parameters + at);
  const auto g =
      mul_add(hn::Set(d, u.decay), p, hn::Mul(hn::Set(d, u.scale), hn::LoadU(d, u.gradient + at)));
  const auto first =
      mul_add(hn::Set(d, u.beta1), hn::LoadU(d, u.first + at), hn::Mul(hn::Set(d, u.new1), g));
  const auto second = mul_add(hn::Set(d, u.beta2), hn::LoadU(d, u.second + at),
                              hn::Mul(hn::Mul(hn::Set(d, u.new2), g), g));
  hn::StoreU(first, d, u.first + at);
  hn::StoreU(second, d, u.second + at);
  const auto root = mul_add(hn::Sqrt(second), hn::Set(d, u.shrink), hn::Set(d, u.epsilon));
  const auto move = hn::Div(hn::Mul(hn::Set(d, u.step), first), root);
  hn::StoreU(mul_sub(hn::Set(d, u.keep), p, move), d, u.parameters + at);
}

void adam(const AdamUpdate& u) noexcept {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + lanes <= u.count; at += lanes) adam_vector(d, u, at);
  for (; at < u.count; ++at) adam_vector(hn::CappedTag<float, 1>(), u, at);
}

// One vector, starting at `at`. Branch-free: the side a target lies on is unpredictable.
template <class D>
HWY_INLINE hn::Vec<D> pinball_vector(D d, const Pinball& p, std::size_t at) {
  const auto target = hn::LoadU(d, p.target + at), level = hn::LoadU(d, p.level + at);
  const auto zero = hn::Zero(d);
  // NaN if y is NaN: it must show in the loss.
  const auto short_by =
      hn::IfThenElseZero(hn::Eq(target, target), hn::Sub(target, hn::LoadU(d, p.y + at)));
  const auto slope = hn::Sub(hn::IfThenElseZero(hn::Lt(short_by, zero), hn::Set(d, 1.0f)), level);
  hn::StoreU(hn::IfThenElse(hn::Eq(short_by, zero), zero, slope), d, p.d_y + at);
  return hn::Neg(hn::Mul(slope, short_by));
}

float pinball(const Pinball& p) noexcept {
  RowSum sum;
  sum.add(p.count, [&](auto d, std::size_t at, auto before)
                       HWY_ATTR { return hn::Add(before, pinball_vector(d, p, at)); });
  return sum.total();
}

template <class D>
HWY_INLINE hn::Vec<D> squared_vector(D d, const SquaredError& e, std::size_t row, std::size_t at,
                                     hn::Vec<D> sum) {
  const auto error = hn::Sub(hn::LoadU(d, e.y + row * e.y_stride + at),
                             hn::LoadU(d, e.target + row * e.target_stride + at));
  hn::StoreU(hn::Mul(hn::Set(d, e.share), error), d, e.d_y + row * e.d_y_stride + at);
  return mul_add(error, error, sum);
}

float squared_error(const SquaredError& e) noexcept {
  RowSum sum;
  for (std::size_t row = 0; row < e.rows; ++row) {
    sum.add(e.count, [&](auto d, std::size_t at, auto before)
                         HWY_ATTR { return squared_vector(d, e, row, at, before); });
  }
  return sum.total();
}

void fill_update(KernelTable& table) {
  table.pinball = &pinball;
  table.squared_error = &squared_error;
  table.adam = &adam;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& update_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_update);
  return fills;
}
}  // namespace sluice::kernels
#endif
