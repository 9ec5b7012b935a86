// How much memory a call held at most. Programs that include this link allocation_peak.cpp, which
// replaces operator new: it counts all of the program's.
#pragma once

#include <cstddef>

namespace sluice::formats {

/// Bytes held now; and sets the peak to them.
std::size_t begin_peak();
/// The most bytes that were held since.
std::size_t end_peak();

/// Bytes that a call held at most, beyond those held before it.
template <class Call>
std::size_t peak_of(Call call) {
  const std::size_t before = begin_peak();
  call();
  return end_peak() - before;
}

}  // namespace sluice::formats
