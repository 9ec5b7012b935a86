// A product with packed weights over a range of its outputs; each vector of sums goes to a sink
// that the caller supplies. Included once per target.
#if defined(SLUICE_KERNELS_PRODUCT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef SLUICE_KERNELS_PRODUCT_INL_HPP_
#undef SLUICE_KERNELS_PRODUCT_INL_HPP_
#else
#define SLUICE_KERNELS_PRODUCT_INL_HPP_
#endif

#include "kernels/tile-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Rows of a, in the form that Tile::multiply reads.
struct StridedRows {
  const float* data;
  std::size_t stride;
  HWY_INLINE float operator()(std::size_t r, std::size_t k) const { return data[r * stride + k]; }
};

// Offsets in a row of kCount output vectors, starting at number `vector`.
template <std::size_t kCount>
struct VectorOffsets {
  VectorOffsets(const Product& p, std::size_t vector) {
    for (std::size_t v = 0; v < kCount; ++v)
      at[v] = p.w.layout.at(vector + v, hn::Lanes(TileTag()));
  }
  std::size_t at[kCount];
};

// The initial value of a vector of sums: bias or zeros.
template <bool kHalves>
HWY_INLINE TileVec first_sum(const Product& p, std::size_t place) {
  return p.bias == nullptr ? hn::Zero(TileTag())
                           : load_at<kHalves>(p.bias + place, p.w.layout.units);
}

template <std::size_t kRows, std::size_t kVectors, std::size_t kPanels, bool kHalves, class Sink>
HWY_INLINE void multiply_tile(const Product& p, std::size_t row, std::size_t vector,
                              const VectorOffsets<kPanels * kVectors>& offsets, const Sink& sink) {
  constexpr std::size_t kCount = kPanels * kVectors;
  const std::size_t lanes = hn::Lanes(TileTag());
  for (std::size_t r = 0; r < kRows; ++r) sink.fetch(row + r, vector * lanes, offsets);
  Tile<kRows, kVectors, kPanels> tile;
  for (std::size_t v = 0; v < kCount; ++v) {
    const TileVec start = first_sum<kHalves>(p, offsets.at[v]);
    for (std::size_t r = 0; r < kRows; ++r) tile.sum[r][v] = start;
  }
  // All panels before this one are whole.
  const float* panel = p.w.data + vector * lanes * p.w.inner;
  const float* a = p.a + row * p.a_stride;
  const std::size_t inner = p.a_blocks == 1 ? p.w.inner : p.w.inner / p.a_blocks;
  const std::size_t panel_floats = kVectors * lanes * p.w.inner;
  // If the weights exceed the nearer caches, each tile of a panel prefetches its share of the next
  // panel; all at once would take longer than a tile. A single row reads each weight once and in
  // order, where the hardware prefetcher does better.
  constexpr std::size_t kFarFloats = 96 << 10;
  Ahead ahead;
  std::size_t next = vector + kCount;
  if (p.falling != 0 && next % p.falling == 0) next -= std::min(next, 2 * p.falling);
  if (p.rows > 1 && p.w.outputs * p.w.inner > kFarFloats) {
    const std::size_t lines = kPanels * panel_floats / kLineFloats;
    const std::size_t times = (p.w.inner + 1) / kTileUnroll * ((p.rows + kRows - 1) / kRows);
    ahead.lines = (lines + times - 1) / times;
    ahead.next = p.w.data + next * lanes * p.w.inner + row * lines / p.rows * kLineFloats;
  }
  for (std::size_t block = 0; block < p.a_blocks; ++block) {
    tile.multiply(StridedRows{a + block * p.a_block_stride, p.a_stride}, inner, panel, panel_floats,
                  ahead);
    panel += inner * kVectors * lanes;
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kCount; ++v)
      sink.template take<kHalves>(tile.sum[r][v], row + r, offsets.at[v]);
  }
}

template <std::size_t kVectors, bool kHalves, class Sink>
HWY_INLINE void multiply_panel(const Product& p, const TileCut& cut, std::size_t vector,
                               const Sink& sink) {
  const VectorOffsets<kVectors> offsets(p, vector);
  cut.over([&](std::size_t row, std::size_t count) HWY_ATTR {
    with_count<kTileRows>(count, [&](auto rows) HWY_ATTR {
      multiply_tile<rows, kVectors, 1, kHalves>(p, row, vector, offsets, sink);
    });
  });
}

// One row: the last whole vector of units and the half one after it, as six parallel chains.
template <class Sink>
HWY_INLINE void multiply_last_units(const Product& p, std::size_t vector, const Sink& sink) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d), step = kPanelVectors * lanes;
  const VectorOffsets<4> whole(p, vector);
  const VectorOffsets<2> halves(p, vector + 4);
  TileVec sum[6];
  for (std::size_t v = 0; v < 4; ++v) sum[v] = first_sum<false>(p, whole.at[v]);
  for (std::size_t v = 0; v < 2; ++v) sum[4 + v] = first_sum<true>(p, halves.at[v]);
  const float* w[4 / kPanelVectors];
  for (std::size_t panel = 0; panel < 4 / kPanelVectors; ++panel)
    w[panel] = p.w.data + (vector + panel * kPanelVectors) * lanes * p.w.inner;
  const float* w_halves = p.w.data + (vector + 4) * lanes * p.w.inner;
  for (std::size_t k = 0; k < p.w.inner; ++k) {
    const TileVec value = hn::Set(d, p.a[k]);
    for (std::size_t v = 0; v < 4; ++v) {
      const float* from = w[v / kPanelVectors] + k * step + v % kPanelVectors * lanes;
      sum[v] = mul_add(value, hn::Load(d, from), sum[v]);
    }
    for (std::size_t v = 0; v < 2; ++v)
      sum[4 + v] = mul_add(value, hn::Load(d, w_halves + (2 * k + v) * lanes), sum[4 + v]);
  }
  for (std::size_t v = 0; v < 4; ++v) sink.template take<false>(sum[v], 0, whole.at[v]);
  for (std::size_t v = 0; v < 2; ++v) sink.template take<true>(sum[4 + v], 0, halves.at[v]);
}

// Calls sink.take<halves>(sums, row, place) for every row and every output vector in [first, last);
// `place` is the vector's offset in a row, of its lower half if it is split. `first` must start a
// panel. Before that, sink.fetch(row, first output, offsets) may prefetch what take() will touch.
// All rows of a panel are finished before the next panel.
template <class Sink>
HWY_INLINE void multiply_vectors(const Product& p, const TileCut& cut, std::size_t first,
                                 std::size_t last, const Sink& sink) {
  std::size_t vector = first;
  const std::size_t whole = std::min(last, p.w.layout.first_half);
  // One or two rows give one panel too few chains to hide the latency of a multiply-add.
  constexpr std::size_t kAlone = 8, kPair = 4;
  if (p.rows == 1) {
    for (; vector + kAlone <= whole; vector += kAlone)
      multiply_tile<1, kPanelVectors, kAlone / kPanelVectors, false>(
          p, 0, vector, VectorOffsets<kAlone>(p, vector), sink);
    if (vector + 4 == whole && whole < last) return multiply_last_units(p, vector, sink);
  } else if (p.rows == 2) {
    for (; vector + kPair <= whole; vector += kPair)
      multiply_tile<2, kPanelVectors, kPair / kPanelVectors, false>(
          p, 0, vector, VectorOffsets<kPair>(p, vector), sink);
  }
  for (; vector < whole; vector += kPanelVectors) {
    with_count<kPanelVectors>(std::min(kPanelVectors, whole - vector), [&](auto vectors) HWY_ATTR {
      multiply_panel<vectors, false>(p, cut, vector, sink);
    });
  }
  if (vector < last) multiply_panel<2, true>(p, cut, vector, sink);
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
