// Memory whose start lies on a cache line, and the rounding of lengths to whole lines.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace sluice {

inline constexpr std::size_t kCacheLine = 64;
inline constexpr std::size_t kLineFloats = kCacheLine / sizeof(float);

/// The smallest multiple of a cache line's 16 floats that holds `count` floats.
constexpr std::size_t padded(std::size_t count) {
  return (count + kLineFloats - 1) / kLineFloats * kLineFloats;
}

template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{kCacheLine}));
  }
  void deallocate(T* pointer, std::size_t) noexcept {
    ::operator delete (pointer, std::align_val_t{kCacheLine});
  }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) noexcept { return true; }
};

/// A vector that starts on a cache line: floats that kernels read and write.
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;
using FloatVector = AlignedVector<float>;

}  // namespace sluice
