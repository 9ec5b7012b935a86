// Rows of random floats for the kernels' tests, with NaN in every place that a kernel must neither
// read nor write, so that a stray read spoils a result and a stray write is seen.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/aligned.hpp"
#include "core/random.hpp"

namespace sluice::kernels {

/// Half of a float's spacing at 1: the largest relative error of one rounding.
inline constexpr double kRounding = 0x1p-24;

inline bool same_bits(float a, float b) {
  std::uint32_t a_bits = 0, b_bits = 0;
  std::memcpy(&a_bits, &a, sizeof a);
  std::memcpy(&b_bits, &b, sizeof b);
  return a_bits == b_bits;
}

/// `rows` rows of `width` values, `stride` floats apart; NaN between them and behind the last.
struct Rows {
  std::size_t rows, width, stride;
  FloatVector data;

  Rows(std::size_t rows_, std::size_t width_, std::size_t stride_)
      : rows(rows_),
        width(width_),
        stride(stride_),
        data((rows_ + 2) * stride_, std::numeric_limits<float>::quiet_NaN()) {}

  static Rows random(std::size_t rows, std::size_t width, std::size_t stride, Random& random,
                     double scale = 1.0) {
    Rows result(rows, width, stride);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t j = 0; j < width; ++j) {
        result.at(r, j) = static_cast<float>(scale * random.normal());
      }
    }
    return result;
  }

  float& at(std::size_t row, std::size_t column) { return data[row * stride + column]; }
  float at(std::size_t row, std::size_t column) const { return data[row * stride + column]; }
  float* row(std::size_t index) { return data.data() + index * stride; }
  const float* row(std::size_t index) const { return data.data() + index * stride; }

  /// Whether every place that is not a value still holds NaN.
  bool clean_outside() const {
    for (std::size_t at = 0; at < data.size(); ++at) {
      const bool value = at / stride < rows && at % stride < width;
      if (!value && !std::isnan(data[at])) return false;
    }
    return true;
  }
};

}  // namespace sluice::kernels
