#include "training/lstm_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/random.hpp"

namespace sluice::training {
namespace {

// Samples that one task takes through all steps. Fixed, so that the sums do not depend on the
// number of threads.
constexpr std::size_t kSliceSamples = 16;
// Quantile levels at most: 63 that the options allow, and the median.
constexpr std::size_t kMostLevels = 64;

}  // namespace

struct LstmFit::Slice {
  Slice(const network::Architecture& architecture, std::size_t first_lane, std::size_t lanes,
        const FitOptions& options, std::size_t parameters)
      : first(first_lane),
        tape(architecture, options.chunk, lanes, network::Tape::Use::with_backward,
             options.dropout > 0),
        gradient(parameters) {}

  std::size_t first;
  network::Tape tape;
  std::vector<float> gradient;
  double loss = 0.0;
  double terms = 0.0;
};

LstmFit::LstmFit(network::Network& network, const FitData& data, const FitOptions& options,
                 ThreadPool& pool)
    : network_(network),
      data_(data),
      options_(options),
      pool_(pool),
      lanes_(options.batch, data.rows, options.chunk, mix64(options.seed), options.windows),
      parameters_(network.parameters().begin(), network.parameters().end()),
      gradient_(network.count()),
      optimizer_(options.optimizer, network.count()) {
  for (std::size_t first = 0; first < options.batch; first += kSliceSamples) {
    slices_.emplace_back(network.architecture(), first,
                         std::min(kSliceSamples, options.batch - first), options, network.count());
  }
}

LstmFit::~LstmFit() = default;

std::uint64_t LstmFit::step_seed() const { return mix64(options_.seed ^ mix64(steps_)); }

double LstmFit::step(double rate) {
  network_.drop_connections(step_seed());
  pool_.run(slices_.size(), [this](std::size_t index) { run_slice(slices_[index]); });
  double loss = 0.0, terms = 0.0;
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  for (const Slice& slice : slices_) {
    loss += slice.loss;
    terms += slice.terms;
    for (std::size_t j = 0; j < gradient_.size(); ++j) gradient_[j] += slice.gradient[j];
  }
  const double mean = terms > 0 ? loss / terms : 0.0;
  const auto scale = static_cast<float>(terms > 0 ? 1.0 / terms : 0.0);
  for (float& d : gradient_) d *= scale;
  const double norm = clip_by_norm(gradient_, options_.clip);
  if (!std::isfinite(mean) || !std::isfinite(norm)) {
    find_trouble(mean);
    network_.set_parameters(parameters_);
    return mean;
  }
  optimizer_.step(parameters_, gradient_, rate);
  network_.set_parameters(parameters_);
  lanes_.advance();
  ++steps_;
  return mean;
}

void LstmFit::run_slice(Slice& slice) {
  network::Tape& tape = slice.tape;
  const std::size_t chunk = options_.chunk;
  std::fill(slice.gradient.begin(), slice.gradient.end(), 0.0f);
  slice.loss = slice.terms = 0.0;
  if (steps_ > 0) tape.carry_state();
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    const Lane& lane = lanes_[slice.first + sample];
    if (lane.fresh) tape.reset_state(sample);
    for (std::size_t step = 0; step < chunk; ++step) {
      std::copy_n(data_.inputs.data() + (lane.row + step) * tape.x_stride, tape.x_stride,
                  tape.x(step, sample));
    }
  }
  network_.forward(tape, {.dropout = static_cast<float>(options_.dropout),
                          .seed = step_seed(),
                          .first_sample = slice.first});
  for (std::size_t sample = 0; sample < tape.batch(); ++sample) {
    const Lane& lane = lanes_[slice.first + sample];
    for (std::size_t step = 0; step < chunk; ++step) {
      if (options_.windows ? step + 1 < chunk : lane.fresh && step < chunk / 4) {
        std::fill_n(tape.d_y(step, sample), tape.y_stride, 0.0f);
      } else {
        add_row_loss(slice, step, sample, lane.row + step);
      }
    }
  }
  network_.backward(tape, slice.gradient);
}

void LstmFit::add_row_loss(Slice& slice, std::size_t step, std::size_t sample, std::size_t row) {
  const std::size_t levels = data_.levels.size(), outputs = data_.offsets.size() / levels;
  const float* y = slice.tape.y(step, sample);
  float* d_y = slice.tape.d_y(step, sample);
  std::vector<float>::const_iterator offset = data_.offsets.begin();
  float shifted[kMostLevels];
  for (std::size_t output = 0; output < outputs; ++output, y += levels, d_y += levels) {
    for (std::size_t q = 0; q < levels; ++q) shifted[q] = y[q] + *offset++;
    const float target = data_.targets[row * outputs + output];
    if (!std::isnan(target)) slice.terms += static_cast<double>(levels);
    slice.loss += data_.loss.kind == LossKind::quantile
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
