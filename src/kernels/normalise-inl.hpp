// Layer normalisation of one row, forward and backward. Included once per target. Padded places are
// left out of the sums and hold zeros afterwards.
#if defined(SLUICE_KERNELS_NORMALISE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_NORMALISE_INL_HPP_
#undef SLUICE_KERNELS_NORMALISE_INL_HPP_
#else
#define SLUICE_KERNELS_NORMALISE_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Blocks of Hp places, H of them real; bit k of `blocks` says whether block k takes part.
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
  float* d;  // in: the gradient after the gain; out: at the values
  const float* normalised;
  const float* inverse;
  const float* gain;
  float* d_gain;  // added to
  std::size_t units, hidden;
  unsigned blocks;
};

// each(place, real): every vector of the blocks that take part, with the mask of its real places.
template <class Each>
HWY_INLINE void over_blocks(std::size_t units, std::size_t hidden, unsigned blocks, Each each) {
  const hn::ScalableTag<float> d;
  for (std::size_t block = 0; blocks >> block != 0; ++block) {
    if ((blocks >> block & 1u) == 0) continue;
    for (std::size_t u = 0; u < hidden; u += hn::Lanes(d)) {
      each(block * units + u, hn::FirstN(d, hidden - u));
    }
  }
}

HWY_INLINE float real_places(std::size_t hidden, unsigned blocks) {
  std::size_t count = 0;
  for (; blocks != 0; blocks >>= 1) count += blocks & 1u;
  return static_cast<float>(count * hidden);
}

HWY_INLINE void normalise_row(const NormRow& row) {
  const hn::ScalableTag<float> d;
  using Vec = hn::Vec<decltype(d)>;
  using Mask = hn::Mask<decltype(d)>;
  const float count = real_places(row.hidden, row.blocks);
  Vec sum = hn::Zero(d);
  over_blocks(row.units, row.hidden, row.blocks, [&](std::size_t at, Mask real) HWY_ATTR {
    sum = hn::Add(sum, hn::IfThenElseZero(real, hn::Load(d, row.x + at)));
  });
  const Vec mean = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, sum)) / count);
  Vec squares = hn::Zero(d);
  over_blocks(row.units, row.hidden, row.blocks, [&](std::size_t at, Mask real) HWY_ATTR {
    const Vec away = hn::IfThenElseZero(real, hn::Sub(hn::Load(d, row.x + at), mean));
    hn::Store(away, d, row.normalised + at);
    squares = hn::MulAdd(away, away, squares);
  });
  const float variance = hn::GetLane(hn::SumOfLanes(d, squares)) / count;
  *row.inverse = 1.0f / std::sqrt(variance + row.epsilon);
  const Vec inverse = hn::Set(d, *row.inverse);
  over_blocks(row.units, row.hidden, row.blocks, [&](std::size_t at, Mask) HWY_ATTR {
    const Vec normalised = hn::Mul(hn::Load(d, row.normalised + at), inverse);
    hn::Store(normalised, d, row.normalised + at);
    hn::Store(hn::Mul(normalised, hn::Load(d, row.gain + at)), d, row.x + at);
  });
}

// With n the normalised values and e = d gain: inverse (e - mean(e) - n mean(e n)).
HWY_INLINE void normalise_row_backward(const NormRowBackward& row) {
  const hn::ScalableTag<float> d;
  using Vec = hn::Vec<decltype(d)>;
  using Mask = hn::Mask<decltype(d)>;
  const float count = real_places(row.hidden, row.blocks);
  Vec sum = hn::Zero(d), along = hn::Zero(d);
  over_blocks(row.units, row.hidden, row.blocks, [&](std::size_t at, Mask real) HWY_ATTR {
    const Vec n = hn::Load(d, row.normalised + at);
    const Vec given = hn::IfThenElseZero(real, hn::Load(d, row.d + at));
    hn::Store(hn::MulAdd(given, n, hn::Load(d, row.d_gain + at)), d, row.d_gain + at);
    const Vec e = hn::Mul(given, hn::Load(d, row.gain + at));
    hn::Store(e, d, row.d + at);
    sum = hn::Add(sum, e);
    along = hn::MulAdd(e, n, along);
  });
  const Vec mean = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, sum)) / count);
  const Vec slope = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, along)) / count);
  const Vec inverse = hn::Set(d, *row.inverse);
  over_blocks(row.units, row.hidden, row.blocks, [&](std::size_t at, Mask real) HWY_ATTR {
    const Vec n = hn::Load(d, row.normalised + at);
    const Vec e = hn::Sub(hn::Load(d, row.d + at), mean);
    hn::Store(hn::IfThenElseZero(real, hn::Mul(inverse, hn::NegMulAdd(n, slope, e))), d,
              row.d + at);
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
