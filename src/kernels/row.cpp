// The step of one row or several, for streams, over float32 or float16 weights (converted on load):
// the recurrent sums before x arrives, then W x and S1..S7. Sums are added in the order of
// step.cpp, so that a stream gives the bits of a whole sequence. Weights lie as in row_weights.hpp;
// rows may lie anywhere.
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

// Vectors of units at a time, four chains each. Eight chains or more hide the latency of a
// multiply-add; more than the registers hold would spill.
constexpr std::size_t kGroupVectors = kManyRegisters ? 4 : 3;

// With several rows: how many at a time, by one vector of units.
constexpr std::size_t kRowsAtATime = kManyRegisters ? 6 : 3;

HWY_INLINE RowVec load_weights(const float* from) { return hn::Load(RowTag(), from); }
HWY_INLINE RowVec load_weights(const hwy::float16_t* from) {
  const RowTag d;
  return hn::PromoteTo(d, hn::Load(hn::Rebind<hwy::float16_t, RowTag>(), from));
}

// Whether the last vector of units may be a half one.
constexpr bool kHalves = hn::MaxLanes(RowTag()) >= 8;

// The sums of some vectors of units for some rows: kSums vectors, four each, two for a half one.
template <std::size_t kRows, std::size_t kSums>
struct GateSums {
  RowVec sum[kRows][kSums];

  template <class Weight>
  HWY_INLINE void add(const float* const* x, std::size_t inner, const WeightBlock<Weight>& block) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Weight* w = block.w;
    for (std::size_t k = 0; k < inner; ++k, w += block.width) {
      for (std::size_t n = 0; n < kSums; ++n) {
        const RowVec weights = load_weights(w + n * lanes);
        for (std::size_t r = 0; r < kRows; ++r)
          sum[r][n] = mul_add(hn::Set(d, x[r][k]), weights, sum[r][n]);
      }
    }
  }
};

struct Sums {
  static constexpr std::size_t kMost = 4 * kGroupVectors, kLeast = kHalves ? 2 : 4;
  template <std::size_t kRows, std::size_t kSums, class Weight>
  static HWY_NOINLINE void run(const RowSums& args, const WeightBlock<Weight>& block,
                               std::size_t row) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * block.first * lanes;
    GateSums<kRows, kSums> gates;
    for (std::size_t n = 0; n < kSums; ++n) {
      const RowVec start = hn::Load(d, args.bias + base + n * lanes);
      for (std::size_t r = 0; r < kRows; ++r) gates.sum[r][n] = start;
    }
    gates.add(args.x + row, args.w.inner, block);
    float* to = args.sums + row * sums_of_row(args.w) + base;
    for (std::size_t r = 0; r < kRows; ++r, to += sums_of_row(args.w)) {
      for (std::size_t n = 0; n < kSums; ++n) hn::Store(gates.sum[r][n], d, to + n * lanes);
    }
  }
};

struct Step {
  static constexpr std::size_t kMost = Sums::kMost, kLeast = Sums::kLeast;
  template <std::size_t kRows, std::size_t kSums, class Weight>
  static HWY_NOINLINE void run(const RowStep& args, const WeightBlock<Weight>& block,
                               std::size_t row) {
    constexpr std::size_t kWhole = kSums / 4;
    GateSums<kRows, kSums> gates;
    for (auto& of_row : gates.sum) {
      for (RowVec& sum : of_row) sum = hn::Zero(RowTag());
    }
    gates.add(args.x + row, args.w.inner, block);
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kWhole; ++v)
        finish(args, row + r, block.first + v, gates.sum[r] + 4 * v);
      if constexpr (kSums % 4 != 0)
        finish_half(args, row + r, block.first + kWhole, gates.sum[r] + 4 * kWhole);
    }
  }
};

// Several rows, one vector of units: kRowsAtATime rows at a time, the remaining ones by two or one.
template <class Part, std::size_t kSums, class Weight, class Args>
HWY_INLINE void more_rows(const Args& args, const WeightBlock<Weight>& vector) {
  std::size_t row = 0;
  for (; row + kRowsAtATime <= args.rows; row += kRowsAtATime)
    Part::template run<kRowsAtATime, kSums>(args, vector, row);
  for (; row + 2 <= args.rows; row += 2) Part::template run<2, kSums>(args, vector, row);
  if (row < args.rows) Part::template run<1, kSums>(args, vector, row);
}

template <class Part, class Weight, class Args>
HWY_INLINE void over_rows(const Args& args) {
  over_groups<Weight>(args.w, 1, [&](const WeightBlock<Weight>& group, std::size_t sums) HWY_ATTR {
    if (args.rows == 1) return whole_group<Part, 1>(sums, args, group, std::size_t{0});
    WeightBlock<Weight> vector = group;
    for (; sums >= 4; sums -= 4, vector.w += 4 * hn::Lanes(RowTag()), ++vector.first)
      more_rows<Part, 4>(args, vector);
    if constexpr (kHalves) {
      if (sums > 0) more_rows<Part, 2>(args, vector);
    }
  });
}

template <class Weight>
void row_sums(const RowSums& args) noexcept {
  over_rows<Sums, Weight>(args);
}

template <class Weight>
void row_step(const RowStep& args) noexcept {
  over_rows<Step, Weight>(args);
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
