// The register tile of all products: up to kTileRows rows by one panel of packed weights, or few
// rows by several panels. Each output is one chain of multiply-adds in rising k, whatever the tile,
// so that a row alone and a row in a batch have the same bits. Included once per target.
#if defined(SLUICE_KERNELS_TILE_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_TILE_INL_HPP_
#undef SLUICE_KERNELS_TILE_INL_HPP_
#else
#define SLUICE_KERNELS_TILE_INL_HPP_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "core/aligned.hpp"
#include "kernels/fused-inl.hpp"
#include "kernels/kernel_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Accumulators, one row of a panel's weights and one broadcast must fit the vector registers: 24 +
// 4 + 1 of 32, 12 + 2 + 1 of 16. With 16 registers, six rows by two vectors read half as many
// weights as three by four.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kPanelVectors = 4;
#else
constexpr std::size_t kPanelVectors = 2;
#endif
constexpr std::size_t kTileRows = 6;

template <std::size_t kNumber>
using Count = std::integral_constant<std::size_t, kNumber>;

// Calls call(Count<count>()) for a count in 1 .. kMost.
template <std::size_t kMost, class Call>
HWY_INLINE void with_count(std::size_t count, const Call& call) {
  if constexpr (kMost > 1) {
    if (count < kMost) return with_count<kMost - 1>(count, call);
  }
  call(Count<kMost>());
}

using TileTag = hn::ScalableTag<float>;
using TileVec = hn::Vec<TileTag>;

constexpr std::size_t kTileUnroll = 2;

// Loads a vector from a row; with kHalves its upper half lies `apart` floats after the lower.
template <bool kHalves>
HWY_INLINE TileVec load_at(const float* row, [[maybe_unused]] std::size_t apart) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (kHalves) {
    const hn::Half<TileTag> half;
    return hn::Combine(TileTag(), hn::Load(half, row + apart), hn::Load(half, row));
  }
#endif
  return hn::Load(TileTag(), row);
}
template <bool kHalves>
HWY_INLINE void store_at(TileVec vector, float* row, [[maybe_unused]] std::size_t apart) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (kHalves) {
    const hn::Half<TileTag> half;
    hn::Store(hn::LowerHalf(half, vector), half, row);
    return hn::Store(hn::UpperHalf(half, vector), half, row + apart);
  }
#endif
  hn::Store(vector, TileTag(), row);
}

// Prefetches weights into the second-level cache: a few cache lines per kTileUnroll steps of k.
struct Ahead {
  const float* next = nullptr;
  std::size_t lines = 0;  // per call
  HWY_INLINE void fetch() {
    for (std::size_t line = 0; line < lines; ++line, next += kLineFloats)
      __builtin_prefetch(next, 0, 2);
  }
};

// Sums of kRows rows by kPanels panels of kVectors vectors.
template <std::size_t kRows, std::size_t kVectors, std::size_t kPanels>
struct Tile {
  TileVec sum[kRows][kPanels * kVectors];

  // sum += x(r, k) w[k, v] for k in rising order. Panels are `panel_floats` apart. Unrolled by two:
  // where two threads share a core, the instructions around the multiply-adds limit the speed;
  // unrolled by four, the compiler runs out of registers.
  template <class X>
  HWY_INLINE void multiply(const X& x, std::size_t inner, const float* panel,
                           std::size_t panel_floats, Ahead& ahead) {
    const std::size_t step = kVectors * hn::Lanes(TileTag());
    std::size_t k = 0;
    for (; k + kTileUnroll <= inner; k += kTileUnroll, panel += kTileUnroll * step) {
      ahead.fetch();
      add(x, k, panel, panel_floats);
      add(x, k + 1, panel + step, panel_floats);
    }
    for (; k < inner; ++k, panel += step) add(x, k, panel, panel_floats);
  }

  template <class X>
  HWY_INLINE void add(const X& x, std::size_t k, const float* w_k, std::size_t panel_floats) {
    const TileTag d;
    const std::size_t lanes = hn::Lanes(d);
    TileVec w[kPanels * kVectors];
    for (std::size_t p = 0; p < kPanels; ++p) {
      for (std::size_t v = 0; v < kVectors; ++v)
        w[p * kVectors + v] = hn::Load(d, w_k + p * panel_floats + v * lanes);
    }
    for (std::size_t r = 0; r < kRows; ++r) {
      const TileVec value = hn::Set(d, x(r, k));
      for (std::size_t v = 0; v < kPanels * kVectors; ++v)
        sum[r][v] = mul_add(value, w[v], sum[r][v]);
    }
  }
};

// Splits rows into tiles of at most kTileRows, as evenly as possible: a tile of one row would run
// at the speed of one chain. Computed once for many panels, because divisions are slow.
struct TileCut {
  explicit TileCut(std::size_t rows)
      : tiles((rows + kTileRows - 1) / kTileRows),
        least(tiles == 0 ? 0 : rows / tiles),
        larger(rows - tiles * least) {}

  // Calls each(first, count) for every tile; the first `larger` tiles have one row more.
  template <class Each>
  HWY_INLINE void over(Each each) const {
    std::size_t first = 0;
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      const std::size_t count = least + (tile < larger ? 1 : 0);
      each(first, count);
      first += count;
    }
  }

  std::size_t tiles, least, larger;
};

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
