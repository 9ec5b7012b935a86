// A step of a row or of several, for streams: the recurrent sums ahead of x, and S1..S7 right
// behind W x. The sums and their order are those of step.cpp, so that a stream has the bits of a
// whole sequence; the weights lie as row_weights.hpp says. Rows may lie anywhere.
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

// Rows at a time, where there are several: a vector of units of each.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr std::size_t kRowsAtATime = 6;
#else
constexpr std::size_t kRowsAtATime = 3;
#endif

// Where some vectors of units stand: in a group of RowWeights that is `width` floats wide, and in a
// row of sums.
struct Place {
  const float* w;
  std::size_t width;
  std::size_t first;  // vector of units
};

// The sums of the four gates of some vectors of units, of some rows.
template <std::size_t kRows, std::size_t kVectors>
struct GateSums {
  RowVec sum[kRows][kVectors][4];

  HWY_INLINE void add(const float* const* x, std::size_t inner, const Place& place) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    const float* w = place.w;
    for (std::size_t k = 0; k < inner; ++k, w += place.width) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const RowVec weights = hn::Load(d, w + (4 * v + gate) * lanes);
          for (std::size_t r = 0; r < kRows; ++r)
            sum[r][v][gate] = hn::MulAdd(hn::Set(d, x[r][k]), weights, sum[r][v][gate]);
        }
      }
    }
  }
};

HWY_INLINE std::size_t sums_of_row(const RowView& w) { return 4 * w.vectors * hn::Lanes(RowTag()); }

struct Sums {
  template <std::size_t kRows, std::size_t kVectors>
  static HWY_NOINLINE void run(const RowSums& of, const Place& place, std::size_t row) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * place.first * lanes;
    GateSums<kRows, kVectors> gates;
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t gate = 0; gate < 4; ++gate) {
        const RowVec start = hn::Load(d, of.bias + base + (4 * v + gate) * lanes);
        for (std::size_t r = 0; r < kRows; ++r) gates.sum[r][v][gate] = start;
      }
    }
    gates.add(of.x + row, of.w.inner, place);
    float* to = of.sums + row * sums_of_row(of.w) + base;
    for (std::size_t r = 0; r < kRows; ++r, to += sums_of_row(of.w)) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate)
          hn::Store(gates.sum[r][v][gate], d, to + (4 * v + gate) * lanes);
      }
    }
  }
};

struct Step {
  template <std::size_t kRows, std::size_t kVectors>
  static HWY_NOINLINE void run(const RowStep& of, const Place& place, std::size_t row) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    GateSums<kRows, kVectors> gates;
    for (auto& of_row : gates.sum) {
      for (auto& vector : of_row) {
        for (RowVec& sum : vector) sum = hn::Zero(d);
      }
    }
    gates.add(of.x + row, of.w.inner, place);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::size_t unit = (place.first + v) * lanes;
        const float* recurrent = of.recurrent + (row + r) * sums_of_row(of.w) + 4 * unit;
        float* c_of = of.c[row + r] + unit;
        const auto a = [&](std::size_t gate) HWY_ATTR {
          return hn::Add(hn::Load(d, recurrent + gate * lanes), gates.sum[r][v][gate]);
        };
        const RowVec i = sigmoid(d, a(0));                                 // S3
        const RowVec f = sigmoid(d, a(1));                                 // S1
        const RowVec g = tanh(d, a(2));                                    // S2
        const RowVec c = hn::MulAdd(f, hn::Load(d, c_of), hn::Mul(i, g));  // S4
        const RowVec o = sigmoid(d, a(3));                                 // S6
        hn::Store(c, d, c_of);
        hn::Store(hn::Mul(o, tanh(d, c)), d, of.h[row + r] + unit);  // S5, S7
      }
    }
  }
};

// One row: all vectors of a group at a time.
template <class Part, class Of>
HWY_INLINE void one_row(const Of& of, const Place& group, std::size_t vectors, std::size_t row) {
  switch (vectors) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
    case 4:
      return Part::template run<1, 4>(of, group, row);
#endif
    case 3:
      return Part::template run<1, 3>(of, group, row);
    case 2:
      return Part::template run<1, 2>(of, group, row);
    default:
      return Part::template run<1, 1>(of, group, row);
  }
}

// Several: vector by vector, some rows at a time; of the last ones two, or one.
template <class Part, class Of>
HWY_INLINE void more_rows(const Of& of, const Place& vector) {
  std::size_t row = 0;
  for (; row + kRowsAtATime <= of.rows; row += kRowsAtATime)
    Part::template run<kRowsAtATime, 1>(of, vector, row);
  for (; row + 2 <= of.rows; row += 2) Part::template run<2, 1>(of, vector, row);
  if (row < of.rows) Part::template run<1, 1>(of, vector, row);
}

template <class Part, class Of>
HWY_INLINE void over_groups(const Of& of) {
  const std::size_t lanes = hn::Lanes(RowTag());
  const float* data = of.w.data;
  for (std::size_t group = 0, first = 0; group < of.w.groups.count; ++group) {
    const std::size_t vectors = of.w.groups.vectors(group), width = 4 * vectors * lanes;
    if (of.rows == 1) {
      one_row<Part>(of, {data, width, first}, vectors, 0);
    } else {
      for (std::size_t v = 0; v < vectors; ++v)
        more_rows<Part>(of, {data + 4 * v * lanes, width, first + v});
    }
    data += width * of.w.inner;
    first += vectors;
  }
}

void row_sums(const RowSums& of) noexcept { over_groups<Sums>(of); }

void row_step(const RowStep& of) noexcept { over_groups<Step>(of); }

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
