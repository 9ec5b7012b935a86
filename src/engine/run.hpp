// A whole array of sequences through a network, without a gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/network.hpp"
#include "sluice/state.hpp"
#include "sluice/trace.hpp"

namespace sluice::engine {

/// Sequences in an array of the caller's.
struct Sequences {
  std::span<const float> x;  ///< [B, T, I], or [T, B, I] where time_first
  /// Floats from a row of x to the next; 0: I.
  std::size_t x_stride = 0;
  std::size_t batch = 0;
  std::size_t steps = 0;
  bool time_first = false;
  /// [B] each 0..T; empty: all T. Steps from a sequence's length on are not run and give zeros; the
  /// reverse direction starts at the last one before.
  std::span<const std::size_t> lengths = {};
  /// In x's order without I: false: the step is skipped, the state carried over it. Empty: none is.
  std::span<const std::uint8_t> mask = {};
  /// The sequences end at T instead of beginning at 0.
  bool left_padded = false;
  /// Shares the work, must outlive the run; null: the caller's thread alone. The bits are the same.
  ThreadPool* pool = nullptr;
  /// Sees every step that is run; null: nobody does.
  TraceSink* trace = nullptr;
};

/// To y [B, T, width], or [T, B, width] where time_first. `state` goes from the one before the
/// first step to the one after the last one that was run (of the reverse direction: the first in
/// time). Throws Error(shape) where sizes do not fit, Error(usage) as check_traceable.
void run(const Network& network, const Sequences& sequences, State& state, std::span<float> y);
/// The same to a new y.
std::vector<float> run(const Network& network, const Sequences& sequences, State& state);

}  // namespace sluice::engine
