// Looking out for what another thread is about to do.
#pragma once

#include <cstddef>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace sluice {

/// Tells the processor that this thread only waits.
inline void pause_thread() noexcept {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Whether `done()` came true within some 20 to 100 microseconds: long enough for threads that work
/// side by side, too short to be felt where there are fewer processors than threads.
template <class Done>
bool spin(const Done& done) {
  constexpr std::size_t kTurns = 2000;
  for (std::size_t turn = 0; turn < kTurns; ++turn) {
    if (done()) return true;
    pause_thread();
  }
  return done();
}

}  // namespace sluice
