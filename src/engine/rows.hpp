// Going over the rows of the activations, and cutting a layer's units among threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/activations.hpp"
#include "engine/layer.hpp"

namespace sluice::engine {

/// Calls each(step, sample, time): the row of a direction's step, and where it lies in time. A
/// reverse direction's steps are all steps.
template <class Each>
void over_rows(const Activations& activations, Steps steps, bool reverse, Each each) {
  for (std::size_t step = steps.first; step < steps.last; ++step) {
    for (std::size_t sample = 0; sample < activations.batch(); ++sample)
      each(step, sample, activations.time(step, sample, reverse));
  }
}

/// Zeros in the rows of `steps` (of all; `rows` begins with the first) that lie past a sample's
/// end.
inline void clear_past_ends(const Activations& activations, Steps steps, std::size_t stride,
                            float* rows) {
  for (std::size_t sample = 0; sample < activations.batch(); ++sample) {
    for (std::size_t t = std::max(activations.length(sample), steps.first); t < steps.last; ++t)
      std::fill_n(rows + ((t - steps.first) * activations.batch() + sample) * stride, stride, 0.0f);
  }
}

/// Part `part` of `parts` of a layer's units, cut where the products allow it.
inline kernels::UnitVectors units_of(const Layer& layer, std::size_t part, std::size_t parts) {
  const std::size_t cut = layer.unit_cut(), panels = (layer.unit_vectors() + cut - 1) / cut;
  const auto at = [&](std::size_t number) {
    return std::min(number * panels / parts * cut, layer.unit_vectors());
  };
  return {at(part), at(part + 1)};
}

}  // namespace sluice::engine
