// Networks trained on the adding problem of 200 steps, and what `inspection` finds in them: which
// unit carries the number from mark to mark, and how far back the gradient reaches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/network.hpp"
#include "sluice/cell_options.hpp"

namespace sluice::experiments {

inline constexpr std::size_t kAddingSteps = 200;

/// One layer of 16 units and a linear head, as training starts with them.
engine::Network untrained_adding(std::uint64_t seed, float forget_bias);

/// The same from forget bias 1 on: Adam at 0.01, 32 sequences a batch, the gradient's norm clipped
/// at 1.
struct TrainedAdding {
  engine::Network start;  ///< The same network before training.
  engine::Network network;
  std::size_t updates;
  bool learnt;
  double error;  ///< Squared, of 2560 new sequences; by the mean alone 1/6.
};

/// Until 507 of 512 new sequences are answered right, or `updates` are made.
TrainedAdding train_adding(CellKind kind, std::uint64_t seed, std::size_t updates);

struct MarkedSequence {
  std::vector<float> x;             ///< [T, number and mark]
  std::size_t early = 0, late = 0;  /// The two marked steps.
  double sum = 0.0;                 ///< Of the two marked numbers: the answer.
};
std::vector<MarkedSequence> marked_sequences(std::size_t count, std::uint64_t seed);

/// By how much the squared error over the sequences grows without each unit, [H].
std::vector<double> error_without_unit(const engine::Network& network,
                                       std::span<const MarkedSequence> sequences);

/// A unit's forget gate at the steps strictly between the marks.
std::vector<float> forget_gate_between(const engine::Network& network,
                                       const MarkedSequence& sequence, std::size_t unit);

/// The gradient of the answer k = 0 .. T - 1 steps back, relative to k = 0: |dL/dh| of the layer,
/// and |dL/dc| of one unit (of an LSTM).
struct RelativeFlow {
  std::vector<double> d_h, d_c;
};
RelativeFlow relative_flow(const engine::Network& network, const MarkedSequence& sequence,
                           std::size_t unit);

/// |dL/dc| of all units of an LSTM `back` steps before the answer, relative to the answer's step.
double cell_gradient(const engine::Network& network, const MarkedSequence& sequence,
                     std::size_t back);

/// The medians over the sequences at every step back.
RelativeFlow median_flow(const engine::Network& network, std::span<const MarkedSequence> sequences,
                         std::size_t unit);

}  // namespace sluice::experiments
