// A view of some steps of some sequences of a caller's Batch: the data of one training pass.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "sluice/trainer.hpp"

namespace sluice::training {

/// T of a batch of sequences with `inputs` values per step; 0 if there is no sequence.
std::size_t steps_of(const Batch& batch, std::size_t inputs);

/// The loss that a batch is checked against.
struct Judge {
  std::size_t inputs, outputs;
  const Loss* loss;  ///< Null: the caller's own loss function, which reads no targets.
};
/// Throws Error(shape), naming the array, if sizes do not match or a length is too long,
/// Error(usage) if an array is missing, or is given but not read by the loss, and Error(data) for a
/// label that is not a class.
void check(const Batch& batch, const Judge& judge);

class BatchView {
 public:
  /// All sequences, all steps.
  BatchView(const Batch& data, std::size_t inputs)
      : data_(&data), all_steps_(steps_of(data, inputs)), steps_(all_steps_) {
    for (std::size_t n = 0; n < data.batch; ++n) chosen_.push_back(n);
  }
  /// Some sequences; `steps` steps starting at `first`. Steps after a sequence's end are not run.
  BatchView(const Batch& data, std::size_t inputs, std::vector<std::size_t> chosen,
            std::size_t first, std::size_t steps)
      : data_(&data),
        all_steps_(steps_of(data, inputs)),
        first_(first),
        steps_(steps),
        chosen_(std::move(chosen)) {}

  const Batch& data() const { return *data_; }
  std::size_t batch() const { return chosen_.size(); }
  std::size_t steps() const { return steps_; }
  std::size_t first() const { return first_; }
  std::size_t sequence(std::size_t sample) const { return chosen_[sample]; }
  /// Number of steps run for a sample, from the first step of the view.
  std::size_t length(std::size_t sample) const {
    const std::size_t end = whole_length(sample);
    return std::min(steps_, std::max(end, first_) - first_);
  }
  /// Whether some sample has fewer steps than the view.
  bool ragged() const { return !data_->lengths.empty() || first_ + steps_ > all_steps_; }
  /// Row index in the caller's arrays [B, T, ..] or [T, B, ..].
  std::size_t row(std::size_t step, std::size_t sample) const {
    const std::size_t sequence = chosen_[sample], time = first_ + step;
    return data_->time_first ? time * data_->batch + sequence : sequence * all_steps_ + time;
  }
  /// Whether a step of a sample (one that is run) carries a loss, and its row index in targets,
  /// labels and weights.
  bool judged(std::size_t step, std::size_t sample) const {
    if (data_->judged == JudgedSteps::last) return first_ + step + 1 == whole_length(sample);
    return data_->mask.empty() || data_->mask[row(step, sample)] != 0;
  }
  std::size_t judged_row(std::size_t step, std::size_t sample) const {
    return data_->judged == JudgedSteps::last ? chosen_[sample] : row(step, sample);
  }

 private:
  std::size_t whole_length(std::size_t sample) const {
    return data_->lengths.empty() ? all_steps_ : data_->lengths[chosen_[sample]];
  }

  const Batch* data_;
  std::size_t all_steps_, first_ = 0, steps_;
  std::vector<std::size_t> chosen_;
};

}  // namespace sluice::training
