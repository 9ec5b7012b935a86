// Training on fixed arrays: whole sequences from the initial state, squared error at every output,
// Adam. Used by benchmarks, and to check that results do not depend on the number of threads.
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
  engine::MiniBatch& parts() { return mini_batch_; }  ///< The caller fills its x.
  std::span<float> target() { return target_; }       ///< [T, B, O], filled by the caller.
  std::span<const float> gradient() const { return gradient_; }

  void set_parameters(std::span<const float> parameters) { network_.set_parameters(parameters); }
  /// Random parameters, x and target, for benchmarks.
  void draw(std::uint64_t seed);

  /// Runs the forward and backward pass; returns the loss, the mean over all outputs of (y -
  /// target)^2 / 2.
  double forward_backward();
  /// Applies Adam with that gradient and repacks the weights.
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

/// Floating-point operations (2 per multiply-add) of a training step of S1..S8 without a head, the
/// unit of performance reports. Per layer and direction: forward 8 H (I + P) B T, backward twice
/// that, without d_x of the first layer; a projection adds 2 H P B T.
double training_flop(const Architecture& architecture, std::size_t steps, std::size_t batch);

}  // namespace sluice::training
