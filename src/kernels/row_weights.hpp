// The weights of a layer's gates laid out for one row at a time: groups of a few vectors of units,
// in each group for k = 0, then k = 1 and so on the gates i f g o of the first vector, of the
// second .. A step of one row reads them once, from front to back. Private to a run: never saved.
#pragma once

#include <cstddef>

#include "core/aligned.hpp"
#include "kernels/table.hpp"

namespace sluice::kernels {

class RowWeights {
 public:
  RowWeights() = default;
  /// row(gate, unit) points to the [inner] weights of that gate, i f g o, of a unit below `hidden`.
  template <class Row>
  RowWeights(std::size_t hidden, std::size_t inner, const Table& kernels, const Row& row)
      : inner_(inner),
        vectors_((hidden + kernels.lanes - 1) / kernels.lanes),
        groups_(vectors_, kernels.row_vectors),
        data_(4 * vectors_ * kernels.lanes * inner) {
    float* group_data = data_.data();
    for (std::size_t group = 0, first = 0; group < groups_.count; ++group) {
      const std::size_t vectors = groups_.vectors(group), width = 4 * vectors * kernels.lanes;
      for (std::size_t place = 0; place < width; ++place) {
        const std::size_t vector = place / kernels.lanes;
        const std::size_t unit = (first + vector / 4) * kernels.lanes + place % kernels.lanes;
        if (unit >= hidden) continue;
        const float* from = row(vector % 4, unit);
        for (std::size_t k = 0; k < inner; ++k) group_data[k * width + place] = from[k];
      }
      group_data += width * inner;
      first += vectors;
    }
  }

  RowView view() const noexcept { return {data_.data(), inner_, vectors_, groups_}; }

 private:
  std::size_t inner_ = 0, vectors_ = 0;
  RowGroups groups_;
  FloatVector data_;
};

}  // namespace sluice::kernels
