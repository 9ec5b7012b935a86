// The weights of a layer's gates laid out for one row at a time: groups of a few vectors of units,
// in each group for k = 0, then k = 1 and so on the gates i f g o of the first vector, of the
// second .. A step of one row reads them once, from front to back. Where RowKernels::halves says
// so, a last vector that at most half fills its lanes has half of them: its gates i f are one
// vector, g o another. Where RowKernels::depth is more than 1, so many k stand side by side for
// each output. Private to a run: never saved.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/aligned.hpp"
#include "core/function_ref.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::kernels {

/// What whole numbers stand for.
struct Int8Scales {
  const float* rows = nullptr;  ///< [4, hidden]: a weight is a whole number times its row's.
  float step = 0.0f;            ///< What 1 of a row's kActivationSteps is.
};

/// The whole number, -127 to 127, that a weight is in an int8 matrix: exact where the weight is one
/// times its row's scale.
std::int8_t whole_number(float weight, float scale);

class RowWeights {
 public:
  RowWeights() = default;
  /// row(gate, unit) points to the [inner] weights of that gate, i f g o, of a unit below `hidden`.
  /// f16: they are such already; int8: such times scales.rows, and inner is at most kMostInt8Inner.
  RowWeights(std::size_t hidden, std::size_t inner, const KernelTable& kernels,
             FunctionRef<const float*(std::size_t gate, std::size_t unit)> row,
             WeightType weights = WeightType::f32, const Int8Scales& scales = {});

  /// How many sums a row has, and where that of a gate i f g o of a unit stands in it. Those of a
  /// vector of units begin at 4 * its first unit.
  std::size_t places() const noexcept { return sums_of_row_; }
  std::size_t place(std::size_t gate, std::size_t unit) const noexcept {
    return places_.output(gate, unit, lanes_);
  }

  RowView view() const noexcept { return view(0, groups()); }

  /// How many groups there are, and which vector of units a group begins with.
  std::size_t groups() const noexcept { return groups_.count; }
  std::size_t first_vector(std::size_t group) const noexcept;
  /// Some of the groups, as if there were no others.
  RowView view(std::size_t first_group, std::size_t last_group) const noexcept;

 private:
  bool ends_in_half() const { return places_.first_half != SIZE_MAX; }

  std::size_t inner_ = 0, vectors_ = 0;
  std::size_t lanes_ = 1, vector_bytes_ = 0;  // bytes: of the weights of a whole vector of units
  Places places_;
  std::size_t sums_of_row_ = 0;
  RowGroups groups_;
  AlignedVector<unsigned char> data_;
  // int8: in the order of a row's sums.
  float step_ = 1.0f;
  FloatVector scale_;
  AlignedVector<std::int32_t> sums_;
};

}  // namespace sluice::kernels
