// The processor's time-stamp counter (on x86; elsewhere the steady clock), for times far below a
// microsecond. A read takes about 10 ns; the operating system's clock takes 25.
#pragma once

#include <chrono>
#include <cstdint>
#if defined(__SSE2__)
#include <x86intrin.h>
#endif

namespace sluice {

/// Fenced: earlier instructions have finished, later ones have not started.
inline std::uint64_t ticks() noexcept {
#if defined(__SSE2__)
  _mm_lfence();
  const std::uint64_t now = __rdtsc();
  _mm_lfence();
  return now;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Measured for 20 ms against the system's clock.
inline double ns_per_tick() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const std::uint64_t first = ticks();
  while (Clock::now() - start < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t last = ticks();
  const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
  return ns / static_cast<double>(last - first);
}

}  // namespace sluice
