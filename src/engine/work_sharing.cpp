#include "engine/work_sharing.hpp"

#include <algorithm>

namespace sluice::engine {

void WorkSharing::for_each(std::size_t tasks, double flop,
                           FunctionRef<void(std::size_t)> work) const {
  if (parts(flop) > 1) return pool_->run(tasks, work);
  for (std::size_t task = 0; task < tasks; ++task) work(task);
}

void WorkSharing::for_ranges(std::size_t count, std::size_t least, double flop,
                             FunctionRef<void(std::size_t, std::size_t)> work) const {
  const std::size_t most = parts(flop) > 1 ? 4 * threads() : 1;
  const std::size_t ranges =
      std::clamp<std::size_t>(count / std::max<std::size_t>(least, 1), 1, most);
  for_each(ranges, flop,
           [&](std::size_t range) { work(range * count / ranges, (range + 1) * count / ranges); });
}

}  // namespace sluice::engine
