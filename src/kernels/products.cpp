// The products, tiled over registers: a tile is up to kTileRows rows by up to four vectors of
// outputs. Each output is one chain of multiply-adds in rising order of the inner index, whatever
// the tile, so that a row alone and a row in a batch give the same bits. Tiles that split the inner
// sum over several chains would be faster at one row and break that promise.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/products.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "core/aligned.hpp"
#include "kernels/packed_matrix.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;

// Accumulators, one row of weights and one broadcast must fit the 32 or 16 vector registers.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kTileRows = 6;
#else
constexpr std::size_t kTileRows = 3;
#endif

template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void multiply_tile(const Product& p, std::size_t row, const float* panel,
                              std::size_t output) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  Vec sum[kRows][kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Vec start = p.bias == nullptr ? hn::Zero(d) : hn::Load(d, p.bias + output + v * lanes);
    for (std::size_t r = 0; r < kRows; ++r) sum[r][v] = start;
  }
  const float* a = p.a + row * p.a_stride;
  for (std::size_t k = 0; k < p.w.inner; ++k, panel += kVectors * lanes) {
    Vec w[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) w[v] = hn::Load(d, panel + v * lanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vec x = hn::Set(d, a[r * p.a_stride + k]);
      for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(x, w[v], sum[r][v]);
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    float* out = p.out + (row + r) * p.out_stride + output;
    for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, out + v * lanes);
  }
}

template <std::size_t kVectors>
void multiply_panel(const Product& p, const float* panel, std::size_t output) {
  std::size_t row = 0;
  for (; row + kTileRows <= p.rows; row += kTileRows) {
    multiply_tile<kTileRows, kVectors>(p, row, panel, output);
  }
  switch (p.rows - row) {
    case 5:
      return multiply_tile<5, kVectors>(p, row, panel, output);
    case 4:
      return multiply_tile<4, kVectors>(p, row, panel, output);
    case 3:
      return multiply_tile<3, kVectors>(p, row, panel, output);
    case 2:
      return multiply_tile<2, kVectors>(p, row, panel, output);
    case 1:
      return multiply_tile<1, kVectors>(p, row, panel, output);
    default:
      return;
  }
}

void multiply(const Product& p) noexcept {
  const std::size_t lanes = hn::Lanes(Tag());
  const float* panel = p.w.data;
  for (std::size_t output = 0; output < p.w.outputs;) {
    const std::size_t vectors = std::min(kPanelVectors, (p.w.outputs - output) / lanes);
    switch (vectors) {
      case 4:
        multiply_panel<4>(p, panel, output);
        break;
      case 3:
        multiply_panel<3>(p, panel, output);
        break;
      case 2:
        multiply_panel<2>(p, panel, output);
        break;
      default:
        multiply_panel<1>(p, panel, output);
        break;
    }
    output += vectors * lanes;
    panel += vectors * lanes * p.w.inner;
  }
}

// One block of rows for a tile of c: kRows of its rows by kVectors vectors of its columns,
// `columns` of them real.
template <std::size_t kRows, std::size_t kVectors>
HWY_INLINE void outer_tile(const OuterSum& s, std::size_t first, std::size_t rows, std::size_t n,
                           std::size_t k) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  Vec sum[kRows][kVectors];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = hn::Zero(d);
  }
  const float* a = s.a + first * s.a_stride + n;
  const float* b = s.b + first * s.b_stride + k;
  for (std::size_t m = 0; m < rows; ++m, a += s.a_stride, b += s.b_stride) {
    Vec x[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) x[v] = hn::LoadU(d, b + v * lanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vec y = hn::Set(d, a[r]);
      for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(y, x[v], sum[r][v]);
    }
  }
  const std::size_t columns = std::min(s.k - k, kVectors * lanes);
  HWY_ALIGN float line[kPanelVectors * HWY_MAX_BYTES / sizeof(float)];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sum[r][v], d, line + v * lanes);
    float* c = s.c + (n + r) * s.c_stride + k;
    for (std::size_t j = 0; j < columns; ++j) c[j] += line[j];
  }
}

template <std::size_t kVectors>
void outer_panel(const OuterSum& s, std::size_t first, std::size_t rows, std::size_t k) {
  std::size_t n = 0;
  for (; n + kTileRows <= s.n; n += kTileRows)
    outer_tile<kTileRows, kVectors>(s, first, rows, n, k);
  switch (s.n - n) {
    case 5:
      return outer_tile<5, kVectors>(s, first, rows, n, k);
    case 4:
      return outer_tile<4, kVectors>(s, first, rows, n, k);
    case 3:
      return outer_tile<3, kVectors>(s, first, rows, n, k);
    case 2:
      return outer_tile<2, kVectors>(s, first, rows, n, k);
    case 1:
      return outer_tile<1, kVectors>(s, first, rows, n, k);
    default:
      return;
  }
}

void add_outer(const OuterSum& s) noexcept {
  const std::size_t lanes = hn::Lanes(Tag());
  // A block of rows of a and b stays in the cache while every tile of c reads it.
  for (std::size_t first = 0; first < s.rows; first += kOuterBlock) {
    const std::size_t rows = std::min(kOuterBlock, s.rows - first);
    for (std::size_t k = 0; k < s.k; k += kPanelVectors * lanes) {
      switch (std::min(kPanelVectors, (s.k - k + lanes - 1) / lanes)) {
        case 4:
          outer_panel<4>(s, first, rows, k);
          break;
        case 3:
          outer_panel<3>(s, first, rows, k);
          break;
        case 2:
          outer_panel<2>(s, first, rows, k);
          break;
        default:
          outer_panel<1>(s, first, rows, k);
          break;
      }
    }
  }
}

void fill_products(Table& table) {
  table.lanes = hn::Lanes(Tag());
  table.multiply = &multiply;
  table.add_outer = &add_outer;
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
