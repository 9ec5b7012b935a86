// Integer dot products: int8 weights times 16-bit activations. The activation is split into two
// bytes, so that each sum is exact in 32 bits. Three implementations give the same sums: one
// product at a time, pairs of 16-bit products, and four 8-bit products by VNNI. Included once per
// target, hence the unusual include guard.
#if defined(SLUICE_KERNELS_WHOLE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_WHOLE_INL_HPP_
#undef SLUICE_KERNELS_WHOLE_INL_HPP_
#else
#define SLUICE_KERNELS_WHOLE_INL_HPP_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/row-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using WholeTag = hn::RebindToSigned<RowTag>;
using WholeVec = hn::Vec<WholeTag>;

// Added to a float of magnitude up to 2^15, the last 16 bits of the sum are the float rounded to
// nearest even, plus 2^15.
inline constexpr float kToBits = 0x1.8p23f + 32768.0f;
inline constexpr std::int32_t kBitsOfZero = 0x4B408000;

// q = 256 high + low with high in [-128, 127] and low in [0, 255], stored as 16-bit integers.
struct SignedHalves {
  using Half = std::int16_t;
  static HWY_INLINE void store(WholeVec bits, Half* high, Half* low) {
    const WholeTag d;
    const hn::Rebind<Half, WholeTag> to;
    const WholeVec q = hn::Sub(bits, hn::Set(d, kBitsOfZero));
    hn::Store(hn::DemoteTo(to, hn::ShiftRight<8>(q)), to, high);
    hn::Store(hn::DemoteTo(to, hn::And(q, hn::Set(d, 255))), to, low);
  }
  static HWY_INLINE WholeVec first_high(const std::int32_t*) { return hn::Zero(WholeTag()); }
};

// One product at a time: runs on every target.
struct ByOne : SignedHalves {
  static constexpr std::size_t kDepth = 1;
  using Factor = WholeVec;
  static HWY_INLINE Factor factor(const Half* half) { return hn::Set(WholeTag(), *half); }
  static HWY_INLINE Factor weights(const std::int8_t* w) {
    return hn::PromoteTo(WholeTag(), hn::Load(hn::Rebind<std::int8_t, WholeTag>(), w));
  }
  static HWY_INLINE WholeVec add(WholeVec sum, Factor x, Factor w) {
    return hn::Add(sum, hn::Mul(x, w));
  }
};

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_NEON
// Two neighbours at a time, by the 16-bit multiply-add.
struct ByTwo : SignedHalves {
  static constexpr std::size_t kDepth = 2;
  using Tag = hn::Repartition<std::int16_t, WholeTag>;
  using Factor = hn::Vec<Tag>;
  static HWY_INLINE Factor factor(const Half* half) {
    std::int32_t both;
    std::memcpy(&both, half, sizeof both);
    return hn::BitCast(Tag(), hn::Set(WholeTag(), both));
  }
  static HWY_INLINE Factor weights(const std::int8_t* w) {
    return hn::PromoteTo(Tag(), hn::Load(hn::Rebind<std::int8_t, Tag>(), w));
  }
  static HWY_INLINE WholeVec add(WholeVec sum, Factor x, Factor w) {
    WholeVec unused = sum;
    return hn::ReorderWidenMulAccumulate(WholeTag(), w, x, sum, unused);
  }
};
#endif

#if HWY_TARGET == HWY_AVX3
// Four neighbours at a time. VNNI multiplies unsigned by signed bytes, so the upper half is stored
// as high + 128 and its sum starts at -128 times the sum of the weights. Inline assembly, because
// the compilers' intrinsic needs a target that Highway lacks: AVX3 does not include VNNI, and
// AVX3_DL requires more than the first processors with VNNI have.
struct ByFour {
  static constexpr std::size_t kDepth = 4;
  using Half = std::uint8_t;
  using Factor = WholeVec;
  static HWY_INLINE void store(WholeVec bits, Half* high, Half* low) {
    const hn::RebindToUnsigned<WholeTag> d;
    const hn::Rebind<Half, WholeTag> to;
    const auto last = hn::Set(d, 255u);
    const auto all = hn::BitCast(d, bits);
    hn::Store(hn::U8FromU32(hn::And(hn::ShiftRight<8>(all), last)), to, high);
    hn::Store(hn::U8FromU32(hn::And(all, last)), to, low);
  }
  static HWY_INLINE WholeVec first_high(const std::int32_t* sums) {
    const WholeTag d;
    return hn::Sub(hn::Zero(d), hn::ShiftLeft<7>(hn::Load(d, sums)));
  }
  static HWY_INLINE Factor factor(const Half* half) {
    std::int32_t four;
    std::memcpy(&four, half, sizeof four);
    return hn::Set(WholeTag(), four);
  }
  static HWY_INLINE Factor weights(const std::int8_t* w) {
    return hn::BitCast(WholeTag(), hn::Load(hn::Repartition<std::int8_t, WholeTag>(), w));
  }
  static HWY_INLINE WholeVec add(WholeVec sum, Factor x, Factor w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(x.raw), "v"(w.raw));
    return sum;
  }
};
#endif

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
