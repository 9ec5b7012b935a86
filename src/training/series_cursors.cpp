#include "training/series_cursors.hpp"

#include "core/random.hpp"

namespace sluice::training {

SeriesCursors::SeriesCursors(std::size_t count, std::size_t rows, std::size_t chunk,
                             std::uint64_t seed, bool windows)
    : rows_(rows), chunk_(chunk), seed_(seed), windows_(windows), cursors_(count) {
  Random random(seed);
  const std::size_t starts = rows - chunk + 1;
  for (std::size_t cursor = 0; cursor < count; ++cursor) {
    const std::size_t begin = cursor * starts / count, end = (cursor + 1) * starts / count;
    cursors_[cursor].row = end > begin ? begin + random.below(end - begin) : begin;
  }
}

void SeriesCursors::advance() {
  for (std::size_t index = 0; index < cursors_.size(); ++index) {
    SeriesCursor& cursor = cursors_[index];
    cursor.row += chunk_;
    cursor.fresh = windows_ || cursor.row + chunk_ > rows_;
    if (!cursor.fresh) continue;
    ++cursor.laps;
    const std::size_t starts = rows_ - chunk_ + 1;
    const std::size_t offsets = windows_ || starts < chunk_ ? starts : chunk_;
    cursor.row =
        static_cast<std::size_t>(mix64(seed_ ^ mix64(index << 32 | cursor.laps)) % offsets);
  }
}

}  // namespace sluice::training
