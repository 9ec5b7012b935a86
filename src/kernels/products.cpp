// Products with packed weights, and the sums over rows that form weight gradients. The register
// tile is in tile-inl.hpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/products.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>

#include "kernels/lane_sums-inl.hpp"
#include "kernels/product-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct StoreSums {
  const Product* p;
  template <class Offsets>
  HWY_INLINE void fetch(std::size_t row, std::size_t, const Offsets& offsets) const {
    for (const std::size_t place : offsets.at) hwy::Prefetch(p->out + row * p->out_stride + place);
  }
  template <bool kHalves>
  HWY_INLINE void take(TileVec sum, std::size_t row, std::size_t place) const {
    store_at<kHalves>(sum, p->out + row * p->out_stride + place, p->w.layout.units);
  }
};

// A few rows by one panel, each output in four parallel chains.
template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void quarters_tile(const Product& p, std::size_t row, std::size_t vector) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d), step = kVectors * lanes, inner = p.w.inner;
  const std::size_t quarter = (inner + 3) / 4;
  const VectorOffsets<kVectors> offsets(p, vector);
  TileVec sum[kRows][4][kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const TileVec start = p.bias == nullptr ? hn::Zero(d) : hn::Load(d, p.bias + offsets.at[v]);
    for (auto& of_row : sum) {
      of_row[0][v] = start;
      for (std::size_t chain = 1; chain < 4; ++chain) of_row[chain][v] = hn::Zero(d);
    }
  }
  const float *w[4], *a[4];
  for (std::size_t chain = 0; chain < 4; ++chain) {
    w[chain] = p.w.data + vector * lanes * inner + chain * quarter * step;
    a[chain] = p.a + row * p.a_stride + chain * quarter;
  }
  const auto add = [&](auto chain, std::size_t k) HWY_ATTR {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const TileVec weights = hn::Load(d, w[chain] + k * step + v * lanes);
      for (std::size_t r = 0; r < kRows; ++r) {
        sum[r][chain][v] =
            mul_add(hn::Set(d, a[chain][r * p.a_stride + k]), weights, sum[r][chain][v]);
      }
    }
  };
  // Chain numbers are compile-time constants; otherwise the sums would live in memory.
  const std::size_t whole = inner > 3 * quarter ? inner - 3 * quarter : 0;
  for (std::size_t k = 0; k < whole; ++k) {
    add(Count<0>(), k);
    add(Count<1>(), k);
    add(Count<2>(), k);
    add(Count<3>(), k);
  }
  const auto add_rest = [&](auto chain) HWY_ATTR {
    for (std::size_t k = whole; k < quarter && chain * quarter + k < inner; ++k) add(chain, k);
  };
  add_rest(Count<0>());
  add_rest(Count<1>());
  add_rest(Count<2>());
  add_rest(Count<3>());
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto& chains = sum[r];
      const TileVec total =
          hn::Add(hn::Add(hn::Add(chains[0][v], chains[1][v]), chains[2][v]), chains[3][v]);
      hn::Store(total, d, p.out + (row + r) * p.out_stride + offsets.at[v]);
    }
  }
}

template <std::size_t kVectors>
void quarters_panel(const Product& p, std::size_t vector) {
  std::size_t row = 0;
  if constexpr (kVectors <= 2) {
    for (; row + 2 <= p.rows; row += 2) quarters_tile<2, kVectors>(p, row, vector);
  }
  for (; row < p.rows; ++row) quarters_tile<1, kVectors>(p, row, vector);
}

void multiply_quarters(const Product& p, std::size_t first, std::size_t last) {
  for (std::size_t vector = first; vector < last; vector += kPanelVectors) {
    with_count<kPanelVectors>(std::min(kPanelVectors, last - vector),
                              [&](auto vectors) HWY_ATTR { quarters_panel<vectors>(p, vector); });
  }
}

void multiply(const Product& p) noexcept {
  const std::size_t all = p.w.outputs / hn::Lanes(TileTag());
  const std::size_t last = p.last_vector == 0 ? all : p.last_vector;
  if (p.quarters) return multiply_quarters(p, p.first_vector, last);
  multiply_vectors(p, TileCut(p.rows), p.first_vector, last, StoreSums{&p});
}

void dots(const Dots& d) noexcept {
  for (std::size_t row = 0; row < d.rows; ++row) {
    const float* a = d.a + row * d.a_stride;
    for (std::size_t n = 0; n < d.outputs; ++n) {
      const float* w = d.w + n * d.inner;
      LaneSums<16> sum;
      for (std::size_t k = 0; k < d.inner; k += 16) {
        sum.update([&](auto tag, std::size_t lane, auto before) HWY_ATTR {
          return mul_add(hn::LoadU(tag, a + k + lane), hn::LoadU(tag, w + k + lane), before);
        });
      }
      d.out[row * d.out_stride + n] = d.bias[n] + sum.total();
    }
  }
}

// A packed block of rows of a: for each tile of its columns, row after row.
struct PackedColumns {
  const float* data;
  std::size_t count;
  HWY_INLINE float operator()(std::size_t r, std::size_t m) const { return data[m * count + r]; }
};

// Copies kColumns columns of a part, from column `within` on, into a tile of `count` columns.
template <std::size_t kColumns>
void pack_part(const Columns& part, std::size_t within, std::size_t first, std::size_t rows,
               float* to, std::size_t count) {
  if (part.data == nullptr) {
    for (std::size_t m = 0; m < rows; ++m, to += count) std::fill_n(to, kColumns, 1.0f);
    return;
  }
  const float* from = part.data + first * part.stride + within;
  for (std::size_t m = 0; m < rows; ++m, from += part.stride, to += count)
    std::memcpy(to, from, kColumns * sizeof(float));
}

void pack_columns(const OuterSum& s, std::size_t first, std::size_t rows, const TileCut& cut,
                  float* to) {
  std::size_t part = 0, within = s.first;
  for (; within >= s.a[part].count; ++part) within -= s.a[part].count;
  cut.over([&](std::size_t, std::size_t count) {
    for (std::size_t r = 0; r < count;) {
      for (; within == s.a[part].count; within = 0) ++part;
      const std::size_t together = std::min(count - r, s.a[part].count - within);
      with_count<kTileRows>(together, [&](auto columns) {
        pack_part<columns>(s.a[part], within, first, rows, to + r, count);
      });
      r += together;
      within += together;
    }
    to += count * rows;
  });
}

template <std::size_t kVectors, bool kHalves>
void pack_vectors(const OuterSum& s, std::size_t first, std::size_t rows, std::size_t vector,
                  float* to) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) at[v] = s.layout.at(vector + v, lanes);
  const float* row = s.b + first * s.b_stride;
  for (std::size_t m = 0; m < rows; ++m, row += s.b_stride) {
    for (std::size_t v = 0; v < kVectors; ++v, to += lanes)
      hn::Store(load_at<kHalves>(row + at[v], s.layout.units), d, to);
  }
}

template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void outer_tile(const float* a, const float* b, std::size_t rows, bool fresh, float* c,
                           std::size_t c_stride) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d);
  Tile<kRows, kVectors, 1> tile;
  for (auto& row : tile.sum) {
    for (TileVec& sum : row) sum = hn::Zero(d);
  }
  // Prefetch the sums, which may be in a far cache, while the products are computed.
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) hwy::Prefetch(c + r * c_stride + v * lanes);
  }
  Ahead none;
  tile.multiply(PackedColumns{a, kRows}, rows, b, 0, none);
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      float* to = c + r * c_stride + v * lanes;
      hn::Store(fresh ? tile.sum[r][v] : hn::Add(hn::Load(d, to), tile.sum[r][v]), d, to);
    }
  }
}

template <std::size_t kVectors>
void outer_panel(const float* a, const float* b, std::size_t rows, const TileCut& cut, bool fresh,
                 float* c, std::size_t c_stride) {
  cut.over([&](std::size_t first, std::size_t count) HWY_ATTR {
    with_count<kTileRows>(count, [&](auto tile) HWY_ATTR {
      outer_tile<tile, kVectors>(a, b, rows, fresh, c + first * c_stride, c_stride);
    });
    a += count * rows;
  });
}

template <std::size_t kVectors, bool kHalves>
void outer_vectors(const OuterSum& s, std::size_t first, std::size_t rows, const TileCut& cut,
                   std::size_t vector, const float* packed, float* room) {
  constexpr std::size_t kWidth = kVectors * hn::MaxLanes(TileTag());
  const bool one_panel = s.vectors == kVectors && s.b_stride == kWidth &&
                         (s.layout.units == 0 || 4 * s.layout.units == kWidth);
  const float* b = s.b + first * kWidth;  // used in place if it is one panel
  if (!one_panel) {
    pack_vectors<kVectors, kHalves>(s, first, rows, vector, room);
    b = room;
  }
  outer_panel<kVectors>(packed, b, rows, cut, s.fresh && first == 0,
                        s.c + s.first * s.c_stride + vector * hn::Lanes(TileTag()), s.c_stride);
}

void add_outer(const OuterSum& s) noexcept {
  if (s.first == s.last) return;
  const TileCut cut(s.last - s.first);
  float* room = s.work + kOuterBlock * (s.last - s.first);
  // A block of rows stays in the cache while all tiles of c read it.
  for (std::size_t first = 0; first < s.rows; first += kOuterBlock) {
    const std::size_t rows = std::min(kOuterBlock, s.rows - first);
    pack_columns(s, first, rows, cut, s.work);
    std::size_t vector = 0;
    for (; vector < std::min(s.vectors, s.layout.first_half); vector += kPanelVectors) {
      with_count<kPanelVectors>(
          std::min(kPanelVectors, s.vectors - vector), [&](auto vectors) HWY_ATTR {
            outer_vectors<vectors, false>(s, first, rows, cut, vector, s.work, room);
          });
    }
    if (vector < s.vectors) outer_vectors<2, true>(s, first, rows, cut, vector, s.work, room);
  }
}

// Twelve chains hide a multiply-add latency of up to six cycles on two ports.
float multiply_adds(std::size_t rounds) noexcept {
  const TileTag d;
  const TileVec x = hn::Set(d, 0.999f), y = hn::Set(d, 1e-3f);
  TileVec sum[12];
  for (TileVec& s : sum) s = y;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (TileVec& s : sum) s = hn::MulAdd(s, x, y);
  }
  TileVec total = hn::Zero(d);
  for (const TileVec& s : sum) total = hn::Add(total, s);
  return hn::GetLane(hn::SumOfLanes(d, total));
}

void fill_products(KernelTable& table) {
  table.lanes = hn::Lanes(TileTag());
  table.panel = kPanelVectors * table.lanes;
  table.multiply = &multiply;
  table.dots = &dots;
  table.add_outer = &add_outer;
  table.multiply_adds = &multiply_adds;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& product_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_products);
  return fills;
}
}  // namespace sluice::kernels
#endif
