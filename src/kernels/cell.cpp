// The cell, pointwise: S1..S7 forward, B1..B7 backward, for the four gates of a vector of units at
// a time. The readable form of the same equations is src/reference/.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cell.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activations-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;

void cell_forward(const CellForward& cell) noexcept {
  const Tag d;
  const std::size_t units = cell.units;
  for (std::size_t row = 0; row < cell.rows; ++row) {
    const float* wx = cell.wx + row * 4 * units;
    const float* rh = cell.rh + row * 4 * units;
    float* gates = cell.gates + row * 4 * units;
    for (std::size_t u = 0; u < units; u += hn::Lanes(d)) {
      const std::size_t at = row * units + u;
      const auto a = [&](std::size_t gate) HWY_ATTR {
        return hn::Add(hn::Load(d, rh + gate * units + u), hn::Load(d, wx + gate * units + u));
      };
      const Vec i = sigmoid(d, a(0));                                             // S3
      const Vec f = sigmoid(d, a(1));                                             // S1
      const Vec g = tanh(d, a(2));                                                // S2
      const Vec o = sigmoid(d, a(3));                                             // S6
      const Vec c = hn::MulAdd(f, hn::Load(d, cell.c_prev + at), hn::Mul(i, g));  // S4
      const Vec tanh_c = tanh(d, c);                                              // S5
      hn::Store(i, d, gates + u);
      hn::Store(f, d, gates + units + u);
      hn::Store(g, d, gates + 2 * units + u);
      hn::Store(o, d, gates + 3 * units + u);
      hn::Store(c, d, cell.c + at);
      hn::Store(tanh_c, d, cell.tanh_c + at);
      hn::Store(hn::Mul(o, tanh_c), d, cell.h + at);  // S7
    }
  }
}

// s(1 - s): the sigmoid's slope from its value.
HWY_INLINE Vec sigmoid_slope(Vec s) { return hn::NegMulAdd(s, s, s); }
// 1 - t^2: the slope of tanh from its value.
HWY_INLINE Vec tanh_slope(Vec t) { return hn::NegMulAdd(t, t, hn::Set(Tag(), 1.0f)); }

void cell_backward(const CellBackward& cell) noexcept {
  const Tag d;
  const std::size_t units = cell.units;
  for (std::size_t row = 0; row < cell.rows; ++row) {
    const float* gates = cell.gates + row * 4 * units;
    float* d_a = cell.d_a + row * 4 * units;
    for (std::size_t u = 0; u < units; u += hn::Lanes(d)) {
      const std::size_t at = row * units + u;
      const Vec i = hn::Load(d, gates + u);
      const Vec f = hn::Load(d, gates + units + u);
      const Vec g = hn::Load(d, gates + 2 * units + u);
      const Vec o = hn::Load(d, gates + 3 * units + u);
      const Vec tanh_c = hn::Load(d, cell.tanh_c + at);
      const Vec d_h = hn::Load(d, cell.d_h + at);
      const Vec d_o = hn::Mul(d_h, tanh_c);  // B1
      const Vec d_c =
          hn::MulAdd(hn::Mul(d_h, o), tanh_slope(tanh_c), hn::Load(d, cell.d_c + at));  // B2
      const Vec d_f = hn::Mul(d_c, hn::Load(d, cell.c_prev + at));                      // B3
      const Vec d_i = hn::Mul(d_c, g);                                                  // B4
      const Vec d_g = hn::Mul(d_c, i);                                                  // B5
      hn::Store(hn::Mul(d_c, f), d, cell.d_c + at);                                     // B6
      hn::Store(hn::Mul(d_i, sigmoid_slope(i)), d, d_a + u);                            // B7
      hn::Store(hn::Mul(d_f, sigmoid_slope(f)), d, d_a + units + u);                    // B7
      hn::Store(hn::Mul(d_g, tanh_slope(g)), d, d_a + 2 * units + u);                   // B7
      hn::Store(hn::Mul(d_o, sigmoid_slope(o)), d, d_a + 3 * units + u);                // B7
    }
  }
}

// Whole vectors, then the rest through a vector's worth of zeros: tails see the same polynomial.
template <class Function>
HWY_INLINE void apply(const float* x, float* y, std::size_t count, Function function) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t at = 0;
  for (; at + lanes <= count; at += lanes) hn::StoreU(function(d, hn::LoadU(d, x + at)), d, y + at);
  if (at == count) return;
  HWY_ALIGN float line[HWY_MAX_BYTES / sizeof(float)] = {};
  for (std::size_t j = 0; at + j < count; ++j) line[j] = x[at + j];
  hn::Store(function(d, hn::Load(d, line)), d, line);
  for (std::size_t j = 0; at + j < count; ++j) y[at + j] = line[j];
}

void sigmoid_all(const float* x, float* y, std::size_t count) noexcept {
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return sigmoid(d, v); });
}

void tanh_all(const float* x, float* y, std::size_t count) noexcept {
  apply(x, y, count, [](Tag d, Vec v) HWY_ATTR { return tanh(d, v); });
}

void fill_cell(Table& table) {
  table.cell_forward = &cell_forward;
  table.cell_backward = &cell_backward;
  table.sigmoid = &sigmoid_all;
  table.tanh = &tanh_all;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const Fills& cell_fills() {
  static constexpr Fills fills = SLUICE_FILLS(fill_cell);
  return fills;
}
}  // namespace sluice::kernels
#endif
