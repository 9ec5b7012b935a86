#include "training/lstm_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.hpp"

namespace sluice::training {
namespace {

// Quantile levels at most: 63 that the options allow, and the median.
constexpr std::size_t kMostLevels = 64;

}  // namespace

LstmFit::LstmFit(network::Network& network, const FitData& data, const FitOptions& options,
                 ThreadPool& pool)
    : network_(network),
      data_(data),
      options_(options),
      pool_(pool),
      lanes_(options.batch, data.rows, options.chunk, mix64(options.seed), options.windows),
      tape_(network.architecture(), options.chunk, options.batch,
            options.recompute ? network::Tape::Use::recompute : network::Tape::Use::with_backward,
            options.dropout > 0),
      losses_(options.batch),
      parameters_(network.parameters().begin(), network.parameters().end()),
      gradient_(network.count()),
      optimizer_(options.optimizer, network.count()) {
  tape_.share(pool);
}

std::uint64_t LstmFit::step_seed() const { return mix64(options_.seed ^ mix64(steps_)); }

double LstmFit::step(double rate) {
  network_.drop_connections(step_seed());
  if (steps_ > 0) tape_.carry_state();
  pool_.run(tape_.batch(), [this](std::size_t sample) { fill_inputs(sample); });
  network_.forward(tape_, {.dropout = static_cast<float>(options_.dropout), .seed = step_seed()});
  pool_.run(tape_.batch(), [this](std::size_t sample) { find_loss(sample); });
  double loss = 0.0, terms = 0.0;
  for (const SampleLoss& sample : losses_) {
    loss += sample.loss;
    terms += sample.terms;
  }
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  network_.backward(tape_, gradient_);
  const double mean = terms > 0 ? loss / terms : 0.0;
  const double scale = terms > 0 ? 1.0 / terms : 0.0;
  const double norm = scale * norm_of(gradient_, &pool_);
  if (!std::isfinite(mean) || !std::isfinite(norm)) {
    find_trouble(mean);
    network_.set_parameters(parameters_, pool_);
    return mean;
  }
  optimizer_.step(parameters_, gradient_, rate,
                  {.scale = scale * clip_factor(norm, options_.clip), .pool = &pool_});
  network_.set_parameters(parameters_, pool_);
  lanes_.advance();
  ++steps_;
  return mean;
}

void LstmFit::fill_inputs(std::size_t sample) {
  const Lane& lane = lanes_[sample];
  if (lane.fresh) tape_.reset_state(sample);
  for (std::size_t step = 0; step < options_.chunk; ++step) {
    std::copy_n(data_.inputs.data() + (lane.row + step) * tape_.x_stride, tape_.x_stride,
                tape_.x(step, sample));
  }
}

void LstmFit::find_loss(std::size_t sample) {
  const std::size_t chunk = options_.chunk;
  const Lane& lane = lanes_[sample];
  SampleLoss sum;  // not in its place among the others', whose cache line other threads write
  for (std::size_t step = 0; step < chunk; ++step) {
    if (options_.windows ? step + 1 < chunk : lane.fresh && step < chunk / 4) {
      std::fill_n(tape_.d_y(step, sample), tape_.y_stride, 0.0f);
    } else {
      add_row_loss(step, sample, lane.row + step, sum);
    }
  }
  losses_[sample] = sum;
}

void LstmFit::add_row_loss(std::size_t step, std::size_t sample, std::size_t row, SampleLoss& sum) {
  const std::size_t levels = data_.levels.size(), outputs = data_.offsets.size() / levels;
  const float* y = tape_.y(step, sample);
  float* d_y = tape_.d_y(step, sample);
  std::vector<float>::const_iterator offset = data_.offsets.begin();
  float shifted[kMostLevels];
  for (std::size_t output = 0; output < outputs; ++output, y += levels, d_y += levels) {
    for (std::size_t q = 0; q < levels; ++q) shifted[q] = y[q] + *offset++;
    const float target = data_.targets[row * outputs + output];
    if (!std::isnan(target)) sum.terms += static_cast<double>(levels);
    sum.loss += data_.loss.kind == LossKind::quantile
                    ? add_pinball({shifted, levels}, target, data_.levels, {d_y, levels})
                    : add_loss(data_.loss, {shifted, 1}, {&target, 1}, {d_y, 1});
  }
}

void LstmFit::find_trouble(double loss) {
  if (!std::isfinite(loss)) {
    trouble_ = fmt::format("the loss is {}", loss);
    return;
  }
  for (const network::Parameter& parameter : network_.list()) {
    const auto part = std::span(gradient_).subspan(parameter.offset, parameter.count);
    if (std::any_of(part.begin(), part.end(), [](float d) { return !std::isfinite(d); })) {
      trouble_ = fmt::format("the gradient of '{}' is not finite", parameter.name);
      return;
    }
  }
  trouble_ = "the gradient's norm overflows";
}

}  // namespace sluice::training
