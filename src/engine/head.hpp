// The forward pass of the linear output layer, y = V h + b, for whole runs and for streams.
#pragma once

#include "core/aligned.hpp"
#include "kernels/packed_matrix.hpp"

namespace sluice::engine {

class Head {
 public:
  Head() = default;
  Head(std::size_t inputs, std::size_t outputs, const kernels::KernelTable& kernels);

  /// weights V [O, inputs], bias b [O].
  void pack(const float* weights, const float* bias);
  /// From h [rows, inputs], each row padded with zeros to a multiple of 16 floats, to y [rows, O].
  /// In a row of y, the floats from O to the next multiple of 16 are scratch.
  void run(const float* h, std::size_t h_stride, std::size_t rows, float* y,
           std::size_t y_stride) const noexcept;

 private:
  std::size_t inputs_ = 0, outputs_ = 0;
  const kernels::KernelTable* kernels_ = nullptr;
  FloatVector bias_;               // [Op]
  FloatVector rows_;               // [O, inputs padded], with few outputs
  kernels::PackedMatrix columns_;  // [Op, inputs], with more
};

}  // namespace sluice::engine
