// Transposes matrices: weights when they are packed, and weight gradients back. It moves values
// only, without arithmetic except for `add`.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/transpose.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Transposes rows from `first` on one value at a time.
HWY_INLINE void transpose_values(const Transpose& t, std::size_t first, std::size_t first_column) {
  for (std::size_t r = first; r < t.rows; ++r) {
    const float* from = t.from + r * t.from_stride;
    for (std::size_t c = first_column; c < t.columns; ++c) {
      float& to = t.to[c * t.to_stride + r];
      to = t.add ? to + from[c] : from[c];
    }
  }
}

#if HWY_TARGET != HWY_SCALAR

// Loads four columns; the blocks of four lanes are rows 0, 4, 8, ..
template <class D>
HWY_INLINE hn::Vec<D> every_fourth_row(D d, const float* from, std::size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    const std::size_t rows = hn::MaxLanes(half);
    return hn::Combine(d, every_fourth_row(half, from + rows * stride, stride),
                       every_fourth_row(half, from, stride));
  }
}

template <class D>
HWY_INLINE void put(D d, hn::Vec<D> values, bool add, float* to) {
  hn::StoreU(add ? hn::Add(hn::LoadU(d, to), values) : values, d, to);
}

// Transposes one vector's lanes of rows, starting at `row`, four columns at a time.
template <class D>
HWY_INLINE void transpose_rows(D d, const Transpose& t, std::size_t row, std::size_t columns) {
  const hn::RepartitionToWide<D> pairs;
  const auto in_pairs = [&](hn::Vec<D> v) HWY_ATTR { return hn::BitCast(pairs, v); };
  const float* from = t.from + row * t.from_stride;
  float* to = t.to + row;
  for (std::size_t c = 0; c < columns; c += 4, from += 4, to += 4 * t.to_stride) {
    const auto a = every_fourth_row(d, from, t.from_stride);
    const auto b = every_fourth_row(d, from + t.from_stride, t.from_stride);
    const auto e = every_fourth_row(d, from + 2 * t.from_stride, t.from_stride);
    const auto f = every_fourth_row(d, from + 3 * t.from_stride, t.from_stride);
    const auto ab_low = in_pairs(hn::InterleaveLower(d, a, b));
    const auto ab_high = in_pairs(hn::InterleaveUpper(d, a, b));
    const auto ef_low = in_pairs(hn::InterleaveLower(d, e, f));
    const auto ef_high = in_pairs(hn::InterleaveUpper(d, e, f));
    put(d, hn::BitCast(d, hn::InterleaveLower(pairs, ab_low, ef_low)), t.add, to);
    put(d, hn::BitCast(d, hn::InterleaveUpper(pairs, ab_low, ef_low)), t.add, to + t.to_stride);
    put(d, hn::BitCast(d, hn::InterleaveLower(pairs, ab_high, ef_high)), t.add,
        to + 2 * t.to_stride);
    put(d, hn::BitCast(d, hn::InterleaveUpper(pairs, ab_high, ef_high)), t.add,
        to + 3 * t.to_stride);
  }
}

void transpose(const Transpose& t) noexcept {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 4> four;
  const std::size_t columns = t.columns / 4 * 4;
  std::size_t row = 0;
  for (; row + hn::Lanes(d) <= t.rows; row += hn::Lanes(d)) transpose_rows(d, t, row, columns);
  for (; row + 4 <= t.rows; row += 4) transpose_rows(four, t, row, columns);
  transpose_values(t, row, 0);
  Transpose rest = t;
  rest.rows = row;
  transpose_values(rest, 0, columns);
}

#else

void transpose(const Transpose& t) noexcept { transpose_values(t, 0, 0); }

#endif

void fill_transpose(KernelTable& table) { table.transpose = &transpose; }

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& transpose_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_transpose);
  return fills;
}
}  // namespace sluice::kernels
#endif
