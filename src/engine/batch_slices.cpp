#include "engine/batch_slices.hpp"

#include <algorithm>

namespace sluice::engine {

SliceRule::SliceRule(const Architecture& architecture)
    : widest_(*std::max_element(architecture.hidden.begin(), architecture.hidden.end())),
      fixed_(architecture.cell.layer_norm != LayerNorm::none) {}

std::vector<Samples> SliceRule::cut(std::size_t batch, std::size_t threads) const {
  constexpr std::size_t kStepFloats = 8192, kRoomForR = 512 << 10;
  const std::size_t gates = 4 * widest_, r_bytes = gates * widest_ * 4;
  std::size_t most = r_bytes <= kRoomForR ? std::clamp<std::size_t>(kStepFloats / gates, 16, 64)
                     : r_bytes <= 8 * kRoomForR ? 32
                                                : 128;
  if (fixed_) most = 16;
  std::size_t count = (batch + most - 1) / most;
  // Where R does not stay in the cache, threads rather share the units than read it for few
  // samples.
  const std::size_t smallest = r_bytes <= kRoomForR ? 8 : r_bytes <= 8 * kRoomForR ? 16 : 64;
  if (!fixed_)
    count = std::max(count, std::min(threads, std::max<std::size_t>(batch / smallest, 1)));
  std::vector<Samples> slices;
  for (std::size_t number = 0; number < count; ++number)
    slices.push_back({number * batch / count, (number + 1) * batch / count, number});
  return slices;
}

}  // namespace sluice::engine
