#include "engine/sequence_layout.hpp"

#include <algorithm>
#include <string>

#include "sluice/error.hpp"

namespace sluice::engine {

void SequenceLayout::set_lengths(std::span<const std::size_t> lengths) {
  longest_ = 0;
  for (const std::size_t length : lengths) {
    if (length > steps_) {
      throw Error(ErrorCode::shape, {.where = "lengths",
                                     .what = "longer than the sequences are",
                                     .expected = "at most " + std::to_string(steps_) + " steps",
                                     .got = std::to_string(length)});
    }
    longest_ = std::max(longest_, length);
  }
  if (lengths.size() != batch_) {
    throw Error(ErrorCode::shape, {.where = "lengths",
                                   .what = "wrong number of lengths",
                                   .expected = std::to_string(batch_),
                                   .got = std::to_string(lengths.size())});
  }
  lengths_.assign(lengths.begin(), lengths.end());
}

void SequenceLayout::set_mask(std::span<const std::uint8_t> mask) {
  if (mask.size() != steps_ * batch_) {
    throw Error(ErrorCode::shape, {.where = "mask",
                                   .what = "wrong size",
                                   .expected = std::to_string(steps_ * batch_),
                                   .got = std::to_string(mask.size())});
  }
  mask_.assign(mask.begin(), mask.end());
}

void SequenceLayout::set_sizes(std::size_t steps, std::size_t batch) {
  steps_ = longest_ = steps;
  batch_ = batch;
  lengths_.clear();
  mask_.clear();
}

Samples SequenceLayout::running(std::size_t position, Samples samples, bool reverse) const {
  if (all_run()) return samples;
  const auto idle = [&](std::size_t sample) {
    return !runs(time(position, sample, reverse), sample);
  };
  while (samples.first < samples.last && idle(samples.first)) ++samples.first;
  while (samples.first < samples.last && idle(samples.last - 1)) --samples.last;
  return samples;
}

}  // namespace sluice::engine
