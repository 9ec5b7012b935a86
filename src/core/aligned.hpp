// Cache-line alignment: an allocator, the vectors that use it, and rounding of lengths up to whole
// cache lines. Views and matrices are elsewhere.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace sluice {

inline constexpr std::size_t kCacheLine = 64;
inline constexpr std::size_t kLineFloats = kCacheLine / sizeof(float);

/// Rounds `count` floats up to whole cache lines of 16 floats.
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

/// A vector whose data starts on a cache line; kernels load and store it aligned.
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;
using FloatVector = AlignedVector<float>;

}  // namespace sluice
