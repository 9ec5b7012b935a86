// A training loop of the size that the learning tests need: a batch of sequences from zero state,
// cut into slices of 16 samples that threads share. A slice's gradients are summed in a fixed
// order, so the result does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/threads.hpp"
#include "engine/network.hpp"
#include "training/optimizer.hpp"

namespace sluice::forecasting {

class SmallTrainer {
 public:
  static constexpr std::size_t kSlice = 16;

  struct Options {
    Architecture architecture;
    std::size_t steps;   ///< T
    std::size_t slices;  ///< B / 16
    double rate;         ///< Adam's
    double clip = 1.0;
    std::uint64_t seed;
    std::size_t threads = 2;
    float forget_bias = 1.0f;  ///< At the start.
  };

  /// Writes the x of the slice's samples, the first of which has this number in the batch.
  using Fill = std::function<void(engine::Activations&, std::size_t first_sample)>;
  /// Reads y, writes all of d_y, answers the loss.
  using Score = std::function<double(engine::Activations&, std::size_t first_sample)>;

  explicit SmallTrainer(const Options& options)
      : options_(options),
        network_(options.architecture),
        optimizer_({.kind = OptimizerKind::adam}, network_.count()),
        pool_(options.threads),
        losses_(options.slices),
        gradients_(options.slices, std::vector<float>(network_.count())) {
    network_.set_parameters(initial_parameters(
        options.architecture, {.seed = options.seed, .forget_bias = options.forget_bias}));
    for (std::size_t slice = 0; slice < options.slices; ++slice) {
      mini_batch_.emplace_back(options.architecture, options.steps, kSlice,
                               engine::Activations::Use::with_backward);
    }
  }

  std::size_t batch() const { return options_.slices * kSlice; }
  std::span<const float> parameters() const { return network_.parameters(); }

  /// One update; answers the batch's loss before it.
  double step(const Fill& fill, const Score& score) {
    pool_.run(options_.slices, [&](std::size_t slice) {
      run_forward(slice, fill, score);
      std::fill(gradients_[slice].begin(), gradients_[slice].end(), 0.0f);
      network_.backward(mini_batch_[slice], gradients_[slice]);
    });
    std::vector<float> gradient = gradients_[0];
    for (std::size_t slice = 1; slice < options_.slices; ++slice) {
      for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] += gradients_[slice][j];
    }
    training::clip_by_norm(gradient, options_.clip);
    std::vector<float> next(network_.parameters().begin(), network_.parameters().end());
    optimizer_.step(next, gradient, options_.rate);
    network_.set_parameters(next);
    return total();
  }

  /// The batch's loss alone.
  double evaluate(const Fill& fill, const Score& score) {
    pool_.run(options_.slices, [&](std::size_t slice) { run_forward(slice, fill, score); });
    return total();
  }

 private:
  void run_forward(std::size_t slice, const Fill& fill, const Score& score) {
    engine::Activations& activations = mini_batch_[slice];
    activations.reset_state();
    fill(activations, slice * kSlice);
    network_.forward(activations);
    losses_[slice] = score(activations, slice * kSlice);
  }

  double total() const {
    double sum = 0.0;
    for (const double loss : losses_) sum += loss;
    return sum;
  }

  Options options_;
  engine::Network network_;
  training::Optimizer optimizer_;
  ThreadPool pool_;
  std::vector<engine::Activations> mini_batch_;
  std::vector<double> losses_;
  std::vector<std::vector<float>> gradients_;
};

}  // namespace sluice::forecasting
