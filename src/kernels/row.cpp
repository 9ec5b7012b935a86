// The step of one row or several, for streams, over float32 or float16 weights (converted on load):
// the recurrent sums before x arrives, then W x and S1..S7; for one row also both at once. Sums are
// added in the order of step.cpp, so that a stream gives the bits of a whole sequence. Weights lie
// as in row_weights.hpp; rows may lie anywhere.
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
constexpr std::size_t kGroupVectors = 3;

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

  // All rows start from `first`; null: from zeros.
  HWY_INLINE explicit GateSums(const float* first) {
    const RowTag d;
    for (std::size_t n = 0; n < kSums; ++n) {
      const RowVec start = first == nullptr ? hn::Zero(d) : hn::Load(d, first + n * hn::Lanes(d));
      for (std::size_t r = 0; r < kRows; ++r) sum[r][n] = start;
    }
  }
  template <class Weight>
  HWY_INLINE void add(const float* const* x, std::size_t inner, const WeightBlock<Weight>& block) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    const Weight* w = block.w;
    const auto add_one = [&](std::size_t k, const Weight* weights_of_k) HWY_ATTR {
      for (std::size_t n = 0; n < kSums; ++n) {
        const RowVec weights = load_weights(weights_of_k + n * lanes);
        for (std::size_t r = 0; r < kRows; ++r)
          sum[r][n] = mul_add(hn::Set(d, x[r][k]), weights, sum[r][n]);
      }
    };
    std::size_t k = 0;
    if constexpr (kRows == 1) {
      for (; k + 2 <= inner; k += 2, w += 2 * block.width) {
        add_one(k, w);
        add_one(k + 1, w + block.width);
      }
    }
    for (; k < inner; ++k, w += block.width) add_one(k, w);
  }
};

struct Sums {
  static constexpr std::size_t kMost = 4 * kGroupVectors, kLeast = kHalves ? 2 : 4;
  template <std::size_t kRows, std::size_t kSums, class Weight>
  static HWY_NOINLINE void run(const RowSums& args, const WeightBlock<Weight>& block,
                               std::size_t row) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * block.first * lanes;
    GateSums<kRows, kSums> gates(args.bias + base);
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
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), unit = block.first * lanes;
    GateSums<kRows, kSums> gates(nullptr);
    gates.add(args.x + row, args.w.inner, block);
    const float* recurrent = args.recurrent + row * sums_of_row(args.w) + 4 * unit;
    for (std::size_t r = 0; r < kRows; ++r, recurrent += sums_of_row(args.w)) {
      for (std::size_t n = 0; n < kSums; ++n)
        gates.sum[r][n] = hn::Add(hn::Load(d, recurrent + n * lanes), gates.sum[r][n]);
      finish_group(gates.sum[r], args.c[row + r] + unit, args.h[row + r] + unit);
    }
  }
};

// The first product's sums stay in registers, as far as these suffice, during the second.
template <class Weight, std::size_t kSums>
void whole_step(const WholeStep& args, bool input_first) noexcept {
  const std::size_t width = kSums * hn::Lanes(RowTag());
  const WeightBlock<Weight> w = {static_cast<const Weight*>(args.w), width, 0};
  const WeightBlock<Weight> r = {static_cast<const Weight*>(args.r), width, 0};
  GateSums<1, kSums> input(nullptr), recurrent(args.bias);
  if (input_first) input.add(args.x, args.x_inner, w);
  recurrent.add(&args.h_before, args.h_inner, r);
  if (!input_first) input.add(args.x, args.x_inner, w);
  for (std::size_t n = 0; n < kSums; ++n)
    recurrent.sum[0][n] = hn::Add(recurrent.sum[0][n], input.sum[0][n]);
  finish_group(recurrent.sum[0], args.c, args.h);
}

template <class Weight, std::size_t kSums = Sums::kMost>
RunWholeStep whole_step_of(std::size_t sums) noexcept {
  if constexpr (kSums > Sums::kLeast) {
    if (sums < kSums) return whole_step_of<Weight, kSums - Sums::kLeast>(sums);
  }
  return &whole_step<Weight, kSums>;
}

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
  return {kGroupVectors, 1, kHalves, &row_sums<Weight>, &row_step<Weight>, &whole_step_of<Weight>};
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
