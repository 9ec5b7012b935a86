// Packs the weights of the gates for row steps, as float32, float16 or int8. The layout is
// described in row_weights.hpp; the kernels that read it are row.cpp and row_int8.cpp.
#include "kernels/row_weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/half.hpp"

namespace sluice::kernels {
namespace {

std::size_t bytes_of(WeightType weights) {
  switch (weights) {
    case WeightType::f32:
      return 4;
    case WeightType::f16:
      return 2;
    case WeightType::int8:
      break;
  }
  return 1;
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

RowWeights::RowWeights(std::size_t hidden, std::size_t inner, const KernelTable& kernels,
                       FunctionRef<const float*(std::size_t, std::size_t)> row, WeightType weights,
                       const Int8Scales& scales)
    : inner_(inner),
      vectors_((hidden + kernels.lanes - 1) / kernels.lanes),
      lanes_(kernels.lanes),
      layout_(kernels.row(weights).halves ? GateLayout::gates(hidden, lanes_)
                                          : GateLayout{padded(hidden)}),
      sums_of_row_(layout_.outputs(hidden, lanes_)),
      groups_(vectors_, kernels.row(weights).vectors) {
  const std::size_t depth = kernels.row(weights).depth, bytes = bytes_of(weights);
  const std::size_t whole = (inner + depth - 1) / depth * depth;
  vector_bytes_ = 4 * lanes_ * whole * bytes;
  data_.resize(places() * whole * bytes);
  if (weights == WeightType::int8) {
    step_ = scales.step;
    scale_.resize(places());
    sums_.resize(places());
  }
  for (std::size_t group = 0; group < groups_.count; ++group) {
    const std::size_t first = first_vector(group) * lanes_, last = first_vector(group + 1) * lanes_;
    const std::size_t width = std::min(4 * last, places()) - 4 * first;
    const std::size_t units = std::min(last, hidden) - first;
    unsigned char* group_data = data_.data() + 4 * first * whole * bytes;
    for (std::size_t output = 0; output < 4 * units; ++output) {
      const std::size_t gate = output / units, unit = first + output % units;
      const std::size_t sum = place(gate, unit);
      const float* from = row(gate, unit);
      const auto at = [&](std::size_t k) {
        return (k / depth * width + sum - 4 * first) * depth + k % depth;
      };
      if (weights != WeightType::int8) {
        for (std::size_t k = 0; k < inner; ++k) {
          weights == WeightType::f32 ? put(group_data, at(k), from[k])
                                     : put(group_data, at(k), to_half(from[k]));
        }
        continue;
      }
      const float scale = scales.rows[gate * hidden + unit];
      scale_[sum] = scale * scales.step;
      for (std::size_t k = 0; k < inner; ++k) {
        const std::int8_t number = whole_number(from[k], scale);
        sums_[sum] += number;
        put(group_data, at(k), number);
      }
    }
  }
}

std::size_t RowWeights::first_vector(std::size_t group) const noexcept {
  return groups_.first(group);
}

std::size_t RowWeights::sum_vectors(std::size_t group) const noexcept {
  const std::size_t end = std::min(4 * first_vector(group + 1), places() / lanes_);
  return end - 4 * first_vector(group);
}

RowView RowWeights::view(std::size_t first_group, std::size_t last_group) const noexcept {
  const std::size_t first = first_vector(first_group), place = 4 * first * lanes_;
  RowGroups groups = groups_;
  groups.count = last_group - first_group;
  groups.larger = std::min(groups.count, groups_.larger - std::min(groups_.larger, first_group));
  const bool whole = !scale_.empty();
  return {.data = data_.data() + std::min(first * vector_bytes_, data_.size()),
          .inner = inner_,
          .vectors = first_vector(last_group) - first,
          .groups = groups,
          .half = ends_in_half() && groups.count > 0 && last_group == groups_.count,
          .per_step = 1.0f / step_,
          .scale = whole ? scale_.data() + place : nullptr,
          .sums = whole ? sums_.data() + place : nullptr};
}

}  // namespace sluice::kernels
