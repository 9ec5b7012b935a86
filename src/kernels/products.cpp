// The products with packed weights, and the sums over rows that gradients of weights are. The tile
// of registers is in tile-inl.hpp.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/products.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/product-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct StoreSums {
  const Product* p;
  template <class PlacesOf>
  HWY_INLINE void fetch(std::size_t row, std::size_t, const PlacesOf& places) const {
    for (const std::size_t place : places.at) hwy::Prefetch(p->out + row * p->out_stride + place);
  }
  HWY_INLINE void operator()(TileVec sum, std::size_t row, std::size_t place) const {
    hn::Store(sum, TileTag(), p->out + row * p->out_stride + place);
  }
};

void multiply(const Product& p) noexcept {
  const std::size_t all = p.w.outputs / hn::Lanes(TileTag());
  multiply_vectors(p, TileCut(p.rows), p.first_vector, p.last_vector == 0 ? all : p.last_vector,
                   StoreSums{&p});
}

// A block of rows of a, packed: for each tile of its columns, row after row.
struct PackedColumns {
  const float* data;
  std::size_t count;
  HWY_INLINE float operator()(std::size_t r, std::size_t m) const { return data[m * count + r]; }
};

void pack_columns(const OuterSum& s, std::size_t first, std::size_t rows, const TileCut& cut,
                  float* to) {
  std::size_t part = 0, within = 0;
  cut.over([&](std::size_t, std::size_t count) {
    for (std::size_t r = 0; r < count; ++r, ++within) {
      while (within == s.a[part].count) {
        ++part;
        within = 0;
      }
      const Columns& from = s.a[part];
      float* column = to + r;
      if (from.data == nullptr) {
        for (std::size_t m = 0; m < rows; ++m) column[m * count] = 1.0f;
      } else {
        const float* value = from.data + first * from.stride + within;
        for (std::size_t m = 0; m < rows; ++m) column[m * count] = value[m * from.stride];
      }
    }
    to += count * rows;
  });
}

template <std::size_t kVectors>
void pack_vectors(const OuterSum& s, std::size_t first, std::size_t rows, std::size_t vector,
                  float* to) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) at[v] = s.places.at(vector + v, lanes);
  const float* row = s.b + first * s.b_stride;
  for (std::size_t m = 0; m < rows; ++m, row += s.b_stride) {
    for (std::size_t v = 0; v < kVectors; ++v, to += lanes)
      hn::Store(hn::Load(d, row + at[v]), d, to);
  }
}

template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void outer_tile(const float* a, const float* b, std::size_t rows, float* c,
                           std::size_t c_stride) {
  const TileTag d;
  const std::size_t lanes = hn::Lanes(d);
  Tile<kRows, kVectors, 1> tile;
  for (auto& row : tile.sum) {
    for (TileVec& sum : row) sum = hn::Zero(d);
  }
  tile.multiply(PackedColumns{a, kRows}, rows, b, 0, 0);
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      float* to = c + r * c_stride + v * lanes;
      hn::Store(hn::Add(hn::Load(d, to), tile.sum[r][v]), d, to);
    }
  }
}

template <std::size_t kVectors>
void outer_panel(const float* a, const float* b, std::size_t rows, const TileCut& cut, float* c,
                 std::size_t c_stride) {
  cut.over([&](std::size_t first, std::size_t count) HWY_ATTR {
    float* to = c + first * c_stride;
    switch (count) {
      case 6:
        outer_tile<6, kVectors>(a, b, rows, to, c_stride);
        break;
      case 5:
        outer_tile<5, kVectors>(a, b, rows, to, c_stride);
        break;
      case 4:
        outer_tile<4, kVectors>(a, b, rows, to, c_stride);
        break;
      case 3:
        outer_tile<3, kVectors>(a, b, rows, to, c_stride);
        break;
      case 2:
        outer_tile<2, kVectors>(a, b, rows, to, c_stride);
        break;
      default:
        outer_tile<1, kVectors>(a, b, rows, to, c_stride);
        break;
    }
    a += count * rows;
  });
}

template <std::size_t kVectors>
void outer_vectors(const OuterSum& s, std::size_t first, std::size_t rows, const TileCut& cut,
                   std::size_t vector, const float* packed, float* room) {
  pack_vectors<kVectors>(s, first, rows, vector, room);
  outer_panel<kVectors>(packed, room, rows, cut, s.c + vector * hn::Lanes(TileTag()), s.c_stride);
}

void add_outer(const OuterSum& s) noexcept {
  std::size_t columns = 0;
  for (const Columns& part : s.a) columns += part.count;
  const TileCut cut(columns);
  float* room = s.work + kOuterBlock * columns;
  // A block of rows stays in the cache while every tile of c reads it.
  for (std::size_t first = 0; first < s.rows; first += kOuterBlock) {
    const std::size_t rows = std::min(kOuterBlock, s.rows - first);
    pack_columns(s, first, rows, cut, s.work);
    const std::size_t end = s.first_vector + s.vectors;
    for (std::size_t vector = s.first_vector; vector < end; vector += kPanelVectors) {
      switch (std::min(kPanelVectors, end - vector)) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
        case 4:
          outer_vectors<4>(s, first, rows, cut, vector, s.work, room);
          break;
        case 3:
          outer_vectors<3>(s, first, rows, cut, vector, s.work, room);
          break;
#endif
        case 2:
          outer_vectors<2>(s, first, rows, cut, vector, s.work, room);
          break;
        default:
          outer_vectors<1>(s, first, rows, cut, vector, s.work, room);
          break;
      }
    }
  }
}

// Twelve chains hide the latency of a multiply-add of up to six cycles on two ports.
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

void fill_products(Table& table) {
  table.lanes = hn::Lanes(TileTag());
  table.panel = kPanelVectors * table.lanes;
  table.multiply = &multiply;
  table.add_outer = &add_outer;
  table.multiply_adds = &multiply_adds;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const Fills& product_fills() {
  static constexpr Fills fills = SLUICE_FILLS(fill_products);
  return fills;
}
}  // namespace sluice::kernels
#endif
