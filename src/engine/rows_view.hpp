// Views of rows of floats, one for each step and sample, and ranges of steps and samples.
#pragma once

#include <bit>
#include <cstddef>

#include "core/aligned.hpp"

namespace sluice::engine {

/// Rows to be read, with any strides.
struct RowsView {
  const float* data;
  std::size_t step_stride;    ///< Floats from a step to the next, of one sample.
  std::size_t sample_stride;  ///< Floats from a sample to the next, of one step.
  const float* row(std::size_t step, std::size_t sample) const {
    return data + step * step_stride + sample * sample_stride;
  }
  /// The same rows from a later step on.
  RowsView from(std::size_t step) const {
    return {data + step * step_stride, step_stride, sample_stride};
  }
};

/// Rows of an array [steps, B, stride], to be written.
struct MatrixView {
  float* data;
  std::size_t batch, stride;
  float* row(std::size_t step, std::size_t sample) const {
    return data + (step * batch + sample) * stride;
  }
};

struct Steps {
  std::size_t first, last;
  std::size_t count() const { return last - first; }
};

struct Samples {
  std::size_t first, last;
  std::size_t number;  ///< Of this slice of the batch.
  std::size_t count() const { return last - first; }
};

/// Floats from a row of x to the next: the inputs rounded up to a power of two, or to whole cache
/// lines. Rows of a few inputs lie close together: they are read in order, and a cache line for
/// each would cost sixteen times the memory traffic.
constexpr std::size_t row_stride(std::size_t inputs) {
  return inputs < kLineFloats ? std::bit_ceil(inputs) : padded(inputs);
}

}  // namespace sluice::engine
