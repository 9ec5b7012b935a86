#include "kernels/row_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/half.hpp"

namespace sluice::kernels {
namespace {

std::size_t bytes_of(Weights weights) {
  switch (weights) {
    case Weights::f32:
      return 4;
    case Weights::f16:
      return 2;
    default:
      return 1;
  }
}

template <class Value>
void put(unsigned char* data, std::size_t place, Value value) {
  std::memcpy(data + place * sizeof value, &value, sizeof value);
}

}  // namespace

std::int8_t whole_number(float weight, float scale) {
  if (scale <= 0.0f) return 0;
  return static_cast<std::int8_t>(std::clamp(std::nearbyint(weight / scale), -127.0f, 127.0f));
}

RowWeights::RowWeights(std::size_t hidden, std::size_t inner, const Table& kernels,
                       FunctionRef<const float*(std::size_t, std::size_t)> row, Weights weights,
                       const Int8Scales& scales)
    : inner_(inner),
      vectors_((hidden + kernels.lanes - 1) / kernels.lanes),
      groups_(vectors_, kernels.row(weights).vectors) {
  const std::size_t depth = kernels.row(weights).depth, bytes = bytes_of(weights);
  const std::size_t whole = (inner + depth - 1) / depth * depth;
  const std::size_t places = 4 * vectors_ * kernels.lanes;
  lanes_ = kernels.lanes;
  vector_bytes_ = 4 * lanes_ * whole * bytes;
  data_.resize(vectors_ * vector_bytes_);
  if (weights == Weights::int8) {
    step_ = scales.step;
    scale_.resize(places);
    sums_.resize(places);
  }
  unsigned char* group_data = data_.data();
  for (std::size_t group = 0, first = 0; group < groups_.count; ++group) {
    const std::size_t vectors = groups_.vectors(group), width = 4 * vectors * kernels.lanes;
    for (std::size_t place = 0; place < width; ++place) {
      const std::size_t vector = place / kernels.lanes, gate = vector % 4;
      const std::size_t unit = (first + vector / 4) * kernels.lanes + place % kernels.lanes;
      if (unit >= hidden) continue;
      const float* from = row(gate, unit);
      const auto at = [&](std::size_t k) {
        return (k / depth * width + place) * depth + k % depth;
      };
      if (weights != Weights::int8) {
        for (std::size_t k = 0; k < inner; ++k) {
          weights == Weights::f32 ? put(group_data, at(k), from[k])
                                  : put(group_data, at(k), to_half(from[k]));
        }
        continue;
      }
      const float scale = scales.rows[gate * hidden + unit];
      const std::size_t sum = 4 * first * kernels.lanes + place;
      scale_[sum] = scale * scales.step;
      for (std::size_t k = 0; k < inner; ++k) {
        const std::int8_t number = whole_number(from[k], scale);
        sums_[sum] += number;
        put(group_data, at(k), number);
      }
    }
    group_data += width * whole * bytes;
    first += vectors;
  }
}

std::size_t RowWeights::first_vector(std::size_t group) const noexcept {
  return group * groups_.least + std::min(group, groups_.larger);
}

RowView RowWeights::view(std::size_t first_group, std::size_t last_group) const noexcept {
  const std::size_t first = first_vector(first_group), place = 4 * first * lanes_;
  RowGroups groups = groups_;
  groups.count = last_group - first_group;
  groups.larger = std::min(groups.count, groups_.larger - std::min(groups_.larger, first_group));
  const bool whole = !scale_.empty();
  return {data_.data() + first * vector_bytes_,
          inner_,
          first_vector(last_group) - first,
          groups,
          1.0f / step_,
          whole ? scale_.data() + place : nullptr,
          whole ? sums_.data() + place : nullptr};
}

}  // namespace sluice::kernels
