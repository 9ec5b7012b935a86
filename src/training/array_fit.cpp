#include "training/array_fit.hpp"

#include <algorithm>
#include <numeric>

#include "core/random.hpp"
#include "kernels/kernel_table.hpp"

namespace sluice::training {

ArrayFit::ArrayFit(const Architecture& architecture, const ArrayFitOptions& options,
                   ThreadPool& pool)
    : options_(options),
      pool_(pool),
      network_(architecture),
      mini_batch_(architecture, options.steps, options.batch,
                  options.recompute ? engine::Activations::Use::recompute
                                    : engine::Activations::Use::with_backward,
                  false, pool),
      target_(options.steps * options.batch * architecture.width()),
      gradient_(network_.count()),
      losses_(mini_batch_.parts() * options.steps),
      optimizer_({.kind = OptimizerKind::adam}, network_.count()) {}

void ArrayFit::draw(std::uint64_t seed) {
  set_parameters(initial_parameters(network_.architecture(), {.seed = seed}));
  Random random(seed + 1);
  for (std::size_t t = 0; t < options_.steps; ++t) {
    for (std::size_t b = 0; b < options_.batch; ++b) {
      for (std::size_t j = 0; j < network_.architecture().input; ++j)
        mini_batch_.x(t, b)[j] = static_cast<float>(random.normal());
    }
  }
  for (float& value : target_) value = static_cast<float>(random.normal());
}

double ArrayFit::forward_backward() {
  mini_batch_.over_parts([this](engine::Activations& activations, const engine::Samples& samples) {
    activations.reset_state();
    network_.forward(activations, {.seed = optimizer_.steps(), .first_sample = samples.first});
    mini_batch_.within_part(options_.steps, [&](std::size_t t) {
      const std::size_t task = samples.number * options_.steps + t;
      losses_[task] = step_loss(activations, samples, t);
      float* gradient = gradient_.data();
      std::fill(gradient + task * gradient_.size() / losses_.size(),
                gradient + (task + 1) * gradient_.size() / losses_.size(), 0.0f);
    });
    network_.backward_sums(activations);
  });
  mini_batch_.add_gradient(network_, gradient_);
  const double sum = std::accumulate(losses_.begin(), losses_.end(), 0.0);
  return 0.5 * sum / static_cast<double>(target_.size());
}

// Returns the sum of a step's squared errors and writes their gradient.
double ArrayFit::step_loss(engine::Activations& activations, const engine::Samples& samples,
                           std::size_t t) {
  const std::size_t width = network_.architecture().width();
  return kernels::chosen().squared_error(
      {.y = activations.y(t, 0),
       .target = target_.data() + (t * options_.batch + samples.first) * width,
       .d_y = activations.d_y(t, 0),
       .y_stride = activations.y_stride,
       .target_stride = width,
       .d_y_stride = activations.y_stride,
       .rows = samples.count(),
       .count = width,
       .share = 1.0f / static_cast<float>(target_.size())});
}

void ArrayFit::update() {
  optimizer_.step(network_.parameters(), gradient_, options_.rate, {.pool = &pool_});
  network_.pack(&pool_);
}

double training_flop(const Architecture& architecture, std::size_t steps, std::size_t batch) {
  double forward = 0.0;
  for (std::size_t layer = 0; layer < architecture.layers(); ++layer) {
    const auto h = static_cast<double>(architecture.hidden[layer]);
    const auto p = static_cast<double>(architecture.state(layer));
    const auto i = static_cast<double>(architecture.layer_input(layer));
    const double gates = static_cast<double>(architecture.cell.gates());
    forward += 2.0 * gates * h * (i + p) + (architecture.cell.projection > 0 ? 2.0 * h * p : 0.0);
  }
  const double unneeded = 2.0 * static_cast<double>(architecture.cell.gates()) *
                          static_cast<double>(architecture.hidden[0]) *
                          static_cast<double>(architecture.input);
  return (3.0 * forward - unneeded) * static_cast<double>(architecture.directions()) *
         static_cast<double>(steps * batch);
}

}  // namespace sluice::training
