// Times of a stream's steps, measured by the processor's tick counter.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ticks.hpp"
#include "streaming/session.hpp"

namespace sluice::cli {

/// Times in ns, each less the cost of reading the clock; sorted by measure_stream().
struct Times {
  std::vector<double> ns;
  double at(double share) const {
    return ns[static_cast<std::size_t>(std::lround(share * static_cast<double>(ns.size() - 1)))];
  }
};

/// Times calls by the processor's tick counter and subtracts the cost of reading it.
class Clock {
 public:
  Clock();

  double cost_ns() const { return static_cast<double>(cost_) * ns_per_tick_; }
  template <class Call>
  double time(Call call) const {
    const std::uint64_t start = ticks();
    call();
    const std::uint64_t taken = ticks() - start;
    return static_cast<double>(taken > cost_ ? taken - cost_ : 0) * ns_per_tick_;
  }

 private:
  double ns_per_tick_;
  std::uint64_t cost_;
};

/// The two halves of a step and the whole, measured in turn so that all see the same machine load.
struct StreamTimes {
  Times step, push, prepare, null;
  double rate = 0.0;  ///< Rows per second without reading the clock between rows.
};

/// Runs rounds of steps for about `seconds`; the first round is a warm-up.
StreamTimes measure_stream(streaming::Session& session, const Clock& clock, double seconds);

}  // namespace sluice::cli
