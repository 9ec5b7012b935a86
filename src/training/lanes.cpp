#include "training/lanes.hpp"

#include "core/random.hpp"

namespace sluice::training {

Lanes::Lanes(std::size_t count, std::size_t rows, std::size_t chunk, std::uint64_t seed,
             bool windows)
    : rows_(rows), chunk_(chunk), seed_(seed), windows_(windows), lanes_(count) {
  Random random(seed);
  const std::size_t starts = rows - chunk + 1;
  for (std::size_t lane = 0; lane < count; ++lane) {
    const std::size_t begin = lane * starts / count, end = (lane + 1) * starts / count;
    lanes_[lane].row = end > begin ? begin + random.below(end - begin) : begin;
  }
}

void Lanes::advance() {
  for (std::size_t index = 0; index < lanes_.size(); ++index) {
    Lane& lane = lanes_[index];
    lane.row += chunk_;
    lane.fresh = windows_ || lane.row + chunk_ > rows_;
    if (!lane.fresh) continue;
    ++lane.laps;
    const std::size_t starts = rows_ - chunk_ + 1;
    const std::size_t offsets = windows_ || starts < chunk_ ? starts : chunk_;
    lane.row = static_cast<std::size_t>(mix64(seed_ ^ mix64(index << 32 | lane.laps)) % offsets);
  }
}

}  // namespace sluice::training
