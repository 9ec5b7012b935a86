// Layer norm of one row, forward and backward. Padding is excluded from the sums and is zero
// afterwards. Included once per target.
#if defined(SLUICE_KERNELS_NORMALISE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_NORMALISE_INL_HPP_
#undef SLUICE_KERNELS_NORMALISE_INL_HPP_
#else
#define SLUICE_KERNELS_NORMALISE_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

#include "kernels/fused-inl.hpp"
#include "kernels/lane_sums-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A row of blocks of Hp values, H of them real; bit k of `blocks` selects block k.
struct NormRow {
  float* x;           // in: values; out: normalised, times the gain
  float* normalised;  // out
  float* inverse;     // out: one number
  const float* gain;
  std::size_t units, hidden;
  unsigned blocks;
  float epsilon;
};

struct NormRowBackward {
  const float* given;  // the gradient after the gain
  float* d;            // gradient of the values; may be `given`
  const float* normalised;
  const float* inverse;
  const float* gain;
  float* d_gain;  // added to
  std::size_t units, hidden;
  unsigned blocks;
};

// As many independent chains as hide the latency of an addition.
using NormSums = LaneSums<32>;

// Calls each(chain, offset, mask of real values) for every vector of the selected blocks; the
// chains, parts of NormSums, alternate within a block.
template <class Each>
HWY_INLINE void over_blocks(std::size_t units, std::size_t hidden, unsigned blocks,
                            const Each& each) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t block = 0; blocks >> block != 0; ++block) {
    if ((blocks >> block & 1u) == 0) continue;
    for (std::size_t first = 0; first < hidden; first += NormSums::kParts * lanes) {
      over_parts<NormSums::kParts>([&](auto chain) HWY_ATTR {
        const std::size_t u = first + chain * lanes;
        if (u < hidden) each(chain, block * units + u, hn::FirstN(d, hidden - u));
      });
    }
  }
}

HWY_INLINE float real_places(std::size_t hidden, unsigned blocks) {
  std::size_t count = 0;
  for (; blocks != 0; blocks >>= 1) count += blocks & 1u;
  return static_cast<float>(count * hidden);
}

inline HWY_NOINLINE void normalise_row(const NormRow& row) {
  const hn::ScalableTag<float> d;
  using Vec = hn::Vec<decltype(d)>;
  using Mask = hn::Mask<decltype(d)>;
  const float count = real_places(row.hidden, row.blocks);
  NormSums sum;
  over_blocks(row.units, row.hidden, row.blocks,
              [&](auto chain, std::size_t at, Mask real) HWY_ATTR {
                sum.part[chain] =
                    hn::Add(sum.part[chain], hn::IfThenElseZero(real, hn::Load(d, row.x + at)));
              });
  const Vec mean = hn::Set(d, sum.total() / count);
  const auto away = [&](std::size_t at, Mask real) HWY_ATTR {
    return hn::IfThenElseZero(real, hn::Sub(hn::Load(d, row.x + at), mean));
  };
  NormSums squares;
  over_blocks(row.units, row.hidden, row.blocks,
              [&](auto chain, std::size_t at, Mask real) HWY_ATTR {
                const Vec x = away(at, real);
                squares.part[chain] = mul_add(x, x, squares.part[chain]);
              });
  const float variance = squares.total() / count;
  *row.inverse = 1.0f / std::sqrt(variance + row.epsilon);
  const Vec inverse = hn::Set(d, *row.inverse);
  over_blocks(row.units, row.hidden, row.blocks, [&](auto, std::size_t at, Mask real) HWY_ATTR {
    const Vec normalised = hn::Mul(away(at, real), inverse);
    hn::Store(normalised, d, row.normalised + at);
    hn::Store(hn::Mul(normalised, hn::Load(d, row.gain + at)), d, row.x + at);
  });
}

// With n the normalised values and e = d gain, the gradient is inverse (e - mean(e) - n mean(e n)).
inline HWY_NOINLINE void normalise_row_backward(const NormRowBackward& row) {
  const hn::ScalableTag<float> d;
  using Vec = hn::Vec<decltype(d)>;
  using Mask = hn::Mask<decltype(d)>;
  const float count = real_places(row.hidden, row.blocks);
  const auto given = [&](std::size_t at, Mask real)
                         HWY_ATTR { return hn::IfThenElseZero(real, hn::Load(d, row.given + at)); };
  NormSums sum, along;
  over_blocks(row.units, row.hidden, row.blocks,
              [&](auto chain, std::size_t at, Mask real) HWY_ATTR {
                const Vec n = hn::Load(d, row.normalised + at), d_n = given(at, real);
                hn::Store(mul_add(d_n, n, hn::Load(d, row.d_gain + at)), d, row.d_gain + at);
                const Vec e = hn::Mul(d_n, hn::Load(d, row.gain + at));
                sum.part[chain] = hn::Add(sum.part[chain], e);
                along.part[chain] = mul_add(e, n, along.part[chain]);
              });
  const Vec mean = hn::Set(d, sum.total() / count);
  const Vec slope = hn::Set(d, along.total() / count);
  const Vec inverse = hn::Set(d, *row.inverse);
  over_blocks(row.units, row.hidden, row.blocks, [&](auto, std::size_t at, Mask real) HWY_ATTR {
    const Vec n = hn::Load(d, row.normalised + at);
    const Vec e = hn::Sub(hn::Mul(given(at, real), hn::Load(d, row.gain + at)), mean);
    hn::Store(hn::IfThenElseZero(real, hn::Mul(inverse, neg_mul_add(n, slope, e))), d, row.d + at);
  });
}

// to += from, over whole vectors.
HWY_INLINE void add_row(const float* from, float* to, std::size_t units) {
  const hn::ScalableTag<float> d;
  for (std::size_t u = 0; u < units; u += hn::Lanes(d)) {
    hn::Store(hn::Add(hn::Load(d, to + u), hn::Load(d, from + u)), d, to + u);
  }
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
