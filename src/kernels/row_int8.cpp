// The step of one row or several over int8 weights, as RowKernels defines it. x is quantised once;
// integer sums are exact in any order. Scales, bias, gates, c and h are float32.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_int8.cpp"
#include "kernels/targets.hpp"
// targets.hpp first: it says which targets foreach_target.h compiles.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/aligned.hpp"
#include "kernels/int8_dot-inl.hpp"
#include "kernels/lane_sums-inl.hpp"
#include "kernels/row-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace sluice::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A vector of units takes eight sums: four gates, two bytes each.
constexpr std::size_t kWholeVectors = kManyRegisters ? 2 : 1;
constexpr std::size_t kWholeRows = kManyRegisters ? 2 : 1;

// A quantised row. `spoilt` is NaN if the row contains a NaN, else 0.
template <class Product>
struct WholeRow {
  static constexpr std::size_t kRoom = kMostInt8Inner + kLineFloats;
  alignas(kCacheLine) typename Product::Half high[kRoom], low[kRoom];
  float spoilt;

  HWY_INLINE void set(const float* x, std::size_t inner, float per_step) {
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d);
    RowVec nan = hn::Zero(d);
    std::size_t k = 0;
    for (; k + lanes <= inner; k += lanes) nan = put(hn::LoadU(d, x + k), per_step, k, nan);
    if (k < inner) {  // pad with zeros
      alignas(kCacheLine) float rest[kLineFloats] = {};
      for (std::size_t j = 0; k + j < inner; ++j) rest[j] = x[k + j];
      nan = put(hn::Load(d, rest), per_step, k, nan);
    }
    spoilt = tree_sum(d, nan);
  }

 private:
  HWY_INLINE RowVec put(RowVec x, float per_step, std::size_t k, RowVec nan) {
    const RowTag d;
    const RowVec steps = at_least(d, -kActivationSteps,
                                  at_most(d, kActivationSteps, hn::Mul(x, hn::Set(d, per_step))));
    // Separate multiply and add, as on targets without multiply-add: the same integer everywhere.
    const RowVec moved = hn::Add(steps, hn::Set(d, kToBits));
    Product::store(hn::BitCast(WholeTag(), moved), high + k, low + k);
    return mul_add(steps, hn::Zero(d), nan);
  }
};

// The sums of all four gates for some vectors of units and some rows.
template <class Product, std::size_t kRows, std::size_t kVectors>
struct WholeSums {
  WholeVec high[kRows][kVectors][4], low[kRows][kVectors][4];

  HWY_INLINE void add(const WholeRow<Product>* x, const RowView& w,
                      const WeightBlock<std::int8_t>& block) {
    const std::size_t lanes = hn::Lanes(RowTag());
    const std::int32_t* sums = w.sums + 4 * block.first * lanes;
    for (std::size_t v = 0; v < kVectors; ++v) {
      for (std::size_t gate = 0; gate < 4; ++gate) {
        for (std::size_t r = 0; r < kRows; ++r) {
          high[r][v][gate] = Product::first_high(sums + (4 * v + gate) * lanes);
          low[r][v][gate] = hn::Zero(WholeTag());
        }
      }
    }
    const std::int8_t* from = block.w;
    for (std::size_t k = 0; k < w.inner; k += Product::kDepth) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const auto weights = Product::weights(from + (4 * v + gate) * lanes * Product::kDepth);
          for (std::size_t r = 0; r < kRows; ++r) {
            high[r][v][gate] =
                Product::add(high[r][v][gate], Product::factor(x[r].high + k), weights);
            low[r][v][gate] = Product::add(low[r][v][gate], Product::factor(x[r].low + k), weights);
          }
        }
      }
      from += block.width * Product::kDepth;
    }
  }

  // start + scale (256 high + low); the integer is rounded to float once.
  HWY_INLINE RowVec times_scale(std::size_t r, std::size_t v, std::size_t gate, const float* scale,
                                RowVec start) const {
    const RowTag d;
    const RowVec sum = mul_add(hn::ConvertTo(d, high[r][v][gate]), hn::Set(d, 256.0f),
                               hn::ConvertTo(d, low[r][v][gate]));
    return mul_add(sum, hn::Load(d, scale), start);
  }
};

template <class Product>
struct WholeSumsPart {
  static constexpr std::size_t kMost = 4 * kWholeVectors, kLeast = 4;
  template <std::size_t kRows, std::size_t kSums>
  static HWY_NOINLINE void run(const RowSums& args, const WholeRow<Product>* x,
                               const WeightBlock<std::int8_t>& block, std::size_t row) {
    constexpr std::size_t kVectors = kSums / 4;
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * block.first * lanes;
    WholeSums<Product, kRows, kVectors> sums;
    sums.add(x, args.w, block);
    for (std::size_t r = 0; r < kRows; ++r) {
      float* to = args.sums + (row + r) * sums_of_row(args.w) + base;
      for (std::size_t v = 0; v < kVectors; ++v) {
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const std::size_t at = (4 * v + gate) * lanes;
          const RowVec start = hn::Add(hn::Load(d, args.bias + base + at), hn::Set(d, x[r].spoilt));
          hn::Store(sums.times_scale(r, v, gate, args.w.scale + base + at, start), d, to + at);
        }
      }
    }
  }
};

template <class Product>
struct WholeStepPart {
  static constexpr std::size_t kMost = 4 * kWholeVectors, kLeast = 4;
  template <std::size_t kRows, std::size_t kSums>
  static HWY_NOINLINE void run(const RowStep& args, const WholeRow<Product>* x,
                               const WeightBlock<std::int8_t>& block, std::size_t row) {
    constexpr std::size_t kVectors = kSums / 4;
    const RowTag d;
    const std::size_t lanes = hn::Lanes(d), base = 4 * block.first * lanes;
    WholeSums<Product, kRows, kVectors> sums;
    sums.add(x, args.w, block);
    const float* recurrent = args.recurrent + row * sums_of_row(args.w);
    for (std::size_t r = 0; r < kRows; ++r, recurrent += sums_of_row(args.w)) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        RowVec a[4];
        for (std::size_t gate = 0; gate < 4; ++gate) {
          const std::size_t at = base + (4 * v + gate) * lanes;
          const RowVec input =
              sums.times_scale(r, v, gate, args.w.scale + at, hn::Set(d, x[r].spoilt));
          a[gate] = hn::Add(hn::Load(d, recurrent + at), input);
        }
        const std::size_t unit = (block.first + v) * lanes;
        finish(a, args.c[row + r] + unit, args.h[row + r] + unit);
      }
    }
  }
};

// Quantises kRows rows from `row` on, then runs them through all groups.
template <class Product, class Part, std::size_t kRows, class Args>
HWY_INLINE void some_rows(const Args& args, std::size_t row) {
  WholeRow<Product> x[kRows];
  for (std::size_t r = 0; r < kRows; ++r) x[r].set(args.x[row + r], args.w.inner, args.w.per_step);
  const WholeRow<Product>* rows = x;
  over_groups<std::int8_t>(args.w, Product::kDepth,
                           [&](const WeightBlock<std::int8_t>& group, std::size_t sums) HWY_ATTR {
                             whole_group<Part, kRows>(sums, args, rows, group, row);
                           });
}

template <class Product, class Part, class Args>
HWY_INLINE void all_rows(const Args& args) {
  std::size_t row = 0;
  for (; row + kWholeRows <= args.rows; row += kWholeRows)
    some_rows<Product, Part, kWholeRows>(args, row);
  for (; row < args.rows; ++row) some_rows<Product, Part, 1>(args, row);
}

template <class Product>
void row_sums_int8(const RowSums& args) noexcept {
  all_rows<Product, WholeSumsPart<Product>>(args);
}

template <class Product>
void row_step_int8(const RowStep& args) noexcept {
  all_rows<Product, WholeStepPart<Product>>(args);
}

template <class Product>
void fill_int8(KernelTable& table) {
  table.rows[static_cast<std::size_t>(WeightType::int8)] = {
      kWholeVectors,           Product::kDepth,         false,
      &row_sums_int8<Product>, &row_step_int8<Product>, nullptr};
}

void fill_row_int8(KernelTable& table) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_NEON
  fill_int8<ByOne>(table);
#else
  fill_int8<ByTwo>(table);
#endif
}

#if HWY_TARGET == HWY_AVX3
void fill_row_vnni(KernelTable& table) { fill_int8<ByFour>(table); }
#endif

}  // namespace sluice::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::kernels {
const KernelRegistration& row_int8_fills() {
  static constexpr KernelRegistration fills = SLUICE_FILLS(fill_row_int8);
  return fills;
}
const KernelRegistration& row_vnni_fills() {
  static constexpr KernelRegistration fills = {nullptr, nullptr, nullptr,
                                               HWY_CHOOSE_AVX3(fill_row_vnni), nullptr};
  return fills;
}
}  // namespace sluice::kernels
#endif
