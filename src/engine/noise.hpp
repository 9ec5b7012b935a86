// Training noise: masks whose values follow from the seed and their place in the whole batch, not
// from how the batch is cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/activations.hpp"

namespace sluice::engine {

/// Factors: 0 with probability `rate`, else 1 / (1 - rate).
void draw_factors(std::span<float> factors, double rate, std::uint64_t seed) noexcept;

/// Fills the masks of one direction of a layer (number `index`) that its buffers have: those of
/// whole sequences, and those of some steps, the first of which is row `row` of the buffers.
void draw_sequence_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                         const Activations& activations, LayerActivations& own) noexcept;
void draw_step_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                     const Activations& activations, LayerActivations& own, Steps steps,
                     std::size_t row) noexcept;

/// Draws dropout's factors for what a layer hands upward in some steps, and multiplies it by them.
void draw_dropout(std::size_t layer, const Noise& noise, const Activations& activations,
                  BetweenLayers& above, Steps steps, std::size_t row) noexcept;

}  // namespace sluice::engine
