#include "streaming/batch_step.hpp"

#include <algorithm>

namespace sluice::streaming {

BatchStep::BatchStep(const StreamModel& model, std::size_t most)
    : model_(model),
      tape_(model.network().architecture(), 1, most, network::Tape::Use::forward_only),
      lengths_(most, 1),
      most_(most),
      running_(most) {
  // Makes the room that fewer rows than `most` need, once.
  tape_.set_lengths(lengths_);
  tape_.set_steps(1);
  tape_.give_state();
}

void BatchStep::run(std::span<const BatchRow> rows) noexcept {
  if (rows.size() != running_) {
    running_ = rows.size();
    tape_.set_steps(1);
    if (running_ < most_) {
      for (std::size_t sample = 0; sample < most_; ++sample) lengths_[sample] = sample < running_;
      tape_.set_lengths(lengths_);
    }
  }
  for (std::size_t sample = 0; sample < rows.size(); ++sample) load(sample, rows[sample]);
  model_.network().forward(tape_);
  for (std::size_t sample = 0; sample < rows.size(); ++sample) store(sample, rows[sample]);
}

void BatchStep::load(std::size_t sample, const BatchRow& row) noexcept {
  std::copy_n(row.x, model_.inputs(), tape_.x(0, sample));
  for (std::size_t layer = 0; layer < tape_.layers.size(); ++layer) {
    network::LayerTape& of = tape_.layers[layer];
    std::copy_n(row.state + model_.h_at(layer), of.state_units,
                of.h.data() + sample * of.state_units);
    std::copy_n(row.state + model_.c_at(layer), of.units, of.c.data() + sample * of.units);
  }
}

void BatchStep::store(std::size_t sample, const BatchRow& row) noexcept {
  if (row.y != nullptr) std::copy_n(tape_.y(0, sample), model_.outputs(), row.y);
  for (std::size_t layer = 0; layer < tape_.layers.size(); ++layer) {
    const network::LayerTape& of = tape_.layers[layer];
    const std::size_t after = most_ + sample;
    std::copy_n(of.h.data() + after * of.state_units, of.state_units,
                row.state + model_.h_at(layer));
    std::copy_n(of.c.data() + after * of.units, of.units, row.state + model_.c_at(layer));
  }
}

}  // namespace sluice::streaming
