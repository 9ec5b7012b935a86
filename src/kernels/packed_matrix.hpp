// A weight matrix packed for products: panels of a few output vectors; within a panel all outputs
// for k = 0, then k = 1, and so on, so that a product reads it sequentially. Never saved; packed
// again when the weights change.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/aligned.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::kernels {

class PackedMatrix {
 public:
  PackedMatrix() = default;
  /// Outputs one after the other, rounded up to whole cache lines.
  PackedMatrix(std::size_t outputs, std::size_t inner, const KernelTable& kernels)
      : PackedMatrix(padded(outputs), inner, kernels, GateLayout{}) {}

  /// The four gates of `hidden` units, rounded up to whole vectors or a half one; rows are [4,
  /// padded(hidden)].
  static PackedMatrix gates(std::size_t hidden, std::size_t inner, const KernelTable& kernels) {
    const GateLayout layout = GateLayout::gates(hidden, kernels.lanes);
    return {layout.outputs(hidden, kernels.lanes), inner, kernels, layout};
  }

  std::size_t panels() const noexcept { return panel_ == 0 ? 0 : (outputs_ + panel_ - 1) / panel_; }

  /// Fills the panels in [first, last). row(n) points to the [inner] weights of the output at
  /// offset n of a row; null keeps its zeros. Within a vector (or a half), the outputs' weights
  /// must be contiguous, nulls last.
  template <class Row>
  void pack_rows(std::size_t first, std::size_t last, const Row& row) {
    constexpr std::size_t kTogether = 64;  // k at a time, for all vectors of a panel
    std::array<Run, kMostPanel> runs;
    over_panels(first, last, [&](std::size_t vector, std::size_t count, float* to) {
      const bool halves = vector >= layout_.first_half;
      const std::size_t step = halves ? lanes_ / 2 : lanes_;
      for (std::size_t n = 0; n < count; n += step) {
        const std::size_t begin = layout_.at(vector + n / lanes_, lanes_);
        runs[n] = run_of(row, n % lanes_ == 0 ? begin : begin + layout_.units, step);
      }
      for (std::size_t k = 0; k < inner_; k += kTogether) {
        for (std::size_t n = 0; n < count; n += step) {
          if (runs[n].count == 0) continue;
          kernels_->transpose({.from = runs[n].first + k,
                               .from_stride = inner_,
                               .rows = runs[n].count,
                               .columns = std::min(kTogether, inner_ - k),
                               .to = to + k * count + n,
                               .to_stride = count});
        }
      }
    });
  }

  /// Fills panels from transposed weights: column(k) points to the weights of outputs 0 to `real` -
  /// 1 for that k; null: zeros. Not for gates.
  template <class Column>
  void pack_columns(std::size_t first, std::size_t last, std::size_t real, const Column& column) {
    over_panels(first, last, [&](std::size_t vector, std::size_t count, float* to) {
      const std::size_t begin = std::min(vector * lanes_, real);
      const std::size_t there = std::min(count, real - begin);
      for (std::size_t k = 0; k < inner_; ++k, to += count) {
        const float* from = column(k);
        std::fill_n(to, count, 0.0f);
        if (from != nullptr) std::copy_n(from + begin, there, to);
      }
    });
  }

  PackedView view() const noexcept { return {data_.data(), outputs_, inner_, layout_}; }

 private:
  static constexpr std::size_t kMostPanel = 64;

  PackedMatrix(std::size_t outputs, std::size_t inner, const KernelTable& kernels,
               GateLayout layout)
      : outputs_(outputs),
        inner_(inner),
        lanes_(kernels.lanes),
        panel_(kernels.panel),
        kernels_(&kernels),
        layout_(layout),
        data_(outputs * inner) {}

  // Contiguous weights of up to `most` outputs: pointer to the first, and their number.
  struct Run {
    const float* first = nullptr;
    std::size_t count = 0;
  };
  template <class Row>
  static Run run_of(const Row& row, std::size_t place, std::size_t most) {
    Run run{row(place)};
    while (run.count < most && row(place + run.count) != nullptr) ++run.count;
    return run;
  }

  // Calls each(first vector, number of outputs, destination) for every panel.
  template <class Each>
  void over_panels(std::size_t first, std::size_t last, const Each& each) {
    for (std::size_t panel = first; panel < last; ++panel) {
      const std::size_t begin = panel * panel_, end = std::min(begin + panel_, outputs_);
      each(begin / lanes_, end - begin, data_.data() + begin * inner_);
    }
  }

  std::size_t outputs_ = 0;
  std::size_t inner_ = 0;
  std::size_t lanes_ = 0;
  std::size_t panel_ = 0;
  const KernelTable* kernels_ = nullptr;
  GateLayout layout_;
  FloatVector data_;
};

}  // namespace sluice::kernels
