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

// Whether a last vector of units may be a half.
constexpr bool kHalves = hn::MaxLanes(RowTag()) >= 8;

// The sums of some vectors of units, of some rows: kSums vectors, four for each but two for a half.
template <std::size_t kRows, std::size_t kSums>
struct GateSums {
  RowVec sum[kRows][kSums];

  template <class Weight>
  HWY_INLINE void add(const float* const* x, std::size_t inner, const Place<Weight>& place) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Weight* w = place.w;
    for (std::size_t k = 0; k < inner; ++k, w += place.width) {
      for (std::size_t n = 0; n < kSums; ++n) {
        const RowVec weights = load_weights(w + n * lanes);
        for (std::size_t r = 0; r < kRows; ++r)
          sum[r][n] = hn::MulAdd(hn::Set(d, x[r][k]), weights, sum[r][n]);
      }
    }
  }
};

struct Sums {
  static constexpr std::size_t kMost = 4 * kGroupVectors, kLeast = kHalves ? 2 : 4;
  template <std::size_t kRows, std::size_t kSums, class Weight>
  static HWY_NOINLINE void run(const RowSums& of, const Place<Weight>& place, std::size_t row) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * place.first * lanes;
    GateSums<kRows, kSums> gates;
    for (std::size_t n = 0; n < kSums; ++n) {
      const RowVec start = hn::Load(d, of.bias + base + n * lanes);
      for (std::size_t r = 0; r < kRows; ++r) gates.sum[r][n] = start;
    }
    gates.add(of.x + row, of.w.inner, place);
    float* to = of.sums + row * sums_of_row(of.w) + base;
    for (std::size_t r = 0; r < kRows; ++r, to += sums_of_row(of.w)) {
      for (std::size_t n = 0; n < kSums; ++n) hn::Store(gates.sum[r][n], d, to + n * lanes);
    }
  }
};

struct Step {
  static constexpr std::size_t kMost = Sums::kMost, kLeast = Sums::kLeast;
  template <std::size_t kRows, std::size_t kSums, class Weight>
  static HWY_NOINLINE void run(const RowStep& of, const Place<Weight>& place, std::size_t row) {
    constexpr std::size_t kWhole = kSums / 4;
    GateSums<kRows, kSums> gates;
    for (auto& of_row : gates.sum) {
      for (RowVec& sum : of_row) sum = hn::Zero(RowTag());
    }
    gates.add(of.x + row, of.w.inner, place);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kWhole; ++v)
        finish(of, row + r, place.first + v, gates.sum[r] + 4 * v);
      if constexpr (kSums % 4 != 0)
        finish_half(of, row + r, place.first + kWhole, gates.sum[r] + 4 * kWhole);
    }
  }
};

// Several rows: vector by vector, some rows at a time; of the last ones two, or one.
template <class Part, std::size_t kSums, class Weight, class Of>
HWY_INLINE void more_rows(const Of& of, const Place<Weight>& vector) {
  std::size_t row = 0;
  for (; row + kRowsAtATime <= of.rows; row += kRowsAtATime)
    Part::template run<kRowsAtATime, kSums>(of, vector, row);
  for (; row + 2 <= of.rows; row += 2) Part::template run<2, kSums>(of, vector, row);
  if (row < of.rows) Part::template run<1, kSums>(of, vector, row);
}

template <class Part, class Weight, class Of>
HWY_INLINE void over_rows(const Of& of) {
  over_groups<Weight>(of.w, 1, [&](const Place<Weight>& group, std::size_t sums) HWY_ATTR {
    if (of.rows == 1) return whole_group<Part, 1>(sums, of, group, std::size_t{0});
    Place<Weight> vector = group;
    for (; sums >= 4; sums -= 4, vector.w += 4 * hn::Lanes(RowTag()), ++vector.first)
      more_rows<Part, 4>(of, vector);
    if constexpr (kHalves) {
      if (sums > 0) more_rows<Part, 2>(of, vector);
    }
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
  return {kGroupVectors, 1, kHalves, &row_sums<Weight>, &row_step<Weight>};
}

void fill_row(KernelTable& table) {
  table.rows[static_cast<std::size_t>(WeightType::f32)] = row_kernels<float>();
  table.rows[static_cast<std::size_t>(WeightType::f16)] = row_kernels<hwy::float16_t>();
}

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& row_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_row);
  return fills;
}
}  // namespace sluice::kernels
#endif
