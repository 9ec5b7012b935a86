// A bounded spin-wait for another thread, and the processor's pause instruction. What to do when it
// gives up, to yield or to sleep, is the caller's choice.
#pragma once

#include <cstddef>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace sluice {

/// Hints to the processor that this thread is spinning.
inline void pause_thread() noexcept {
#if defined(__SSE2__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until done(), for 20 to 100 microseconds; returns done(). Long enough for threads that run
/// side by side, short enough not to hurt when there are more threads than processors.
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
