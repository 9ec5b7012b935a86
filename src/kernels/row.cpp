// A step of one row, for streams: the recurrent sums ahead of x, and S1..S7 right behind W x. The
// sums and their order are those of step.cpp, so that a stream has the bits of a whole sequence;
// the weights lie as row_weights.hpp says.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activations-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using RowTag = hn::ScalableTag<float>;
using RowVec = hn::Vec<RowTag>;

// Chains of multiply-adds at a time: four for each vector of units. At least eight hide their
// latency; more than the registers hold would be spilled.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kGroupVectors = 4;
#else
constexpr std::size_t kGroupVectors = 3;
#endif

// The sums of the four gates of some vectors of units.
template <std::size_t kVectors>
struct GateSums {
  RowVec sum[kVectors][4];

  HWY_INLINE void add(const float* x, std::size_t inner, const float* w) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t k = 0; k < inner; ++k) {
      const RowVec value = hn::Set(d, x[k]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate, w += lanes)
          sum[v][gate] = hn::MulAdd(value, hn::Load(d, w), sum[v][gate]);
      }
    }
  }
};

template <std::size_t kVectors>
HWY_NOINLINE void group_sums(const RowSums& row, const float* w, std::size_t first) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d), base = 4 * first * lanes;
  GateSums<kVectors> gates;
  for (std::size_t v = 0; v < kVectors; ++v) {
    for (std::size_t gate = 0; gate < 4; ++gate)
      gates.sum[v][gate] = hn::Load(d, row.bias + base + (4 * v + gate) * lanes);
  }
  gates.add(row.x, row.w.inner, w);
  for (std::size_t v = 0; v < kVectors; ++v) {
    for (std::size_t gate = 0; gate < 4; ++gate)
      hn::Store(gates.sum[v][gate], d, row.sums + base + (4 * v + gate) * lanes);
  }
}

template <std::size_t kVectors>
HWY_NOINLINE void group_step(const RowStep& row, const float* w, std::size_t first) {
  const RowTag d;
  const std::size_t lanes = hn::Lanes(d);
  GateSums<kVectors> gates;
  for (auto& vector : gates.sum) {
    for (RowVec& sum : vector) sum = hn::Zero(d);
  }
  gates.add(row.x, row.w.inner, w);
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t unit = (first + v) * lanes;
    const float* recurrent = row.recurrent + 4 * unit;
    const auto a = [&](std::size_t gate) HWY_ATTR {
      return hn::Add(hn::Load(d, recurrent + gate * lanes), gates.sum[v][gate]);
    };
    const RowVec i = sigmoid(d, a(0));                                         // S3
    const RowVec f = sigmoid(d, a(1));                                         // S1
    const RowVec g = tanh(d, a(2));                                            // S2
    const RowVec c = hn::MulAdd(f, hn::Load(d, row.c + unit), hn::Mul(i, g));  // S4
    const RowVec o = sigmoid(d, a(3));                                         // S6
    hn::Store(c, d, row.c + unit);
    hn::Store(hn::Mul(o, tanh(d, c)), d, row.h + unit);  // S5, S7
  }
}

// of(kVectors as a constant, weights, first vector) for every group.
template <class Each>
HWY_INLINE void over_groups(const RowView& w, const Each& each) {
  const RowGroups groups(w.vectors, kGroupVectors);
  const float* data = w.data;
  for (std::size_t group = 0, first = 0; group < groups.count; ++group) {
    const std::size_t vectors = groups.vectors(group);
    each(vectors, data, first);
    data += 4 * vectors * hn::Lanes(RowTag()) * w.inner;
    first += vectors;
  }
}

void row_sums(const RowSums& row) noexcept {
  over_groups(row.w, [&](std::size_t vectors, const float* w, std::size_t first) HWY_ATTR {
    switch (vectors) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
      case 4:
        return group_sums<4>(row, w, first);
#endif
      case 3:
        return group_sums<3>(row, w, first);
      case 2:
        return group_sums<2>(row, w, first);
      default:
        return group_sums<1>(row, w, first);
    }
  });
}

void row_step(const RowStep& row) noexcept {
  over_groups(row.w, [&](std::size_t vectors, const float* w, std::size_t first) HWY_ATTR {
    switch (vectors) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
      case 4:
        return group_step<4>(row, w, first);
#endif
      case 3:
        return group_step<3>(row, w, first);
      case 2:
        return group_step<2>(row, w, first);
      default:
        return group_step<1>(row, w, first);
    }
  });
}

void fill_row(Table& table) {
  table.row_vectors = kGroupVectors;
  table.row_sums = &row_sums;
  table.row_step = &row_step;
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const Fills& row_fills() {
  static constexpr Fills fills = SLUICE_FILLS(fill_row);
  return fills;
}
}  // namespace sluice::kernels
#endif
