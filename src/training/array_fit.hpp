// Training on arrays that stay as they are: whole sequences from the initial state, a squared error
// at every output, Adam. What benchmarks time, and what is hashed to see that bits do not depend on
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/threads.hpp"
#include "engine/mini_batch.hpp"
#include "engine/network.hpp"
#include "training/optimizer.hpp"

namespace sluice::training {

struct ArrayFitOptions {
  std::size_t steps = 1;  ///< T
  std::size_t batch = 1;  ///< B
  bool recompute = false;
  double rate = 1e-3;
};

class ArrayFit {
 public:
  /// Parameters start at zero. The pool must outlive this.
  ArrayFit(const Architecture& architecture, const ArrayFitOptions& options, ThreadPool& pool);

  const engine::Network& network() const { return network_; }
  engine::MiniBatch& parts() { return mini_batch_; }  ///< Whose x is for the caller to fill.
  std::span<float> target() { return target_; }       ///< [T, B, O], for the caller to fill.
  std::span<const float> gradient() const { return gradient_; }

  void set_parameters(std::span<const float> parameters) { network_.set_parameters(parameters); }
  /// Parameters, x and target by chance: a problem to time.
  void draw(std::uint64_t seed);

  /// Forward and backward: the loss, the mean over all outputs of (y - target)^2 / 2.
  double forward_backward();
  /// Adam's step by that gradient; weights are packed anew.
  void update();

 private:
  double step_loss(engine::Activations& activations, const engine::Samples& samples,
                   std::size_t step);

  ArrayFitOptions options_;
  ThreadPool& pool_;
  engine::Network network_;
  engine::MiniBatch mini_batch_;
  std::vector<float> target_, gradient_;
  std::vector<double> losses_;  // [parts, T]
  Optimizer optimizer_;
};

/// Multiply-adds times two of a training step of S1..S8 without a head (performance is told in
/// them): forward 8 H (I + P) B T a layer and direction, backward twice that, less the first
/// layer's way to x, which nobody needs; with a projection 2 H P B T beside.
double training_flop(const Architecture& architecture, std::size_t steps, std::size_t batch);

}  // namespace sluice::training
