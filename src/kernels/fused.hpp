// One multiply-add of floats, rounded once, without the instruction for it.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace sluice::kernels {

/// a b + c as the fused instruction gives it. The product is exact in double; its sum with c is
/// rounded to odd, which a second rounding to float cannot falsify.
inline float fused_multiply_add(float a, float b, float c) noexcept {
  const double product = static_cast<double>(a) * static_cast<double>(b), addend = c;
  const double sum = product + addend;
  // What the addition lost, exactly.
  const double part = sum - product;
  const double lost = (product - (sum - part)) + (addend - part);
  const double size = sum < 0.0 ? -sum : sum;
  if (lost == 0.0 || !(size <= std::numeric_limits<double>::max())) return static_cast<float>(sum);
  const auto bits = std::bit_cast<std::uint64_t>(sum);
  if ((bits & 1u) != 0) return static_cast<float>(sum);
  const bool away = (lost > 0.0) == (sum > 0.0);  // from zero
  return static_cast<float>(std::bit_cast<double>(away ? bits + 1 : bits - 1));
}

}  // namespace sluice::kernels
