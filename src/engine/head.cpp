// The head's two products: with one or two outputs each is summed in vectors of its own; with more,
// a vector holds several outputs.
#include "engine/head.hpp"

#include <algorithm>

namespace sluice::engine {
namespace {
constexpr std::size_t kMostDots = 2;
}  // namespace

Head::Head(std::size_t inputs, std::size_t outputs, const kernels::KernelTable& kernels)
    : inputs_(inputs), outputs_(outputs), kernels_(&kernels), bias_(padded(outputs)) {
  if (outputs <= kMostDots) {
    rows_.resize(outputs * padded(inputs));
  } else {
    columns_ = {outputs, inputs, kernels};
  }
}

void Head::pack(const float* weights, const float* bias) {
  std::copy_n(bias, outputs_, bias_.begin());
  if (outputs_ <= kMostDots) {
    for (std::size_t n = 0; n < outputs_; ++n)
      std::copy_n(weights + n * inputs_, inputs_, rows_.data() + n * padded(inputs_));
  } else {
    columns_.pack_rows(0, columns_.panels(), [=, this](std::size_t n) {
      return n < outputs_ ? weights + n * inputs_ : nullptr;
    });
  }
}

void Head::run(const float* h, std::size_t h_stride, std::size_t rows, float* y,
               std::size_t y_stride) const noexcept {
  if (outputs_ <= kMostDots) {
    kernels_->dots({.a = h,
                    .a_stride = h_stride,
                    .rows = rows,
                    .w = rows_.data(),
                    .inner = padded(inputs_),
                    .outputs = outputs_,
                    .bias = bias_.data(),
                    .out = y,
                    .out_stride = y_stride});
  } else {
    kernels_->multiply({.a = h,
                        .a_stride = h_stride,
                        .rows = rows,
                        .w = columns_.view(),
                        .bias = bias_.data(),
                        .out = y,
                        .out_stride = y_stride,
                        .quarters = true});
  }
}

}  // namespace sluice::engine
