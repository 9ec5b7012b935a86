// A step of a row or of several, for streams, over weights that are floats: the recurrent sums
// ahead of x, and S1..S7 right behind W x. The sums and their order are those of step.cpp, so that
// a stream has the bits of a whole sequence; the weights lie as row_weights.hpp says, and are
// float32 or float16, which the registers hold as float32. Rows may lie anywhere.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/row-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Chains of multiply-adds at a time: four for each vector of units. At least eight hide their
// latency; more than the registers hold would be spilled.
constexpr std::size_t kGroupVectors = kManyRegisters ? 4 : 3;

// Rows at a time, where there are several: a vector of units of each.
constexpr std::size_t kRowsAtATime = kManyRegisters ? 6 : 3;

HWY_INLINE RowVec load_weights(const float* from) { return hn::Load(RowTag(), from); }
HWY_INLINE RowVec load_weights(const hwy::float16_t* from) {
  const RowTag d;
  return hn::PromoteTo(d, hn::Load(hn::Rebind<hwy::float16_t, RowTag>(), from));
}

// The sums of the four gates of some vectors of units, of some rows.
template <std::size_t kRows, std::size_t kVectors>
struct GateSums {
  RowVec sum[kRows][kVectors][4];

  template <class Weight>
  HWY_INLINE void add(const float* const* x, std::size_t inner, const Place<Weight>& place) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Weight* w = place.w;
    for (std::size_t k = 0; k < inner; ++k, w += place.width) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const RowVec weights = load_weights(w + (4 * v + gate) * lanes);
          for (std::size_t r = 0; r < kRows; ++r)
            sum[r][v][gate] = hn::MulAdd(hn::Set(d, x[r][k]), weights, sum[r][v][gate]);
        }
      }
    }
  }
};

struct Sums {
  static constexpr std::size_t kMost = kGroupVectors;
  template <std::size_t kRows, std::size_t kVectors, class Weight>
  static HWY_NOINLINE void run(const RowSums& of, const Place<Weight>& place, std::size_t row) {
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
  static constexpr std::size_t kMost = kGroupVectors;
  template <std::size_t kRows, std::size_t kVectors, class Weight>
  static HWY_NOINLINE void run(const RowStep& of, const Place<Weight>& place, std::size_t row) {
    GateSums<kRows, kVectors> gates;
    for (auto& of_row : gates.sum) {
      for (auto& vector : of_row) {
        for (RowVec& sum : vector) sum = hn::Zero(RowTag());
      }
    }
    gates.add(of.x + row, of.w.inner, place);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kVectors; ++v)
        finish(of, row + r, place.first + v, gates.sum[r][v]);
    }
  }
};

// Several rows: vector by vector, some rows at a time; of the last ones two, or one.
template <class Part, class Weight, class Of>
HWY_INLINE void more_rows(const Of& of, const Place<Weight>& vector) {
  std::size_t row = 0;
  for (; row + kRowsAtATime <= of.rows; row += kRowsAtATime)
    Part::template run<kRowsAtATime, 1>(of, vector, row);
  for (; row + 2 <= of.rows; row += 2) Part::template run<2, 1>(of, vector, row);
  if (row < of.rows) Part::template run<1, 1>(of, vector, row);
}

template <class Part, class Weight, class Of>
HWY_INLINE void over_rows(const Of& of) {
  over_groups<Weight>(of.w, 1, [&](const Place<Weight>& group, std::size_t vectors) HWY_ATTR {
    if (of.rows == 1) return whole_group<Part, 1>(vectors, of, group, std::size_t{0});
    const std::size_t lanes = hn::Lanes(RowTag());
    for (std::size_t v = 0; v < vectors; ++v)
      more_rows<Part>(of, Place<Weight>{group.w + 4 * v * lanes, group.width, group.first + v});
  });
}

template <class Weight>
void row_sums(const RowSums& of) noexcept {
  over_rows<Sums, Weight>(of);
}

template <class Weight>
void row_step(const RowStep& of) noexcept {
  over_rows<Step, Weight>(of);
}

template <class Weight>
RowKernels row_kernels() {
  return {kGroupVectors, 1, &row_sums<Weight>, &row_step<Weight>};
}

void fill_row(Table& table) {
  table.rows[static_cast<std::size_t>(Weights::f32)] = row_kernels<float>();
  table.rows[static_cast<std::size_t>(Weights::f16)] = row_kernels<hwy::float16_t>();
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
