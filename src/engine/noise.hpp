// What training draws by chance: masks whose every value follows from the seed and its place in the
// whole batch, so not from how the batch is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/activations.hpp"

namespace sluice::engine {

/// Factors 0, by the chance `rate`, or 1 / (1 - rate).
void draw_factors(std::span<float> factors, double rate, std::uint64_t seed) noexcept;

/// Fills the masks of one direction of one layer (number `index`), those that the activations has:
/// of whole sequences, and of some steps, the first of which is the activations' row `row`.
void draw_sequence_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                         const Activations& activations, LayerActivations& own) noexcept;
void draw_step_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                     const Activations& activations, LayerActivations& own, Steps steps,
                     std::size_t row) noexcept;

/// Draws dropout's factors of what layer `layer` hands upward in some steps, and multiplies it by
/// them.
void draw_dropout(std::size_t layer, const Noise& noise, const Activations& activations,
                  BetweenLayers& above, Steps steps, std::size_t row) noexcept;

}  // namespace sluice::engine
