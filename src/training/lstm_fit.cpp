// One training step: fills the inputs from each sample's cursor, runs the parts on threads,
// computes the loss from the outputs, and applies one optimiser update.
#include "training/lstm_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.hpp"

namespace sluice::training {
LstmFit::LstmFit(engine::Network& network, const FitData& data, const FitOptions& options,
                 ThreadPool& pool)
    : network_(network),
      data_(data),
      options_(options),
      pool_(pool),
      cursors_(options.batch, data.rows, options.chunk, mix64(options.seed), options.windows),
      mini_batch_(network.architecture(), options.chunk, options.batch,
                  options.recompute ? engine::Activations::Use::recompute
                                    : engine::Activations::Use::with_backward,
                  options.dropout > 0, pool, options.most_parts),
      losses_(options.batch),
      gradient_(network.count()),
      optimizer_(options.optimizer, network.count()) {
  while (levels_.size() < data.offsets.size())
    levels_.insert(levels_.end(), data.levels.begin(), data.levels.end());
}

std::uint64_t LstmFit::step_seed() const { return mix64(options_.seed ^ mix64(steps_)); }

double LstmFit::step(double rate) {
  network_.drop_connections(step_seed());
  mini_batch_.over_parts([this](engine::Activations& activations, const engine::Samples& samples) {
    run_part(activations, samples);
  });
  double loss = 0.0, terms = 0.0;
  for (const SampleLoss& sample : losses_) {
    loss += sample.loss;
    terms += sample.terms;
  }
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  mini_batch_.add_gradient(network_, gradient_);
  const double mean = terms > 0 ? loss / terms : 0.0;
  const double scale = terms > 0 ? 1.0 / terms : 0.0;
  const double norm = scale * norm_of(gradient_, &pool_);
  if (!std::isfinite(mean) || !std::isfinite(norm)) {
    find_failure(mean);
    network_.pack(&pool_);  // without dropped connections
    return mean;
  }
  optimizer_.step(network_.parameters(), gradient_, rate,
                  {.scale = scale * clip_factor(norm, options_.clip), .pool = &pool_});
  network_.pack(&pool_);
  cursors_.advance();
  ++steps_;
  return mean;
}

void LstmFit::run_part(engine::Activations& activations, const engine::Samples& samples) {
  if (steps_ > 0) activations.carry_state();
  mini_batch_.within_part(samples.count(), [&](std::size_t n) { fill_inputs(samples.first + n); });
  network_.forward(activations, {.dropout = static_cast<float>(options_.dropout),
                                 .seed = step_seed(),
                                 .first_sample = samples.first});
  mini_batch_.within_part(samples.count(), [&](std::size_t n) { find_loss(samples.first + n); });
  network_.backward_sums(activations);
}

void LstmFit::fill_inputs(std::size_t sample) {
  const SeriesCursor& cursor = cursors_[sample];
  if (cursor.fresh) mini_batch_.reset_state(sample);
  const std::size_t width = mini_batch_.x_stride();
  for (std::size_t step = 0; step < options_.chunk; ++step)
    std::copy_n(data_.inputs.data() + (cursor.row + step) * width, width,
                mini_batch_.x(step, sample));
}

void LstmFit::find_loss(std::size_t sample) {
  const std::size_t chunk = options_.chunk;
  const SeriesCursor& cursor = cursors_[sample];
  const std::size_t levels = data_.levels.size(), outputs = data_.offsets.size() / levels;
  std::vector<float> targets(data_.offsets.size());  // of a row, repeated for each level
  SampleLoss sum;  // local, to avoid false sharing with other threads' sums
  for (std::size_t step = 0; step < chunk; ++step) {
    if (options_.windows ? step + 1 < chunk : cursor.fresh && step < rows_run_in(chunk)) {
      std::fill_n(mini_batch_.d_y(step, sample), mini_batch_.y_stride(), 0.0f);
      continue;
    }
    const float* row = data_.targets.data() + (cursor.row + step) * outputs;
    for (std::size_t output = 0, j = 0; output < outputs; ++output) {
      if (!std::isnan(row[output])) sum.terms += static_cast<double>(levels);
      for (std::size_t q = 0; q < levels; ++q) targets[j++] = row[output];
    }
    add_row_loss(step, sample, targets, sum);
  }
  losses_[sample] = sum;
}

void LstmFit::add_row_loss(std::size_t step, std::size_t sample, std::span<const float> targets,
                           SampleLoss& sum) {
  const std::span<float> d_y(mini_batch_.d_y(step, sample), targets.size());
  // d_y holds the prediction until its gradient replaces it.
  const float* y = mini_batch_.y(step, sample);
  for (std::size_t j = 0; j < d_y.size(); ++j) d_y[j] = y[j] + data_.offsets[j];
  sum.loss += data_.loss.kind == LossKind::quantile ? add_pinball(d_y, targets, levels_, d_y)
                                                    : add_loss(data_.loss, d_y, targets, d_y);
}

void LstmFit::find_failure(double loss) {
  if (!std::isfinite(loss)) {
    failure_ = fmt::format("the loss is {}", loss);
    return;
  }
  for (const Parameter& parameter : network_.list()) {
    const auto part = std::span(gradient_).subspan(parameter.offset, parameter.count);
    if (std::any_of(part.begin(), part.end(), [](float d) { return !std::isfinite(d); })) {
      failure_ = fmt::format("the gradient of '{}' is not finite", parameter.name);
      return;
    }
  }
  failure_ = "the gradient's norm overflows";
}

}  // namespace sluice::training
