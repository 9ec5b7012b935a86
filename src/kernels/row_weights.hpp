// The weights of a layer's gates packed for one row at a time: groups of a few vectors of units. A
// group holds, for k = 0, then k = 1 and so on, the gates i f g o of its first vector, then of its
// second. A step of one row reads them once, sequentially. With RowKernels::halves, a last vector
// of units that is at most half full takes half the lanes: gates i f share a vector, and so do g o.
// With RowKernels::depth > 1, that many k are adjacent for each output. Never saved.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/aligned.hpp"
#include "core/function_ref.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::kernels {

/// The scales of int8 weights and activations.
struct Int8Scales {
  const float* rows = nullptr;  ///< [4, hidden] float value of 1, per row of weights.
  float step = 0.0f;            ///< Float value of 1 in kActivationSteps.
};

/// Quantises a weight to -127 .. 127. Exact if the weight is an integer times its row's scale.
std::int8_t whole_number(float weight, float scale);

class RowWeights {
 public:
  RowWeights() = default;
  /// row(gate, unit) points to the [inner] weights of a gate, i f g o, of a unit below `hidden`.
  /// f16: weights must already be float16 values. int8: integers times scales.rows, and inner at
  /// most kMostInt8Inner.
  RowWeights(std::size_t hidden, std::size_t inner, const KernelTable& kernels,
             FunctionRef<const float*(std::size_t gate, std::size_t unit)> row,
             WeightType weights = WeightType::f32, const Int8Scales& scales = {});

  /// The number of sums per row, and the index of one of them: gate i f g o of a unit. The sums of
  /// a vector of units start at 4 * its first unit.
  std::size_t places() const noexcept { return sums_of_row_; }
  std::size_t place(std::size_t gate, std::size_t unit) const noexcept {
    return layout_.output(gate, unit, lanes_);
  }

  RowView view() const noexcept { return view(0, groups()); }

  /// The number of groups, and the first vector of units of a group.
  std::size_t groups() const noexcept { return groups_.count; }
  std::size_t first_vector(std::size_t group) const noexcept;
  /// The number of sum vectors of a group.
  std::size_t sum_vectors(std::size_t group) const noexcept;
  /// A view of some groups, as if there were no others.
  RowView view(std::size_t first_group, std::size_t last_group) const noexcept;

 private:
  bool ends_in_half() const { return layout_.first_half != SIZE_MAX; }

  std::size_t inner_ = 0, vectors_ = 0;
  // Bytes of the weights of one whole vector of units.
  std::size_t lanes_ = 1, vector_bytes_ = 0;
  GateLayout layout_;
  std::size_t sums_of_row_ = 0;
  RowGroups groups_;
  AlignedVector<unsigned char> data_;
  // int8: in the order of a row's sums.
  float step_ = 1.0f;
  FloatVector scale_;
  AlignedVector<std::int32_t> sums_;
};

}  // namespace sluice::kernels
