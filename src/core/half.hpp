// Conversion between float and IEEE binary16. To half it rounds to nearest even; back to float it
// is exact.
#pragma once

#include <bit>
#include <cstdint>

namespace sluice {

inline float from_half(std::uint16_t bits) noexcept {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu;
  const std::uint32_t fraction = bits & 0x3ffu;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in float
    const float value = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

/// Rounds to nearest even; magnitudes from 65520 on become infinity. A NaN stays a NaN.
inline std::uint16_t to_half(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const std::uint32_t size = bits & 0x7fffffffu;
  const auto with_sign = [sign](std::uint32_t half) {
    return static_cast<std::uint16_t>(sign | half);
  };
  if (size > 0x7f800000u) return with_sign(0x7e00u);
  if (size >= 0x477ff000u) return with_sign(0x7c00u);
  if (size < 0x38800000u) {  // subnormal: in 2^23 + x the last bit is worth 2^-24
    const float sum = std::bit_cast<float>(size) * 0x1p24f + 0x1p23f;
    return with_sign(std::bit_cast<std::uint32_t>(sum) - 0x4b000000u);
  }
  const std::uint32_t rounded = size + 0xfffu + (size >> 13 & 1u);
  return with_sign((rounded >> 13) - (std::uint32_t{127 - 15} << 10));
}

}  // namespace sluice
