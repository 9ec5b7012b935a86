// One published case in our own terms, whatever project it comes from: a network with its
// parameters, sequences, and what must come out of one or more runs of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/parameters.hpp"
#include "vectors/fields.hpp"

namespace sluice::vectors {

/// What a run reads.
struct Sequences {
  std::size_t steps = 0, batch = 0;
  Doubles x;                         // [T, B, I]
  std::vector<std::size_t> lengths;  // [B] or empty
  std::vector<std::uint8_t> mask;    // [T, B] or empty
  Doubles first_h, first_c;          // as the last state; empty: zeros
};

/// What a run gives, as doubles: y [T, B, width], and the last state, layer 0 forward, layer 0
/// reverse, ..: h [B, P] each, c [B, H] each.
struct Outcome {
  Doubles y, h, c;
};

/// An array that the source publishes, and how it is read from a run.
struct Expected {
  std::string what;
  Doubles values;
  std::function<Doubles(const Outcome&)> read;
};

struct Case : Sequences {
  std::string name;
  Architecture architecture;
  Doubles parameters;     // flat, as parameter_list
  std::size_t calls = 1;  // runs over the same x, the state carried over
  std::vector<Expected> expected;
  double tolerance = 0.0;            // of the largest difference from the expected, engine
  double reference_tolerance = 0.0;  // the same, double reference
};

/// [A, B, ...] as [B, A, ...]: `rest` values for each pair.
inline Doubles swap_first_two(const Doubles& values, std::size_t a, std::size_t b) {
  const std::size_t rest = a * b == 0 ? 0 : values.size() / (a * b);
  Doubles swapped(values.size());
  for (std::size_t j = 0; j < a; ++j) {
    for (std::size_t k = 0; k < b; ++k) {
      for (std::size_t r = 0; r < rest; ++r) {
        swapped[(k * a + j) * rest + r] = values[(j * b + k) * rest + r];
      }
    }
  }
  return swapped;
}

/// The first dimension backwards: of `count` blocks.
inline Doubles reversed_blocks(const Doubles& values, std::size_t count) {
  const std::size_t size = count == 0 ? 0 : values.size() / count;
  Doubles turned;
  for (std::size_t j = count; j-- > 0;) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(j * size);
    turned.insert(turned.end(), from, from + static_cast<std::ptrdiff_t>(size));
  }
  return turned;
}

}  // namespace sluice::vectors
