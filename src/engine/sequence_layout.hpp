// Which steps of which samples a pass runs, and in which order: lengths, masks, and the order of
// time for the reverse direction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/rows_view.hpp"

namespace sluice::engine {

class SequenceLayout {
 public:
  SequenceLayout(std::size_t steps, std::size_t batch)
      : steps_(steps), batch_(batch), longest_(steps) {}

  std::size_t steps() const { return steps_; }
  std::size_t batch() const { return batch_; }
  /// Steps of each sample, [B] each at most steps(). Later ones are not run: their outputs are
  /// zeros, and x and d_y are not read there. Throws Error(shape).
  void set_lengths(std::span<const std::size_t> lengths);
  /// [T, B] 0: the step carries the sample's state, and its output is the h carried. Throws
  /// Error(shape).
  void set_mask(std::span<const std::uint8_t> mask);
  /// Other sizes; lengths and mask are forgotten.
  void set_sizes(std::size_t steps, std::size_t batch);

  /// Steps that some sample runs.
  std::size_t longest() const { return longest_; }
  std::size_t length(std::size_t sample) const {
    return lengths_.empty() ? steps_ : lengths_[sample];
  }
  /// Whether every sample runs every step.
  bool all_run() const { return lengths_.empty() && mask_.empty(); }
  /// The time of a direction's step number `position`.
  std::size_t time(std::size_t position, std::size_t sample, bool reverse) const {
    const std::size_t end = length(sample);
    return reverse && position < end ? end - 1 - position : position;
  }
  bool runs(std::size_t time, std::size_t sample) const {
    return time < length(sample) && (mask_.empty() || mask_[time * batch_ + sample] != 0);
  }
  /// The smallest range that holds all of the samples that run a direction's step number
  /// `position`. Where samples are sorted by length it holds no other.
  Samples running(std::size_t position, Samples samples, bool reverse) const;

 private:
  std::size_t steps_, batch_, longest_;
  std::vector<std::size_t> lengths_;
  std::vector<std::uint8_t> mask_;
};

}  // namespace sluice::engine
