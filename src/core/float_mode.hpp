// Flushes denormal floats to zero on this thread while an object lives, then restores the mode.
// Without it, silent input decays into denormals and makes each step many times slower.
#pragma once

#if defined(__SSE2__)
#include <pmmintrin.h>
#include <xmmintrin.h>
#endif

namespace sluice {

class FlushDenormals {
 public:
#if defined(__SSE2__)
  // Writing the register costs more than a small network's step, so skip it if the bits are set.
  FlushDenormals() noexcept : saved_(_mm_getcsr()) {
    if ((saved_ & kFlush) != kFlush) _mm_setcsr(saved_ | kFlush);
  }
  ~FlushDenormals() {
    if ((saved_ & kFlush) != kFlush) _mm_setcsr(saved_);
  }
#elif defined(__aarch64__)
  FlushDenormals() noexcept {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    asm volatile("msr fpcr, %0" ::"r"(saved_ | (1ull << 24)));  // FZ
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(saved_)); }
#else
  FlushDenormals() noexcept = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE2__)
  static constexpr unsigned kFlush = 0x8040;  // bits 15 (FTZ) and 6 (DAZ)
  unsigned saved_;
#elif defined(__aarch64__)
  unsigned long long saved_;
#endif
};

}  // namespace sluice
