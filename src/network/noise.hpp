// What training draws by chance: masks whose every value follows from the seed and its place in the
// whole batch, so not from how the batch is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "network/tape.hpp"

namespace sluice::network {

/// What a training pass draws: dropout between layers by this rate, the rest by the options of the
/// cell.
struct Noise {
  /// Dropout on what each layer hands upward (to the next layer and to the head), not on the
  /// recurrence; in [0, 1), 0: none.
  float dropout = 0.0f;
  std::uint64_t seed = 0;
  std::size_t first_sample = 0;  ///< The tape's first sample's number in the whole batch.
};

/// Factors 0, by the chance `rate`, or 1 / (1 - rate).
void draw_factors(std::span<float> factors, double rate, std::uint64_t seed) noexcept;

/// Fills the masks of one direction of one layer (number `index`): those that the tape has.
void draw_cell_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                     const Tape& tape, LayerTape& of) noexcept;

/// Draws dropout's factors of what layer `layer` hands upward, and multiplies it by them.
void draw_dropout(std::size_t layer, const Noise& noise, const Tape& tape,
                  BetweenTape& above) noexcept;

}  // namespace sluice::network
