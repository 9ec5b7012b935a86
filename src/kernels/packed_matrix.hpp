// A weight matrix laid out for Table::multiply: panels of four vectors of outputs, in each panel
// all outputs of k = 0, then of k = 1, and so on, so that one product reads its weights from front
// to back. Private to a run: never saved, made anew when the weights change.
#pragma once

#include <algorithm>
#include <cstddef>

#include "core/aligned.hpp"
#include "kernels/table.hpp"

namespace sluice::kernels {

inline constexpr std::size_t kPanelVectors = 4;

class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// `outputs` is rounded up to whole cache lines.
  PackedMatrix(std::size_t outputs, std::size_t inner, std::size_t lanes)
      : outputs_(padded(outputs)), inner_(inner), lanes_(lanes), data_(outputs_ * inner) {}

  /// Fills the panels; weight(n, k) is asked for every n < padded(outputs), k < inner.
  template <class Weight>
  void pack(const Weight& weight) {
    float* to = data_.data();
    const std::size_t panel = kPanelVectors * lanes_;
    for (std::size_t first = 0; first < outputs_; first += panel) {
      const std::size_t last = std::min(first + panel, outputs_);
      for (std::size_t k = 0; k < inner_; ++k) {
        for (std::size_t n = first; n < last; ++n) *to++ = weight(n, k);
      }
    }
  }

  PackedView view() const noexcept { return {data_.data(), outputs_, inner_}; }

 private:
  std::size_t outputs_ = 0;
  std::size_t inner_ = 0;
  std::size_t lanes_ = 0;
  FloatVector data_;
};

}  // namespace sluice::kernels
